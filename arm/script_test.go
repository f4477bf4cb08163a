package arm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestScripts runs testdata: each command is a request, "METHOD path" with header=value
// arguments; $S is the subscription, $G the group and $W the workspace. What differs
// from run to run is numbered: guids, times, versions.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		s := newServer(t)
		names := newNames()
		saved := map[string]string{}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			out, text := s.script(d, saved)
			saved["LAST"] = text
			return names.hide(s, out)
		})
	})
}

// script sends the request of a command and shows the answer.
func (s *server) script(d *datadriven.TestData, saved map[string]string) (shown, body string) {
	s.Helper()
	expand := strings.NewReplacer("$S", s.group[:strings.Index(s.group, "/resourceGroups")], "$G", s.group, "$W", s.group+workspacePath+"/yagura", "$CLIENT", s.setup.ClientID,
		"$OBJECT", s.object, "$HOST", s.url)
	method, version := strings.ToUpper(d.Cmd), "2023-09-01"
	target := expand.Replace(d.CmdArgs[0].String())
	header := http.Header{}
	show := ""
	for _, a := range d.CmdArgs[1:] {
		value := strings.Join(a.Vals, ",")
		switch a.Key {
		case "version":
			version = value
		case "query":
			target += "?" + expand.Replace(value)
		case "show":
			show = value
		case "expect":
		default:
			header.Set(a.Key, value)
		}
	}
	sep := "?"
	if strings.Contains(target, "?") {
		sep = "&"
	}
	q, err := http.NewRequest(method, s.url+target+sep+"api-version="+version, strings.NewReader(expand.Replace(d.Input)))
	if err != nil {
		return err.Error(), ""
	}
	for k, v := range header {
		q.Header[k] = v
	}
	q.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		return err.Error(), ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error(), ""
	}
	out := fmt.Sprintln(resp.StatusCode)
	var v any
	if json.Unmarshal(text, &v) == nil {
		if show != "" {
			for name := range strings.SplitSeq(show, ",") {
				one, _ := json.Marshal(at(v, name))
				out += name + ": " + string(one) + "\n"
			}
			return out, string(text)
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		if err := enc.Encode(v); err != nil {
			return err.Error(), ""
		}
		out += b.String()
	}
	return out, string(text)
}

// names gives what differs from run to run a number, the same one each time.
type names struct{ seen map[string]string }

func newNames() *names { return &names{map[string]string{}} }

var (
	guids   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	hexes   = regexp.MustCompile(`(dc[re]-)[0-9a-f]{32}`)
	times   = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	etags   = regexp.MustCompile(`\\"\d+\\"`)
	tokens  = regexp.MustCompile(`skiptoken=[\w-]+`)
	secrets = regexp.MustCompile(`"[A-Za-z0-9+/]{86}=="`)
)

func (n *names) hide(s *server, text string) string {
	text = strings.NewReplacer(s.url, "$HOST", s.setup.SubscriptionID, "$SUB", s.setup.TenantID, "$TENANT", s.setup.WorkspaceID, "$WORKSPACE", s.object, "$OBJECT").Replace(text)
	number := func(kind string) func(string) string {
		return func(m string) string {
			if n.seen[m] == "" {
				count := 1
				for _, v := range n.seen {
					if strings.HasPrefix(v, kind) {
						count++
					}
				}
				n.seen[m] = fmt.Sprintf("%s%d", kind, count)
			}
			return n.seen[m]
		}
	}
	text = guids.ReplaceAllStringFunc(text, func(m string) string {
		if strings.HasPrefix(m, "00000000-") {
			return m
		}
		return number("guid")(m)
	})
	text = hexes.ReplaceAllString(text, "${1}hex")
	text = secrets.ReplaceAllStringFunc(text, number("key"))
	text = tokens.ReplaceAllString(text, "skiptoken=token")
	text = etags.ReplaceAllString(text, "version")
	return times.ReplaceAllString(text, "time")
}
