package windows

import (
	"encoding/xml"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/message"
)

// Project is what a project file says of a program.
type Project struct {
	File, Name string
	// Frameworks are target framework monikers: net48, net8.0, net8.0-windows.
	Frameworks []string
	SDK        string
	Packages   []string
	References []string
	Output     string // Exe, WinExe or Library
	// Web says that IIS or ASP.NET serves it.
	Web bool
	// Windows says what it uses of Windows, and why that does not run on Linux.
	Windows []message.Text
	// Maui says that it is an app for phones and desktops.
	Maui bool
}

type projectXML struct {
	SDK            string `xml:"Sdk,attr"`
	PropertyGroups []struct {
		TargetFramework, TargetFrameworks, TargetFrameworkVersion, OutputType string
		UseWindowsForms, UseWPF, UseMaui                                      string
		ProjectTypeGuids                                                      string
	} `xml:"PropertyGroup"`
	ItemGroups []struct {
		Packages   []included `xml:"PackageReference"`
		References []included `xml:"Reference"`
		COM        []included `xml:"COMReference"`
		Contents   []included `xml:"Content"`
	} `xml:"ItemGroup"`
}

type included struct {
	Include string `xml:"Include,attr"`
}

var desktop = message.New("desktop windows")

// uses says which packages and references bind a program to Windows.
var uses = []struct {
	match *regexp.Regexp
	why   message.Text
}{
	{regexp.MustCompile(`(?i)^System\.Drawing(\.Common)?$`), message.New("System.Drawing (GDI+, for Windows only since .NET 6)")},
	{regexp.MustCompile(`(?i)^Microsoft\.Win32\.Registry`), message.New("the registry")},
	{regexp.MustCompile(`(?i)^System\.Diagnostics\.EventLog$`), message.New("the event log")},
	{regexp.MustCompile(`(?i)^System\.Messaging$|MSMQ`), message.Verbatim("MSMQ")},
	{regexp.MustCompile(`(?i)^System\.Management$`), message.Verbatim("WMI")},
	{regexp.MustCompile(`(?i)^System\.DirectoryServices`), message.New("Active Directory by Windows' own libraries")},
	{regexp.MustCompile(`(?i)^System\.ServiceProcess|^Microsoft\.Extensions\.Hosting\.WindowsServices$`), message.New("a Windows service")},
	{regexp.MustCompile(`(?i)^System\.Windows\.Forms$|^PresentationFramework$|^WindowsBase$`), desktop},
	{regexp.MustCompile(`(?i)^System\.Printing$`), message.New("printing")},
	{regexp.MustCompile(`(?i)SharpDX|Vortice|DirectX`), message.Verbatim("DirectX")},
	{regexp.MustCompile(`(?i)^System\.Diagnostics\.PerformanceCounter$`), message.New("performance counters")},
	{regexp.MustCompile(`(?i)^System\.EnterpriseServices$|^System\.Data\.OleDb$`), message.New("COM+ or OLE DB")},
	{regexp.MustCompile(`(?i)^Microsoft\.AspNetCore\.Server\.HttpSys$`), message.Verbatim("HTTP.sys")},
}

