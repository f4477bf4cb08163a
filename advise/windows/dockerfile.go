package windows

import (
	"regexp"
	"strings"
)

// Use is a place that names an image, or says how it is run.
type Use struct {
	File string
	Line int
	// Image is a reference; Stage says that it is only a build stage.
	Image, Stage string
	Isolation    string
	Devices      []string
	// OS is what an image's config says: 10.0.17763.437.
	OS string
	// Text is the rest of a Dockerfile's last stage, for what it uses.
	Text string
}

var argUse = regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}?`)

// Dockerfile finds the images of a Dockerfile. ARGs before a FROM are put in; what a
// template would put in is not there.
func Dockerfile(file, text string) []Use {
	var uses []Use
	args, stages := map[string]string{}, map[string]bool{}
	escape := "\\"
	if first, _, _ := strings.Cut(text, "\n"); strings.Contains(strings.ToLower(first), "escape=`") {
		escape = "`"
	}
	var body strings.Builder
	joined, start := "", 0
	for i, raw := range strings.Split(text, "\n") {
		line := strings.TrimSpace(raw)
		if joined == "" {
			start = i + 1
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		if part, ok := strings.CutSuffix(line, escape); ok {
			joined += part + " "
			continue
		}
		line, joined = joined+line, ""
		word, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		switch strings.ToUpper(word) {
		case "ARG":
			name, value, ok := strings.Cut(rest, "=")
			if ok && len(uses) == 0 {
				args[name] = strings.Trim(value, `"'`)
			}
		case "FROM":
			if len(uses) > 0 {
				uses[len(uses)-1].Text = body.String()
			}
			body.Reset()
			fields := strings.Fields(rest)
			for len(fields) > 0 && strings.HasPrefix(fields[0], "--") {
				fields = fields[1:]
			}
			if len(fields) == 0 || strings.Contains(rest, "{{") { // of a template: no image yet
				continue
			}
			ref := argUse.ReplaceAllStringFunc(fields[0], func(v string) string {
				m := argUse.FindStringSubmatch(v)
				if a, ok := args[m[1]]; ok {
					return a
				}
				return m[2]
			})
			u := Use{File: file, Line: start, Image: ref}
			if len(fields) > 2 && strings.EqualFold(fields[1], "as") {
				u.Stage = fields[2]
			}
			if !stages[strings.ToLower(ref)] {
				uses = append(uses, u)
			}
			stages[strings.ToLower(u.Stage)] = u.Stage != ""
		default:
			body.WriteString(line + "\n")
		}
	}
	if len(uses) > 0 {
		uses[len(uses)-1].Text = body.String()
		uses[len(uses)-1].Stage = "" // the last stage is the image
	}
	return uses
}
