package receive

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/ingest"
)

// flow makes the properties of a rule with one transform.
func transformRule(kql string) string {
	text, err := json.Marshal(kql)
	if err != nil {
		panic(err)
	}
	return `{` + appStream + `,$D,"dataFlows":[{"streams":["Custom-App"],"destinations":["ws"],"transformKql":` + string(text) + `,"outputStream":"Custom-App_CL"}]}`
}

func TestTransforms(t *testing.T) {
	const row = `{"TimeGenerated":"2026-11-23T05:00:00Z","Level":"Error","Ms":1500,"Props":{"pod":"shop-1","n":3}}`
	for _, c := range []struct{ kql, body, want string }{
		{"source | where Level == 'Error'", `[` + row + `,{"Level":"Info"}]`,
			`TimeGenerated=2026-11-23T05:00:00.0000000Z Level=Error Ms=1500 Props={"pod":"shop-1","n":3}`},
		{"source | where Level == 'None'", `[` + row + `]`, ``},
		{"source | extend Level = strcat(Level, '!'), Seconds = Ms / 1000.0", `[` + row + `]`,
			`TimeGenerated=2026-11-23T05:00:00.0000000Z Level=Error! Ms=1500 Props={"pod":"shop-1","n":3} Seconds=1.5`},
		{"source | project TimeGenerated, Level = tolower(Level), Seconds = real(2)", `[` + row + `]`,
			`TimeGenerated=2026-11-23T05:00:00.0000000Z Level=error Seconds=2`},
		{"source | project-away Props, Ms", `[` + row + `]`, `TimeGenerated=2026-11-23T05:00:00.0000000Z Level=Error`},
		{"source | extend Pod = tostring(Props.pod) | project-away Props", `[` + row + `]`,
			`TimeGenerated=2026-11-23T05:00:00.0000000Z Level=Error Ms=1500 Pod=shop-1`},
		{"source\n| parse Level with 'Er' Pod\n| project TimeGenerated, Pod", `[` + row + `]`, `TimeGenerated=2026-11-23T05:00:00.0000000Z Pod=ror`},
		{"source | project Level", `[` + row + `]`, `TimeGenerated=2026-11-23T06:00:00.0000000Z Level=Error`},
		{"let bad = 'Error'; source | where Level has bad | project TimeGenerated = now()", `[` + row + `]`, `TimeGenerated=2026-11-23T06:00:00.0000000Z`},
		{"source | project TimeGenerated, Ms = toint(Ms)", `[` + row + `]`, `TimeGenerated=2026-11-23T05:00:00.0000000Z Ms=1500`},
		{"source | extend _ResourceId = '/SUBSCRIPTIONS/x'| project TimeGenerated, _ResourceId, TenantId = 'mine', Type = 'Other', _TimeReceived = datetime(2000-01-01)", `[` + row + `]`,
			`TimeGenerated=2026-11-23T05:00:00.0000000Z _ResourceId=/subscriptions/x`},
	} {
		s := newServer(t, Options{}, ingest.Options{})
		s.table("App_CL", "Level:string Ms:long Props:dynamic Seconds:real Pod:string")
		path := "/dataCollectionRules/" + s.rule("app", transformRule(c.kql)) + "/streams/Custom-App?api-version=2023-01-01"
		if resp, body := s.logs(path, c.body); resp.StatusCode != 204 {
			t.Errorf("%s: %s: %s", c.kql, describe(resp, body), body)
			continue
		}
		if got := strings.Join(s.rows("App_CL"), "\n"); got != c.want {
			t.Errorf("%s:\n %s\nwant\n %s", c.kql, got, c.want)
		}
	}
}

// A transform is compiled once, and yet now() is the time of each request.
func TestTransformKnowsTheTime(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	s.table("App_CL", "Level:string")
	path := "/dataCollectionRules/" + s.rule("app", transformRule("source | project TimeGenerated = now(), Level")) + "/streams/Custom-App?api-version=2023-01-01"
	for range 2 {
		if resp, body := s.logs(path, `[{"Level":"x"}]`); resp.StatusCode != 204 {
			t.Fatal(describe(resp, body))
		}
		s.now = s.now.Add(time.Second)
	}
	s.wantRows("App_CL", "TimeGenerated=2026-11-23T06:00:00.0000000Z Level=x", "TimeGenerated=2026-11-23T06:00:01.0000000Z Level=x")
}

func TestTransformsThatAreRefused(t *testing.T) {
	s := newServer(t, Options{}, ingest.Options{})
	s.table("App_CL", "Level:string Ms:long")
	w, err := s.control.Workspace(s.setup.WorkspaceID)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ kql, code, message string }{
		{"source | summarize count() by Level", "InvalidTransformQuery", "'summarize' cannot be used"},
		{"source | sort by Ms", "InvalidTransformQuery", "'sort' cannot be used"},
		{"source | take 5", "InvalidTransformQuery", "cannot be used"},
		{"source | join kind=inner (source) on Level", "InvalidTransformQuery", "'join' cannot be used"},
		{"source | union source", "InvalidTransformQuery", "'union' cannot be used"},
		{"source | mv-expand Props", "InvalidTransformQuery", "cannot be used"},
		{"source | where Level in ((source | project Level))", "InvalidTransformQuery", "cannot be used"},
		{"source | extend n = toscalar(source | project Ms)", "InvalidTransformQuery", "toscalar"},
		{"Heartbeat", "InvalidTransformQuery", "Heartbeat"},
		{"source | where Nope == 1", "InvalidTransformQuery", "position 16"},
		{"source |", "InvalidTransformQuery", "position"},
		{"source | project Ms = tostring(Ms)", "InvalidTransformOutput", "Ms [produced:'string', output:'long']"},
		{"source | project TimeGenerated = Level", "InvalidTransformOutput", "TimeGenerated"},
		{strings.Repeat("(", 10_000), "InvalidTransformQuery", ""},
	} {
		r := &control.DataCollectionRule{}
		r.ID = strings.TrimSuffix(w.ID, "Microsoft.OperationalInsights/workspaces/yagura") + r.ResourceType() + "/app"
		text := strings.ReplaceAll(transformRule(c.kql), "$D", `"destinations":{"logAnalytics":[{"workspaceResourceId":"`+w.ID+`","name":"ws"}]}`)
		if err := json.Unmarshal([]byte(text), &r.Properties); err != nil {
			t.Fatal(err)
		}
		_, err := control.Put(ctx, s.control, s.caller, r)
		var invalid *control.InvalidError
		if !errors.As(err, &invalid) || invalid.Code != c.code || !strings.Contains(invalid.Message, c.message) {
			t.Errorf("%.60s: %v", c.kql, err)
		}
	}
}
