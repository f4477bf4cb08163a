package windows

import (
	"slices"
	"time"

	"github.com/yagura/yagura/advise/message"
)

// FactsDocument is the facts as the page shows them.
type FactsDocument struct {
	Checked  string            `json:"checked"`
	Releases []ReleaseDocument `json:"releases"`
	Hosts    []HostDocument    `json:"hosts"`
	Families []FamilyDocument  `json:"families"`
	Devices  []Device          `json:"devices"`
	Targets  []PlaceDocument   `json:"targets"`
}

// ReleaseDocument is a release with its support on a day.
type ReleaseDocument struct {
	Name       string   `json:"name"`
	Build      int      `json:"build"`
	Channel    string   `json:"channel"`
	Tags       []string `json:"tags"`
	Mainstream string   `json:"mainstream"`
	Extended   string   `json:"extended,omitempty"`
	// Phase is mainstream, extended or ended; Days how many are left of it, or have
	// passed since the end.
	Phase  string `json:"phase"`
	Days   int    `json:"days"`
	Source string `json:"source"`
}

// FitDocument is how an image of a build runs on a host.
type FitDocument struct {
	Build   int          `json:"build"`
	Process bool         `json:"process"`
	HyperV  bool         `json:"hyperV"`
	Why     message.Text `json:"why,omitzero"`
}

// HostDocument is a host's row of the matrix.
type HostDocument struct {
	Name   string        `json:"name"`
	Alias  string        `json:"alias"`
	Build  int           `json:"build"`
	Client bool          `json:"client"`
	Fits   []FitDocument `json:"fits"`
}

// FamilyDocument is a line of base images.
type FamilyDocument struct {
	Name   string       `json:"name"`
	Size   message.Text `json:"size"`
	For    message.Text `json:"for"`
	Lacks  message.Text `json:"lacks"`
	Pull   float64      `json:"pullSeconds"` // at 100 Mbit/s
	Source string       `json:"source"`
}

// PlaceDocument is a target and, of an image, whether it takes it.
type PlaceDocument struct {
	Name   string       `json:"name"`
	Takes  bool         `json:"takes"`
	Why    message.Text `json:"why"`
	Then   message.Text `json:"then"` // in 2019
	Now    message.Text `json:"now"`
	Source string       `json:"source,omitempty"`
}

// Table is the facts with support as of a time, the matrix of hosts and builds among them.
func Table(now time.Time) FactsDocument {
	d := FactsDocument{Checked: facts.Checked().String(), Devices: facts.Devices}
	for _, r := range facts.Releases {
		d.Releases = append(d.Releases, releaseDocument(r, now))
	}
	for _, h := range facts.Hosts {
		row := HostDocument{Name: h.Name, Alias: h.Aliases[0], Build: h.Build, Client: h.Client}
		for _, r := range facts.Releases {
			row.Fits = append(row.Fits, fitDocument(h, r.Build, Version{r.Build, -1}))
		}
		d.Hosts = append(d.Hosts, row)
	}
	for _, f := range facts.Families {
		d.Families = append(d.Families, familyDocument(f))
	}
	for _, p := range Places(0, "") {
		d.Targets = append(d.Targets, placeDocument(p))
	}
	return d
}

// Texts are what the facts say in words.
func (d FactsDocument) Texts() []message.Text {
	var out []message.Text
	for _, h := range d.Hosts {
		out = append(out, h.texts()...)
	}
	for _, f := range d.Families {
		out = append(out, f.texts()...)
	}
	for _, p := range d.Targets {
		out = append(out, p.texts()...)
	}
	return out
}

func (h HostDocument) texts() []message.Text {
	var out []message.Text
	for _, f := range h.Fits {
		out = append(out, f.Why)
	}
	return out
}

func (f FamilyDocument) texts() []message.Text { return []message.Text{f.Size, f.For, f.Lacks} }

func (p PlaceDocument) texts() []message.Text { return []message.Text{p.Why, p.Then, p.Now} }

func releaseDocument(r Release, now time.Time) ReleaseDocument {
	phase, until := r.Phase(now)
	days := int(until.Sub(now).Hours() / 24)
	if phase == Ended {
		days = -days
	}
	d := ReleaseDocument{Name: r.Name, Build: r.Build, Channel: r.Channel, Tags: r.Tags, Mainstream: r.Mainstream.String(), Phase: string(phase), Days: days, Source: facts.Sources[r.Source].URL}
	if !r.Extended.IsZero() {
		d.Extended = r.Extended.String()
	}
	return d
}