// ParseProject reads a .csproj, .vbproj or .fsproj file.
func ParseProject(file string, text []byte) (*Project, error) {
	var x projectXML
	if err := xml.Unmarshal(text, &x); err != nil {
		return nil, message.Errorf("read %s: %s", file, err)
	}
	output := "Library"
	if x.SDK != "" && x.SDK != "Microsoft.NET.Sdk" && x.SDK != "Microsoft.NET.Sdk.Razor" { // of a web server, a worker …
		output = "Exe"
	}
	p := &Project{File: file, Name: strings.TrimSuffix(path.Base(file), path.Ext(file)), SDK: x.SDK, Output: output, Web: strings.HasSuffix(x.SDK, ".Web")}
	for _, g := range x.PropertyGroups {
		for f := range strings.SplitSeq(g.TargetFramework+";"+g.TargetFrameworks, ";") {
			if f = strings.TrimSpace(f); f != "" && !strings.Contains(f, "$") {
				p.Frameworks = append(p.Frameworks, f)
			}
		}
		if v := strings.TrimPrefix(g.TargetFrameworkVersion, "v"); v != "" {
			p.Frameworks = append(p.Frameworks, "net"+strings.ReplaceAll(v, ".", ""))
		}
		if g.OutputType != "" {
			p.Output = g.OutputType
		}
		// The type of ASP.NET applications: {349c5851-65df-11da-9384-00065b846f21}.
		p.Web = p.Web || strings.Contains(strings.ToLower(g.ProjectTypeGuids), "349c5851-65df-11da-9384-00065b846f21")
		if strings.EqualFold(g.UseWindowsForms, "true") || strings.EqualFold(g.UseWPF, "true") {
			p.use(desktop)
		}
		p.Maui = p.Maui || strings.EqualFold(g.UseMaui, "true")
	}
	for _, g := range x.ItemGroups {
		for _, v := range g.Packages {
			p.Packages = append(p.Packages, v.Include)
		}
		for _, v := range g.References {
			name, _, _ := strings.Cut(v.Include, ",")
			p.References = append(p.References, name)
			p.Web = p.Web || name == "System.Web"
		}
		for range g.COM {
			p.use(message.Verbatim("COM"))
		}
	}
	for _, name := range append(slices.Clone(p.Packages), p.References...) {
		p.seen(name)
	}
	for _, f := range p.Frameworks {
		if strings.Contains(f, "-windows") {
			p.use(message.New("the target %s", f))
		}
	}
	return p, nil
}

func (p *Project) seen(name string) {
	for _, u := range uses {
		if u.match.MatchString(name) {
			p.use(u.why)
		}
	}
}

func (p *Project) use(why message.Text) {
	if !p.uses(why) {
		p.Windows = append(p.Windows, why)
	}
}

func (p *Project) uses(why message.Text) bool {
	return slices.ContainsFunc(p.Windows, func(w message.Text) bool { return w.String() == why.String() })
}

// AddPackages reads a packages.config beside the project.
func (p *Project) AddPackages(text []byte) error {
	var x struct {
		Packages []struct {
			ID string `xml:"id,attr"`
		} `xml:"package"`
	}
	if err := xml.Unmarshal(text, &x); err != nil {
		return message.Errorf("read packages.config: %s", err)
	}
	for _, v := range x.Packages {
		p.Packages = append(p.Packages, v.ID)
		p.seen(v.ID)
	}
	return nil
}

var configUses = []struct {
	match *regexp.Regexp
	why   message.Text
}{
	{regexp.MustCompile(`(?is)<authentication\s+mode\s*=\s*"Windows"|<windowsAuthentication\s+enabled\s*=\s*"true"`), message.New("Windows authentication (gMSA on Windows, Kerberos on Linux)")},
	{regexp.MustCompile(`(?is)<identity\s+impersonate\s*=\s*"true"`), message.New("impersonation")},
	{regexp.MustCompile(`(?is)<(modules|globalModules)\b[^>]*>.*?<add\b`), message.New("IIS modules")},
	{regexp.MustCompile(`(?is)net\.msmq|netMsmqBinding`), message.Verbatim("MSMQ")},
}

// AddWebConfig reads a web.config beside the project.
func (p *Project) AddWebConfig(text []byte) {
	p.Web = true
	for _, u := range configUses {
		if u.match.Match(text) {
			p.use(u.why)
		}
	}
}

var oldFramework = regexp.MustCompile(`^net(\d{2,3})$`)

// Framework is the newest .NET Framework that the project targets, as image tags have
// it: 4.8. Core is the newest .NET: 8.0.
func (p *Project) Framework() (framework, core string) {
	for _, f := range p.Frameworks {
		base, _, _ := strings.Cut(f, "-")
		if m := oldFramework.FindStringSubmatch(base); m != nil {
			framework = max(framework, strings.Join(strings.Split(m[1], ""), "."))
			continue
		}
		v, ok := strings.CutPrefix(base, "netcoreapp")
		if !ok {
			v, ok = strings.CutPrefix(base, "net")
		}
		if ok && strings.Contains(v, ".") && later(v, core) {
			core = v
		}
	}
	return framework, core
}

