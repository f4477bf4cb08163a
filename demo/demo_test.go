package demo

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/table"
)

var someDay = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// TestDay makes a day and checks that every row fits Azure's table, and that each
// story has left its traces.
func TestDay(t *testing.T) {
	s, rows, traces := New(1), 0, map[string]int{}
	for m := someDay; m.Before(someDay.Add(24 * time.Hour)); m = m.Add(time.Minute) {
		for _, r := range s.Minute(m) {
			schema, ok := table.Builtin(r.Table)
			if !ok {
				t.Fatalf("Azure Monitor has no table %s", r.Table)
			}
			rows += len(r.Records)
			for _, rec := range r.Records {
				check(t, r.Table, schema, rec, m)
				text, err := json.Marshal(rec)
				if err != nil {
					t.Fatal(err)
				}
				for _, trace := range []string{"FailedScheduling", "Connection refused", "Execution Timeout Expired", "AADSTS7000222", "NodeNotReady", "185.220.101.34", "PlatformInitiated"} {
					if strings.Contains(string(text), trace) {
						traces[r.Table+": "+trace]++
					}
				}
			}
		}
	}
	for _, want := range []string{"KubeEvents: FailedScheduling", "ContainerLogV2: Connection refused", "AppExceptions: Execution Timeout Expired", "AADServicePrincipalSignInLogs: AADSTS7000222",
		"AzureActivity: AADSTS7000222", "KubeEvents: NodeNotReady", "SigninLogs: 185.220.101.34", "AzureActivity: PlatformInitiated"} {
		if traces[want] == 0 {
			t.Errorf("no trace of %s", want)
		}
	}
	t.Logf("%d rows a day: %v", rows, traces)
}

func check(t *testing.T, name string, schema *table.Schema, rec Record, m time.Time) {
	t.Helper()
	for k, v := range rec {
		i := schema.Index(k)
		if i < 0 {
			t.Fatalf("%s has no column %s", name, k)
		}
		ok := false
		switch schema.Cols[i].Type {
		case table.String:
			_, ok = v.(string)
		case table.Datetime:
			text, _ := v.(string)
			_, err := table.ParseTime(text)
			ok = err == nil
		case table.Bool:
			_, ok = v.(bool)
		case table.Int, table.Long, table.Real:
			ok = reflect.ValueOf(v).CanInt() || reflect.ValueOf(v).CanFloat()
		case table.Dynamic:
			ok = true
		}
		if !ok {
			t.Fatalf("%s.%s is %s, but the row has %T %v", name, k, schema.Cols[i].Type, v, v)
		}
	}
	at, err := table.ParseTime(rec["TimeGenerated"].(string))
	if err != nil || at.Go().Before(m.Add(-earliness)) || at.Go().After(m.Add(lateness)) {
		t.Fatalf("%s: a row of %s is at %v", name, m, rec["TimeGenerated"])
	}
}

// TestDeterministic makes a minute twice, and with another seed.
func TestDeterministic(t *testing.T) {
	m := someDay.Add(rolloutFrom)
	a, b := New(1).Minute(m), New(1).Minute(m)
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed and minute gave different rows")
	}
	if reflect.DeepEqual(a, New(2).Minute(m)) {
		t.Error("another seed gave the same rows")
	}
}

// TestPodsStayGone: a pod that is not listed any more does not come back.
func TestPodsStayGone(t *testing.T) {
	s, seen, gone := New(1), map[string]time.Time{}, map[string]bool{}
	for m := someDay.Add(-12 * time.Hour); m.Before(someDay.Add(36 * time.Hour)); m = m.Add(time.Minute) {
		now := map[string]bool{}
		for _, r := range s.Minute(m) {
			if r.Table != "KubePodInventory" {
				continue
			}
			for _, rec := range r.Records {
				name := rec["Name"].(string)
				if now[name] = true; gone[name] {
					t.Fatalf("%s: %s is back, last seen at %s", m, name, seen[name])
				}
				seen[name] = m
			}
		}
		for name := range seen {
			gone[name] = gone[name] || !now[name]
		}
	}
	if len(seen) < 30 {
		t.Errorf("%d pods only", len(seen))
	}
}

// TestDashboards holds the Japanese of the dashboards to their texts.
func TestDashboards(t *testing.T) {
	used := map[string]bool{}
	var read func(any)
	read = func(tree any) {
		switch v := tree.(type) {
		case map[string]any:
			for _, name := range texts {
				if text, ok := v[name].(string); ok {
					used[text] = true
				}
			}
			for _, inner := range v {
				read(inner)
			}
		case []any:
			for _, inner := range v {
				read(inner)
			}
		}
	}
	for _, d := range Dashboards() {
		var tree any
		if err := json.Unmarshal([]byte(d.JSON), &tree); err != nil {
			t.Fatal(err)
		}
		read(tree)
		used[d.Title] = true
	}
	for text := range used {
		if inJapanese()[text] == "" {
			t.Errorf("%q has no Japanese", text)
		}
	}
	for text := range inJapanese() {
		if !used[text] {
			t.Errorf("no dashboard says %q", text)
		}
	}
}
