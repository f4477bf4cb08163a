package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yagura/yagura/advise/rule"
	"github.com/yagura/yagura/advise/windows"
)

// rules returns a page for every rule, and their list, by file.
func rules() map[string][]byte {
	pages := map[string][]byte{}
	var list bytes.Buffer
	fmt.Fprint(&list, "# Rules of `yagura advise kube`\n\nMade from the rules themselves.\n\n| rule | severity | |\n| --- | --- | --- |\n")
	for _, r := range rule.All() {
		fmt.Fprintf(&list, "| [%s](%s.md) | %s | %s |\n", r.ID, r.ID, r.Severity, cell(r.Title))
		var b bytes.Buffer
		fmt.Fprintf(&b, "# %s\n\n%s. Severity: %s.\n\n%s\n\n## What to do\n\n%s\n\nTo ignore it, give the object or its pod template the annotation `%s%s: \"why\"`.\n\n## Sources\n\n",
			r.ID, r.Title, r.Severity, r.Doc, r.Fix, rule.IgnorePrefix, r.ID)
		for _, s := range r.Sources {
			fmt.Fprintf(&b, "- <%s>\n", s)
		}
		pages["advise/rules/"+r.ID+".md"] = b.Bytes()
	}
	pages["advise/rules/README.md"] = list.Bytes()
	pages["advise/facts.md"] = windowsFacts()
	return pages
}

// windowsFacts is the page of facts about Windows containers.
func windowsFacts() []byte {
	var b bytes.Buffer
	f := windows.All()
	fmt.Fprintf(&b, "# Facts about Windows containers\n\nMade from advise/windows/facts.json; the sources below have the days they were checked, none before %s.\n\n## Releases\n\nOf the last days of support, where the page on base images and that of the product differ (2016 by a day, 2025 by a month), the product's is taken: the other page says that it goes before.\n\n| release | build | channel | tags | mainstream support | extended support |\n| --- | --- | --- | --- | --- | --- |\n", f.Checked())
	for _, r := range f.Releases {
		extended := ""
		if !r.Extended.IsZero() {
			extended = r.Extended.String()
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s |\n", r.Name, r.Build, r.Channel, strings.Join(r.Tags, ", "), r.Mainstream, extended)
	}
	fmt.Fprint(&b, "\n## Hosts and images\n\nP process isolation, H Hyper-V isolation, - neither. Windows Server 2016 wants equal revisions for process isolation.\n\n| host |")
	for _, r := range f.Releases {
		fmt.Fprintf(&b, " %d |", r.Build)
	}
	fmt.Fprint(&b, "\n| --- |"+strings.Repeat(" --- |", len(f.Releases))+"\n")
	for _, h := range f.Hosts {
		fmt.Fprintf(&b, "| %s (%d) |", h.Name, h.Build)
		for _, r := range f.Releases {
			fmt.Fprintf(&b, " %s |", windows.Runs(h, windows.Version{Build: h.Build, Revision: -1}, windows.Version{Build: r.Build, Revision: -1}).Letters())
		}
		fmt.Fprintln(&b)
	}
	fmt.Fprint(&b, "\n## Base images\n\n| image | size | for | lacks |\n| --- | --- | --- | --- |\n")
	for _, v := range f.Families {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", v.Name, v.Size, v.For, v.Lacks)
	}
	fmt.Fprint(&b, "\n## Devices\n\n| class | GUID |\n| --- | --- |\n")
	for _, v := range f.Devices {
		fmt.Fprintf(&b, "| %s | %s |\n", v.Name, v.GUID)
	}
	fmt.Fprint(&b, "\n## .NET\n\n| version | last day of support |\n| --- | --- |\n")
	for _, v := range f.Dotnet {
		fmt.Fprintf(&b, "| %s | %s |\n", v.Version, v.End)
	}
	fmt.Fprint(&b, "\n## Targets\n\n| target | 2019 | now | builds | |\n| --- | --- | --- | --- | --- |\n")
	for _, v := range f.Targets {
		var builds []string
		for _, n := range v.Builds {
			builds = append(builds, strconv.Itoa(n))
		}
		if v.Any {
			builds = []string{"any"}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", v.Name, v.Then, v.Now, strings.Join(builds, ", "), v.Why)
	}
	fmt.Fprint(&b, "\n## Sources\n\n")
	var names []string
	for name := range f.Sources {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "- %s: <%s>, checked on %s\n", name, f.Sources[name].URL, f.Sources[name].Checked)
	}
	return b.Bytes()
}
