package windows

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/message"
)

// Answer is what is known of one image.
type Answer struct {
	Use   Use
	Image Image
}

// Answers reads uses; those that are not of Windows are left out.
func Answers(uses []Use) []Answer {
	var out []Answer
	for _, u := range uses {
		im, ok := ParseImage(u.Image)
		if v, has := ParseVersion(u.OS); has {
			im.Version, ok = v, true
		}
		if ok && u.Stage == "" {
			out = append(out, Answer{u, im})
		}
	}
	return out
}

// Text writes for each image its release, its base, the hosts and isolations that run
// it, and the targets that take it.
func Text(w io.Writer, answers []Answer, now time.Time) error {
	b := bufio.NewWriter(w)
	for _, a := range answers {
		fmt.Fprintf(b, "%s:%d: %s\n", a.Use.File, a.Use.Line, a.Image.Ref)
		if r, ok := ReleaseOf(a.Image.Version.Build); ok {
			support, _ := r.Support(now)
			fmt.Fprintf(b, "    release   %s, build %d, %s; %s\n", r.Name, r.Build, r.Channel, support)
		} else {
			fmt.Fprintf(b, "    release   the name does not tell; hosts cannot be compared (the image's config can: give a tar or an OCI layout)\n")
		}
		if f, ok := FamilyOf(a.Image.Family); ok {
			fmt.Fprintf(b, "    base      %s: %s; %s; about %s to pull at 100 Mbit/s; lacks %s\n", f.Name, f.Size, f.For, Pull(f, 100), f.Lacks)
		}
		if a.Image.Version.Build != 0 {
			var line []string
			for _, h := range facts.Hosts {
				line = append(line, h.Aliases[0]+" "+Runs(h, Version{h.Build, -1}, a.Image.Version).Letters())
			}
			fmt.Fprintf(b, "    hosts     %s   (P process, H Hyper-V, - neither)\n", strings.Join(line, ", "))
		}
		for _, p := range Places(a.Image.Version.Build, a.Image.Family) {
			yes := "no "
			if p.Takes {
				yes = "yes"
			}
			fmt.Fprintf(b, "    %s       %s: %s (2019: %s)\n", yes, p.Target.Name, p.Why, p.Target.Then)
		}
		fmt.Fprintln(b)
	}
	return b.Flush()
}

// Pull is how long a base takes to pull at a speed; layers that a host has already cost
// nothing.
func Pull(f Family, megabits float64) time.Duration {
	return time.Duration(float64(f.Megabytes) * 8 / megabits * float64(time.Second)).Round(time.Second)
}

// Letters is the fit as tables have it: P,H, H, P or -.
func (f Fit) Letters() string {
	switch {
	case f.Process && f.HyperV:
		return "P,H"
	case f.Process:
		return "P"
	case f.HyperV:
		return "H"
	}
	return "-"
}

// ProjectText writes a project's verdict as of now.
func ProjectText(w io.Writer, p *Project, now time.Time) error {
	v := p.Advise(now)
	where := "Windows"
	switch {
	case v.Linux:
		where = "Linux"
	case v.None:
		where = "no container of its own"
	case v.Base == "":
		where = "not known"
	}
	base := ""
	if v.Base != "" {
		base = "    base      " + v.Base + "\n"
	}
	_, err := fmt.Fprintf(w, "%s: %s\n    targets   %s\n    runs on   %s\n%s    because   %s\n\n", p.File, p.Name, strings.Join(p.Frameworks, ", "), where, base, message.Join(v.Why, "; "))
	return err
}
