package windows

import (
	"regexp"
	"strings"

	"github.com/yagura/yagura/advise/message"
)

var classDevice = regexp.MustCompile(`(?i)class/\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?`)

// DeviceClass finds a device class in an option: class/{GUID}. named is false if it is
// no class of the list.
func DeviceClass(option string) (d Device, isClass, named bool) {
	m := classDevice.FindStringSubmatch(option)
	if m == nil {
		return Device{}, false, false
	}
	for _, d := range facts.Devices {
		if strings.EqualFold(d.GUID, m[1]) {
			return d, true, true
		}
	}
	return Device{GUID: strings.ToUpper(m[1]), Name: "class " + strings.ToUpper(m[1])}, true, false
}

// PassThrough says why a device may not be passed to an image; nothing if it may. Host
// and image are 0 if they are not known.
func PassThrough(d Device, isolation string, host, image int, family string) []message.Text {
	const first = 17763
	var why []message.Text
	if isolation == "hyperv" {
		why = append(why, message.New("devices are passed through with process isolation only"))
	}
	if host > 0 && host < first {
		why = append(why, message.New("the host (%d) is older than Windows Server 2019 (%d)", host, first))
	}
	if image > 0 && image < first {
		why = append(why, message.New("the image (%d) is older than 1809 (%d)", image, first))
	}
	if f, ok := FamilyOf(family); ok && d.GPU && !f.GPU {
		why = append(why, message.New("DirectX is in the windows and windows/server images only, not in %s", family))
	}
	return why
}
