package windows_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/yagura/yagura/advise/windows"
)

var judged = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// TestMatrix is Microsoft's table of hosts and images: LTSC images by row, then the
// pairs of the old semi-annual releases.
func TestMatrix(t *testing.T) {
	for _, c := range []struct{ host, image, want string }{
		{"2016", "14393", "P,H"}, {"2016", "17763", "-"}, {"2016", "20348", "-"}, {"2016", "26100", "-"},
		{"2019", "14393", "H"}, {"2019", "17763", "P,H"}, {"2019", "20348", "-"}, {"2019", "26100", "-"},
		{"2022", "14393", "H"}, {"2022", "17763", "H"}, {"2022", "20348", "P,H"}, {"2022", "26100", "-"},
		{"2025", "14393", "H"}, {"2025", "17763", "H"}, {"2025", "20348", "P,H"}, {"2025", "26100", "P,H"},
		{"win10", "14393", "H"}, {"win10", "17763", "H"}, {"win10", "20348", "-"}, {"win10", "26100", "-"},
		{"win11", "14393", "H"}, {"win11", "17763", "H"}, {"win11", "20348", "P,H"}, {"win11", "26100", "P,H"},
		{"win11-23h2", "20348", "P,H"}, {"win11-23h2", "26100", "-"},
		{"23h2", "20348", "P"}, {"23h2", "17763", "-"}, {"23h2", "26100", "-"},
		{"1803", "17134", "P,H"}, {"1809", "17134", "H"}, {"1803", "17763", "-"}, {"1709", "16299", "P,H"}, {"1909", "18362", "H"}, {"20h2", "19041", "H"}, {"2004", "19042", "-"},
		{"10.0.14393.1914", "10.0.14393.1944", "H"}, {"10.0.14393.1914", "10.0.14393.1914", "P,H"}, {"10.0.17763.1", "10.0.17763.2", "P,H"},
	} {
		h, v, err := windows.ParseHost(c.host)
		if err != nil {
			t.Fatal(err)
		}
		image, ok := windows.ParseVersion(c.image)
		if !ok {
			t.Fatalf("image %s", c.image)
		}
		if got := windows.Runs(h, v, image); got.Letters() != c.want {
			t.Errorf("%s on %s: %s (%s), not %s", c.image, c.host, got.Letters(), got.Why, c.want)
		}
	}
}

func TestReferences(t *testing.T) {
	for _, c := range []struct {
		ref, family string
		build       int
		ok          bool
	}{
		{"mcr.microsoft.com/windows/nanoserver:ltsc2022", "nanoserver", 20348, true},
		{"mcr.microsoft.com/windows/servercore:1803", "servercore", 17134, true},
		{"mcr.microsoft.com/windows/servercore:10.0.17763.437-amd64", "servercore", 17763, true},
		{"mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2019", "servercore", 17763, true},
		{"mcr.microsoft.com/windows/server:ltsc2025", "server", 26100, true},
		{"mcr.microsoft.com/windows:20H2", "windows", 19042, true},
		{"microsoft/nanoserver:1709", "nanoserver", 16299, true},
		{"mcr.microsoft.com/dotnet/framework/aspnet:4.8-windowsservercore-ltsc2019", "servercore", 17763, true},
		{"mcr.microsoft.com/dotnet/aspnet:8.0-nanoserver-1809", "nanoserver", 17763, true},
		{"registry:5000/shop/web:ltsc2022", "", 20348, true},
		{"mcr.microsoft.com/dotnet/aspnet:8.0", "", 0, false},
		{"ubuntu:2004", "", 0, false},
		{"shop/web:2019", "", 0, false},
	} {
		im, ok := windows.ParseImage(c.ref)
		if ok != c.ok || ok && (im.Family != c.family || im.Version.Build != c.build) {
			t.Errorf("%s: %v %q %d", c.ref, ok, im.Family, im.Version.Build)
		}
	}
}