func later(a, b string) bool {
	var x, y int
	_, _ = fmt.Sscanf(a, "%d", &x)
	_, _ = fmt.Sscanf(b, "%d", &y)
	return b == "" || x > y || x == y && a > b
}

// Verdict is where a program should run, and on which base.
type Verdict struct {
	Linux bool
	// None says that it is nothing that a container runs.
	None bool
	Base string
	Why  []message.Text
}

// Advise decides, as of now: a program for .NET goes to Linux unless it uses Windows; one
// for the .NET Framework needs Windows.
func (p *Project) Advise(now time.Time) Verdict {
	v := p.decide()
	_, core := p.Framework()
	if i := slices.IndexFunc(facts.Dotnet, func(r Runtime) bool { return r.Version == core }); i >= 0 && v.Base != "" {
		switch left := int(facts.Dotnet[i].End.AddDate(0, 0, 1).Sub(now).Hours() / 24); {
		case now.After(facts.Dotnet[i].End.AddDate(0, 0, 1)):
			v.Why = append(v.Why, message.New(".NET %s is out of support since %s: its images get no fixes, so move to a later one first", core, facts.Dotnet[i].End))
		case left < soon:
			v.Why = append(v.Why, message.New(".NET %s is supported until %s, %d more days", core, facts.Dotnet[i].End, left))
		}
	}
	return v
}

// soon is how many days before the end of a runtime's support it is told.
const soon = 180

func (p *Project) decide() Verdict {
	framework, core := p.Framework()
	switch {
	case core == "" && framework == "" && !p.Maui:
		return Verdict{Why: []message.Text{message.New("the project names no target framework")}}
	case p.Maui, strings.EqualFold(p.Output, "WinExe") && p.uses(desktop):
		return Verdict{None: true, Why: []message.Text{message.New("it is an app with windows of its own, and a container shows none")}}
	case strings.EqualFold(p.Output, "Library") && !p.Web:
		return Verdict{None: true, Why: []message.Text{message.New("it is a library: containerize the program that uses it")}}
	case core != "" && len(p.Windows) == 0:
		kind := "runtime"
		if p.Web {
			kind = "aspnet"
		}
		return Verdict{Linux: true, Base: "mcr.microsoft.com/dotnet/" + kind + ":" + core, Why: []message.Text{message.New(".NET %s runs on Linux, and nothing that the project names needs Windows", core)}}
	case core != "":
		kind := "runtime"
		if p.Web {
			kind = "aspnet"
		}
		base := "mcr.microsoft.com/dotnet/" + kind + ":" + core + "-nanoserver-ltsc2022"
		why := []message.Text{message.New("it uses %s", message.Join(p.Windows, ", "))}
		if p.needsCore() {
			base = "mcr.microsoft.com/dotnet/" + kind + ":" + core + "-windowsservercore-ltsc2022"
			why = append(why, message.New("Nano Server lacks that part of Windows"))
		}
		return Verdict{Base: base, Why: why}
	default:
		kind := "runtime"
		if p.Web {
			kind = "aspnet"
		}
		return Verdict{Base: "mcr.microsoft.com/dotnet/framework/" + kind + ":" + frameworkTag(framework) + "-windowsservercore-ltsc2022",
			Why: []message.Text{message.New(".NET Framework %s runs on Windows only, and its images are on Server Core only", framework)}}
	}
}

// needsCore reports whether what the project uses is not in Nano Server.
func (p *Project) needsCore() bool {
	for _, w := range p.Windows {
		for _, part := range []string{"System.Drawing", "MSMQ", "WMI", "COM", "desktop", "printing", "DirectX", "IIS modules", "Active Directory"} {
			if strings.Contains(w.String(), part) {
				return true
			}
		}
	}
	return false
}

// frameworkTag is the image that runs a version: 4.x programs run on 4.8.1, 2 and 3.5 on 3.5.
func frameworkTag(version string) string {
	if strings.HasPrefix(version, "2") || strings.HasPrefix(version, "3") {
		return "3.5"
	}
	return "4.8.1"
}
