package rule

import (
	"time"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/windows"
)

var windowsSupport = Rule{
	ID: "windows-support", Severity: Error, Title: "The image's Windows is out of support, or about to be",
	Doc:     "Base images are rebuilt with each month's updates as long as their release is supported: ten years for the Long-Term Servicing Channel (five of mainstream and five of extended support), eighteen months for the Semi-Annual Channel, which ended in 2022.",
	Fix:     "Move to a newer Long-Term release. Then the host must follow, or Hyper-V isolation.",
	Sources: []string{windows.All().Sources["lifecycle"].URL},
	check: func(c *run) {
		for _, im := range c.images() {
			r, ok := windows.ReleaseOf(im.Version.Build)
			if !ok {
				continue
			}
			text, supported := r.Support(c.measured.Now)
			end := r.Mainstream.Time
			if !r.Extended.IsZero() {
				end = r.Extended.Time
			}
			f := finding{reason: message.New("%s (build %d) is %s.", r.Name, r.Build, text), failure: message.New("No security updates, and no base image to rebuild on.")}
			switch {
			case !supported:
			case end.Sub(c.measured.Now) < 180*24*time.Hour:
				f.severity = Warning
			case c.measured.Now.After(r.Mainstream.Time):
				f.severity, f.failure = Note, message.New("Security updates only.")
			default:
				continue
			}
			im.report(f)
		}
	},
}