// TestGolden shows Dockerfiles, images and projects, and what is said of them.
func TestGolden(t *testing.T) {
	datadriven.RunTest(t, "testdata/advice", func(t *testing.T, d *datadriven.TestData) string {
		var b strings.Builder
		switch d.Cmd {
		case "dockerfile":
			if err := windows.Text(&b, windows.Answers(windows.Dockerfile("Dockerfile", d.Input)), judged); err != nil {
				t.Fatal(err)
			}
		case "compose":
			uses, _, err := windows.Compose("compose.yaml", []byte(d.Input))
			if err != nil {
				t.Fatal(err)
			}
			if err := windows.Text(&b, windows.Answers(uses), judged); err != nil {
				t.Fatal(err)
			}
		case "project", "containerize":
			p, err := windows.ParseProject("src/Shop.csproj", []byte(d.Input))
			if err != nil {
				t.Fatal(err)
			}
			if d.HasArg("windowsauth") {
				p.AddWebConfig([]byte(`<configuration><system.web><authentication mode="Windows" /></system.web></configuration>`))
			}
			if d.Cmd == "project" {
				if err := windows.ProjectText(&b, p, judged); err != nil {
					t.Fatal(err)
				}
				break
			}
			dockerfile, manifest, err := p.Containerize(judged)
			if err != nil {
				return err.Error() + "\n"
			}
			b.WriteString(dockerfile + "---\n" + manifest)
		}
		return b.String()
	})
}

// TestImages reads what docker save and an OCI layout hold.
func TestImages(t *testing.T) {
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "windows", OSVersion: "10.0.20348.2700", Architecture: "amd64"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path, err := layout.Write(filepath.Join(dir, "oci"), empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := path.AppendImage(image); err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag("shop/web:1")
	if err != nil {
		t.Fatal(err)
	}
	tar := filepath.Join(dir, "web.tar")
	if err := tarball.WriteToFile(tar, tag, image); err != nil {
		t.Fatal(err)
	}
	uses, err := windows.Layout(filepath.Join(dir, "oci"))
	if err != nil || len(uses) != 1 {
		t.Fatal(uses, err)
	}
	fromTar, err := windows.Tar(tar)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range append(uses, fromTar) {
		if a := windows.Answers([]windows.Use{u}); len(a) != 1 || a[0].Image.Version != (windows.Version{Build: 20348, Revision: 2700}) {
			t.Errorf("%+v: %+v", u, a)
		}
	}
	if _, err := windows.Tar(filepath.Join(dir, "oci", "index.json")); err == nil {
		t.Error("an index was read as a tar")
	}
}

// TestFacts: every fact has a source, and builds grow.
func TestFacts(t *testing.T) {
	f := windows.All()
	for name, s := range f.Sources {
		if s.URL == "" || s.Checked.IsZero() {
			t.Errorf("source %s: %+v", name, s)
		}
	}
	if first := f.Checked(); first.IsZero() || first.After(f.Sources["lifecycle"].Checked.Time) {
		t.Errorf("checked since %s", first)
	}
	last := 0
	for _, r := range f.Releases {
		if f.Sources[r.Source].URL == "" || r.Build <= last || r.Mainstream.IsZero() || !r.Extended.IsZero() && !r.Extended.After(r.Mainstream.Time) {
			t.Errorf("release %+v", r)
		}
		last = r.Build
	}
	for _, v := range f.Families {
		if f.Sources[v.Source].URL == "" {
			t.Errorf("family %+v", v)
		}
	}
	for _, v := range f.Dotnet {
		if f.Sources[v.Source].URL == "" || v.Version == "" || v.End.IsZero() {
			t.Errorf("runtime %+v", v)
		}
	}
	for _, v := range f.Targets {
		if f.Sources[v.Source].URL == "" || v.Then.String() == "" || v.Now.String() == "" {
			t.Errorf("target %+v", v)
		}
	}
}

func FuzzDockerfile(f *testing.F) {
	f.Add("# escape=`\nARG V=ltsc2022\nFROM mcr.microsoft.com/windows/servercore:${V} AS a\nRUN x `\n y\nFROM a\n")
	f.Fuzz(func(t *testing.T, text string) { windows.Answers(windows.Dockerfile("Dockerfile", text)) })
}

func FuzzProject(f *testing.F) {
	f.Add([]byte(`<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := windows.ParseProject("a.csproj", text); err == nil {
			p.Advise(judged)
			_, _, _ = p.Containerize(judged)
		}
	})
}

// TestTemplateOfDockerfile: what a template will put in names no image.
func TestTemplateOfDockerfile(t *testing.T) {
	uses := windows.Dockerfile("Dockerfile", "FROM mcr.microsoft.com/windows/servercore:{{OS}}-amd64\nRUN a\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022\n")
	if len(uses) != 1 || uses[0].Image != "mcr.microsoft.com/windows/nanoserver:ltsc2022" {
		t.Errorf("%+v", uses)
	}
}