func fitDocument(h Host, build int, image Version) FitDocument {
	f := Runs(h, Version{h.Build, -1}, image)
	return FitDocument{Build: build, Process: f.Process, HyperV: f.HyperV, Why: f.Why}
}

func familyDocument(f Family) FamilyDocument {
	return FamilyDocument{Name: f.Name, Size: f.Size, For: f.For, Lacks: f.Lacks, Pull: Pull(f, 100).Seconds(), Source: facts.Sources[f.Source].URL}
}

func placeDocument(p Place) PlaceDocument {
	return PlaceDocument{Name: p.Target.Name, Takes: p.Takes, Why: p.Why, Then: p.Target.Then, Now: p.Target.Now, Source: facts.Sources[p.Target.Source].URL}
}

// ImageDocument is what is known of one image.
type ImageDocument struct {
	File    string           `json:"file"`
	Line    int              `json:"line"`
	Ref     string           `json:"ref"`
	Build   int              `json:"build,omitempty"`
	Release *ReleaseDocument `json:"release,omitempty"`
	Family  *FamilyDocument  `json:"family,omitempty"`
	Hosts   []HostDocument   `json:"hosts"` // each with its one fit; none if the build is not known
	Places  []PlaceDocument  `json:"places"`
}

// Texts are what is said of the image in words.
func (d ImageDocument) Texts() []message.Text {
	var out []message.Text
	if d.Family != nil {
		out = d.Family.texts()
	}
	for _, h := range d.Hosts {
		out = append(out, h.texts()...)
	}
	for _, p := range d.Places {
		out = append(out, p.texts()...)
	}
	return out
}

// Documents gives answers their JSON form.
func Documents(answers []Answer, now time.Time) []ImageDocument {
	out := []ImageDocument{}
	for _, a := range answers {
		v := a.Image.Version
		d := ImageDocument{File: a.Use.File, Line: a.Use.Line, Ref: a.Image.Ref, Build: v.Build, Hosts: []HostDocument{}}
		if r, ok := ReleaseOf(v.Build); ok {
			r := releaseDocument(r, now)
			d.Release = &r
		}
		if f, ok := FamilyOf(a.Image.Family); ok {
			f := familyDocument(f)
			d.Family = &f
		}
		for _, h := range facts.Hosts {
			if v.Build != 0 {
				d.Hosts = append(d.Hosts, HostDocument{Name: h.Name, Alias: h.Aliases[0], Build: h.Build, Client: h.Client, Fits: []FitDocument{fitDocument(h, v.Build, v)}})
			}
		}
		for _, p := range Places(v.Build, a.Image.Family) {
			d.Places = append(d.Places, placeDocument(p))
		}
		out = append(out, d)
	}
	return out
}

// ProjectDocument is a project's verdict, and the files that containerize it.
type ProjectDocument struct {
	File       string         `json:"file"`
	Name       string         `json:"name"`
	Frameworks []string       `json:"frameworks"`
	System     string         `json:"system"` // linux, windows, or nothing if it cannot be told
	Base       string         `json:"base"`
	Why        []message.Text `json:"why"`
	Windows    []message.Text `json:"windows"` // what it uses of Windows
	Dockerfile string         `json:"dockerfile"`
	Manifest   string         `json:"manifest"`
}

// Texts are what is said of the project in words.
func (d ProjectDocument) Texts() []message.Text { return slices.Concat(d.Why, d.Windows) }

// ProjectDocuments gives projects their JSON form, as of now.
func ProjectDocuments(list []*Project, now time.Time) []ProjectDocument {
	out := []ProjectDocument{}
	for _, p := range list {
		v := p.Advise(now)
		d := ProjectDocument{File: p.File, Name: p.Name, Frameworks: append([]string{}, p.Frameworks...), Base: v.Base, Why: v.Why, Windows: append([]message.Text{}, p.Windows...)}
		switch {
		case v.Linux:
			d.System = "linux"
		case v.Base != "":
			d.System = "windows"
		}
		if dockerfile, manifest, err := p.Containerize(now); err == nil {
			d.Dockerfile, d.Manifest = dockerfile, manifest
		}
		out = append(out, d)
	}
	return out
}
