// Package windows knows what fits together in Windows containers: releases, hosts and
// isolation, base images, devices, and where they run. Its facts are in facts.json, with
// sources and the days they were checked.
package windows

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/message"
)

//go:embed facts.json
var factsText []byte

// Facts are what facts.json holds.
type Facts struct {
	Sources  map[string]Source
	Releases []Release
	Hosts    []Host
	Families []Family
	Devices  []Device
	Dotnet   []Runtime
	Targets  []Target
}

// Source is a page that says a fact, and the day it was last compared.
type Source struct {
	URL     string
	Checked Date
}

// Checked is the day since which all sources were compared.
func (f Facts) Checked() Date {
	var first Date
	for _, s := range f.Sources {
		if first.IsZero() || s.Checked.Before(first.Time) {
			first = s.Checked
		}
	}
	return first
}

// Release is a version of Windows that images are made of.
type Release struct {
	Name, Channel                   string
	Build                           int
	Tags                            []string
	Available, Mainstream, Extended Date
	Source                          string
}

// Host is a version of Windows that runs containers.
type Host struct {
	Name    string
	Build   int
	Aliases []string
	Client  bool
	// Process lists the builds that run with process isolation; without it, its own.
	Process []int
	// HyperV lists the builds for Hyper-V isolation; without it, its own and all older.
	// Only says that the lists are all there is.
	HyperV []int
	Only   bool
}

// Family is a line of base images.
type Family struct {
	Name           string
	Repositories   []string
	Size           message.Text
	Megabytes      int
	Framework, GPU bool
	For, Lacks     message.Text
	First, Last    int // builds
	Source         string
}

// Device is a class of devices that may be passed through.
type Device struct {
	GUID   string `json:"guid"`
	Name   string `json:"name"`
	GPU    bool   `json:"gpu"`
	Source string `json:"source"`
}

// Runtime is a version of .NET (Core) and its last day of support.
type Runtime struct {
	Version string
	End     Date
	Source  string
}

// Target is a place that takes Windows containers, or took them in 2019.
type Target struct {
	Name           string
	Then, Now, Why message.Text
	Builds         []int
	Megabytes      int
	Any, Process   bool
	Source         string
}

// Date is a day; the zero value is none.
type Date struct{ time.Time }

// UnmarshalJSON reads 2006-01-02.
func (d *Date) UnmarshalJSON(text []byte) error {
	t, err := time.Parse(`"`+time.DateOnly+`"`, string(text))
	d.Time = t
	return err
}

func (d Date) String() string { return d.Format(time.DateOnly) }

var facts = func() Facts {
	var f Facts
	if err := json.Unmarshal(factsText, &f); err != nil {
		panic(fmt.Errorf("read facts.json: %w", err))
	}
	return f
}()

// All returns the facts.
func All() Facts { return facts }

// ReleaseOf finds a release by its build.
func ReleaseOf(build int) (Release, bool) {
	i := slices.IndexFunc(facts.Releases, func(r Release) bool { return r.Build == build })
	if i < 0 {
		return Release{}, false
	}
	return facts.Releases[i], true
}

// Phase is how a release is supported.
type Phase string

// The phases of a release's support.
const (
	Mainstream Phase = "mainstream"
	Extended   Phase = "extended"
	Ended      Phase = "ended"
)

// Phase says how a release is supported on a day, and when that ends or has ended.
// Support lasts through the day it ends on.
func (r Release) Phase(on time.Time) (Phase, Date) {
	over := func(d Date) bool { return !on.Before(d.AddDate(0, 0, 1)) }
	switch {
	case !over(r.Mainstream):
		return Mainstream, r.Mainstream
	case r.Extended.IsZero():
		return Ended, r.Mainstream
	case !over(r.Extended):
		return Extended, r.Extended
	}
	return Ended, r.Extended
}

