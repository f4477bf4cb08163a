package windows

import (
	"slices"

	"github.com/yagura/yagura/advise/message"
)

// Place is a target's answer for an image.
type Place struct {
	Target Target
	Takes  bool
	Why    message.Text
}

// Places answers for each target whether it takes an image of a build (0: not known)
// and family today.
func Places(build int, family string) []Place {
	var out []Place
	f, _ := FamilyOf(family)
	for _, t := range facts.Targets {
		p := Place{Target: t, Takes: true, Why: t.Now}
		switch {
		case t.Any:
		case len(t.Builds) == 0:
			p.Takes, p.Why = false, t.Why
		case build != 0 && !slices.Contains(t.Builds, build):
			p.Takes, p.Why = false, message.New("build %d: %s", build, t.Why)
		case t.Megabytes > 0 && f.Megabytes > t.Megabytes:
			p.Takes, p.Why = false, message.New("%s is more than %d MB", f.Size, t.Megabytes)
		}
		out = append(out, p)
	}
	return out
}
