package rule

import (
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/windows"
)

var windowsDevice = Rule{
	ID: "windows-device", Severity: Error, Title: "A device is not passed through",
	Doc:     "Windows passes classes of devices, `--device class/{GUID}`: with process isolation only, from hosts of Windows Server 2019 or Windows 10 1809 on, to images of 1809 on, with Docker 19.03 or containerd 1.7. The GPU's class is DirectX and what is built on it, in the windows and windows/server images only.",
	Fix:     "Process isolation, a matching host, and a base image that has the libraries.",
	Sources: []string{windows.All().Sources["devices"].URL, windows.All().Sources["gpu"].URL},
	check: func(c *run) {
		for _, im := range c.images() {
			for _, option := range im.use.Devices {
				d, class, named := windows.DeviceClass(option)
				if !class {
					im.report(finding{reason: message.New("Device %s is not class/{GUID}, the one form that Windows takes.", option), failure: message.New("The container does not start.")})
					continue
				}
				if !named {
					im.report(finding{severity: Warning, reason: message.New("%s is none of the classes that Microsoft documents.", d.Name), failure: message.New("Whether it works depends on its driver.")})
				}
				host := 0
				if len(im.hosts) > 0 {
					host = im.hosts[0].Build
				}
				if why := windows.PassThrough(d, firstOf(im.use.Isolation, c.Isolation), host, im.Version.Build, im.Family); len(why) > 0 {
					im.report(finding{reason: message.New("%s: %s.", d.Name, message.Join(why, "; ")), failure: message.New("The container does not start, or does not see the device.")})
				}
			}
		}
	},
}