// Support says in words how a release is supported on a day.
func (r Release) Support(on time.Time) (text message.Text, supported bool) {
	phase, until := r.Phase(on)
	days := int(until.Sub(on).Hours() / 24)
	switch phase {
	case Mainstream:
		return message.New("in mainstream support until %s, %d more days", until, days), true
	case Extended:
		return message.New("mainstream support ended on %s; in extended support until %s, %d more days", r.Mainstream, until, days), true
	default:
		return message.New("out of support since %s", until), false
	}
}

// Version is a build and a revision; -1 if it is not known.
type Version struct{ Build, Revision int }

// ParseVersion reads 10.0.17763.437, 17763.437 or 17763.
func ParseVersion(text string) (Version, bool) {
	parts := strings.Split(strings.TrimPrefix(text, "10.0."), ".")
	build, err := strconv.Atoi(parts[0])
	if err != nil || build < 10000 || build > 99999 || len(parts) > 2 {
		return Version{}, false
	}
	v := Version{build, -1}
	if len(parts) == 2 {
		if v.Revision, err = strconv.Atoi(parts[1]); err != nil {
			return Version{}, false
		}
	}
	return v, true
}

// ParseHost reads a host's name: 1809, ltsc2022, win11, 10.0.20348.1.
func ParseHost(text string) (Host, Version, error) {
	name := strings.ToLower(strings.TrimSpace(text))
	if v, ok := ParseVersion(name); ok {
		for _, h := range facts.Hosts {
			if h.Build == v.Build && !h.Client {
				return h, v, nil
			}
		}
		return Host{}, v, message.Errorf("no version of Windows Server has build %d", v.Build)
	}
	for _, h := range facts.Hosts {
		if slices.Contains(h.Aliases, name) || strings.EqualFold(h.Name, name) {
			return h, Version{h.Build, -1}, nil
		}
	}
	var known []string
	for _, h := range facts.Hosts {
		known = append(known, h.Aliases[0])
	}
	return Host{}, Version{}, message.Errorf("there is no host %q: it is one of %s, or a version like 10.0.20348.1", text, strings.Join(known, ", "))
}

// Fit is how an image runs on a host.
type Fit struct {
	Process, HyperV bool
	// Why says what decides, for either isolation that is refused.
	Why message.Text
}

// Mismatch is what the host answers when the image does not fit.
const Mismatch = "The operating system of the container does not match the operating system of the host. (0xc0370101)"

// Runs is the compatibility matrix: process isolation wants the host's own build (and
// revision, for 2016), or a pair that Microsoft has relaxed; Hyper-V isolation takes
// what is as old or older. Nothing takes an image that is newer than the host.
func Runs(h Host, host, image Version) Fit {
	if image.Build > h.Build {
		return Fit{Why: message.New("the image (%d) is newer than the host (%d)", image.Build, h.Build)}
	}
	f := Fit{Process: image.Build == h.Build, HyperV: true}
	if h.Process != nil {
		f.Process = slices.Contains(h.Process, image.Build)
	}
	if h.Only {
		f.HyperV = slices.Contains(h.HyperV, image.Build) || f.Process && h.HyperV == nil && !strings.Contains(h.Name, "Annual")
	}
	if f.Process && image.Build == 14393 && host.Revision >= 0 && image.Revision >= 0 && host.Revision != image.Revision {
		f.Process = false
		f.Why = message.New("Windows Server 2016 wants equal revisions: host .%d, image .%d", host.Revision, image.Revision)
		return f
	}
	switch {
	case f.Process && f.HyperV:
	case f.HyperV:
		f.Why = message.New("process isolation shares the host's kernel, and the image's build %d is not %s", image.Build, wanted(h))
	case f.Process:
		f.Why = message.New("the host runs no Hyper-V isolation")
	default:
		f.Why = message.New("%s runs %s only", h.Name, wanted(h))
	}
	return f
}

func wanted(h Host) message.Text {
	if len(h.Process) == 0 {
		return message.Verbatim(strconv.Itoa(h.Build))
	}
	out := message.Verbatim(strconv.Itoa(h.Process[0]))
	for _, b := range h.Process[1:] {
		out = message.New("%s or %d", out, b)
	}
	return out
}
