package rule

import (
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/windows"
)

var windowsHost = Rule{
	ID: "windows-host", Severity: Error, Title: "The image does not run on the host",
	Doc: "With process isolation a container shares the host's kernel: image and host must be of one build (an image of 1803 wants a host of 1803), and for Windows Server 2016 of one revision. Microsoft has relaxed this for Windows Server 2022's images on Windows Server 2025, Annual Channel and Windows 11. " +
		"With Hyper-V isolation the image may be older. An image that is newer than the host never runs. Kubernetes knows process isolation only.",
	Fix:     "Rebuild the image on the host's release, or run it with Hyper-V isolation (`--isolation=hyperv`) where that is possible.",
	Sources: []string{windows.All().Sources["compatibility"].URL, windows.All().Sources["portability"].URL, windows.All().Sources["kubernetes"].URL},
	check: func(c *run) {
		for _, im := range c.images() {
			if im.Version.Build == 0 {
				continue
			}
			for _, h := range im.hosts {
				fit := windows.Runs(h.Host, h.Version, im.Version)
				isolation := firstOf(im.use.Isolation, c.Isolation)
				ok := fit.Process || fit.HyperV
				switch isolation {
				case "process":
					ok = fit.Process
				case "hyperv":
					ok = fit.HyperV
				}
				if ok {
					continue
				}
				how := message.New("with either isolation")
				if isolation != "" {
					how = message.New("with %s isolation", isolation)
				}
				reason := message.New("Image of build %d on %s, %s: %s.", im.Version.Build, h.Name, how, fit.Why)
				if fit.HyperV && isolation == "process" {
					reason = message.Sentences(reason, message.New("Hyper-V isolation would do."))
				}
				im.report(finding{reason: reason, failure: message.Verbatim(windows.Mismatch)})
			}
		}
	},
}
