package windows

import (
	"go.yaml.in/yaml/v3"

	"github.com/yagura/yagura/advise/message"
)

// Compose finds the services of a compose file. ok is false if it is none.
func Compose(file string, text []byte) (uses []Use, ok bool, err error) {
	var doc struct {
		Services map[string]yaml.Node
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, false, message.Errorf("read %s: %s", file, err)
	}
	for name, node := range doc.Services {
		var s struct {
			Image, Isolation string
			Devices          []yaml.Node
		}
		if err := node.Decode(&s); err != nil {
			return nil, true, message.Errorf("read service %s of %s: %s", name, file, err)
		}
		u := Use{File: file, Line: node.Line, Image: s.Image, Isolation: s.Isolation}
		for _, d := range s.Devices {
			u.Devices = append(u.Devices, d.Value)
		}
		uses = append(uses, u)
	}
	return uses, len(doc.Services) > 0, nil
}
