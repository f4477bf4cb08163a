package control

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/table"
)

// rule makes a rule of the JSON of its properties, in which $W is the workspace's id.
func (f *fixture) rule(t *testing.T, name, properties string) *DataCollectionRule {
	t.Helper()
	r := &DataCollectionRule{}
	r.ID = ID{Subscription: f.SubscriptionID, Group: f.ResourceGroup, Type: r.ResourceType(), Name: name}.String()
	if err := json.Unmarshal([]byte(strings.ReplaceAll(properties, "$W", f.workspaceID())), &r.Properties); err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	stream       = `"streamDeclarations":{"Custom-App":{"columns":[{"name":"Time","type":"datetime"},{"name":"Level","type":"string"},{"name":"Ms","type":"long"}]}}`
	destinations = `"destinations":{"logAnalytics":[{"workspaceResourceId":"$W","name":"ws"}]}`
)

func (f *fixture) appTable(t *testing.T) {
	t.Helper()
	cols := []table.Column{{Name: "Level", Type: table.String}, {Name: "Ms", Type: table.Real}}
	if _, err := f.PutTable(ctx, f.caller, TableSpec{Ref: f.ref("App_CL"), Columns: cols}); err != nil {
		t.Fatal(err)
	}
}

func TestRules(t *testing.T) {
	f := open(t, vfs.NewMem())
	f.appTable(t)
	flow := func(s string) string {
		return "{" + stream + "," + destinations + `,"dataFlows":[` + s + `]}`
	}
	for _, c := range []struct{ name, properties, code string }{
		{"no transform", flow(`{"streams":["Custom-App"],"destinations":["ws"],"outputStream":"Custom-App_CL"}`), ""},
		{"source", flow(`{"streams":["Custom-App"],"destinations":["ws"],"transformKql":" source ","outputStream":"Custom-App_CL"}`), ""},
		{"Azure's table", flow(`{"streams":["Custom-App"],"destinations":["ws"],"outputStream":"Microsoft-Syslog"}`), ""},
		{"Azure's stream", flow(`{"streams":["Microsoft-Syslog"],"destinations":["ws"]}`), ""},
		{"an undeclared stream", flow(`{"streams":["Custom-Other"],"destinations":["ws"],"outputStream":"Custom-App_CL"}`), "InvalidDataFlow"},
		{"no destination", flow(`{"streams":["Custom-App"],"destinations":["other"],"outputStream":"Custom-App_CL"}`), "InvalidDataFlow"},
		{"no streams", flow(`{"streams":[],"destinations":["ws"]}`), "InvalidDataFlow"},
		{"no such table", flow(`{"streams":["Custom-App"],"destinations":["ws"],"outputStream":"Custom-Other_CL"}`), "InvalidOutputTable"},
		{"a prefix that is none", flow(`{"streams":["Custom-App"],"destinations":["ws"],"outputStream":"App_CL"}`), "InvalidOutputStream"},
		{"a workspace that is none", strings.Replace(flow(`{"streams":["Custom-App"],"destinations":["ws"],"outputStream":"Custom-App_CL"}`), "$W", "$W2", 1), "InvalidPayload"},
		{"a stream's name", `{"streamDeclarations":{"App":{"columns":[{"name":"a","type":"int"}]}}}`, "InvalidPayload"},
		{"a stream without columns", `{"streamDeclarations":{"Custom-App":{"columns":[]}}}`, "InvalidPayload"},
		{"a column twice", `{"streamDeclarations":{"Custom-App":{"columns":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}}}`, "InvalidPayload"},
		{"a column's type", `{"streamDeclarations":{"Custom-App":{"columns":[{"name":"a","type":"guid"}]}}}`, "InvalidRequestContent"},
		{"types that do not fit", strings.Replace(flow(`{"streams":["Custom-App"],"destinations":["ws"],"outputStream":"Custom-App_CL"}`), `"Ms","type":"long"`, `"Ms","type":"string"`, 1), "InvalidTransformOutput"},
		{"no flows", "{" + stream + "}", "InvalidPayload"},
	} {
		_, err := Put(ctx, f.Store, f.caller, f.rule(t, "rule", c.properties))
		var invalid *InvalidError
		switch {
		case c.code == "" && err != nil, c.code != "" && (!errors.As(err, &invalid) || invalid.Code != c.code):
			t.Errorf("%s: %v", c.name, err)
		}
	}
	var invalid *InvalidError
	if _, err := Put(ctx, f.Store, f.caller, f.rule(t, "a b", flow(``))); !errors.As(err, &invalid) || invalid.Code != "InvalidResourceName" {
		t.Errorf("a name with a space: %v", err)
	}
}

func TestRuleKeepsItsImmutableID(t *testing.T) {
	f := open(t, vfs.NewMem())
	f.appTable(t)
	text := "{" + stream + "," + destinations + `,"dataFlows":[{"streams":["Custom-App"],"destinations":["ws"],"outputStream":"Custom-App_CL"}],"immutableId":"dcr-mine"}`
	r := f.rule(t, "rule", text)
	if created, err := Put(ctx, f.Store, f.caller, r); err != nil || !created {
		t.Fatal(created, err)
	}
	id := r.Properties.ImmutableID
	if len(id) != len("dcr-")+32 || !strings.HasPrefix(id, "dcr-") {
		t.Errorf("the immutable id is %s", id)
	}
	again := f.rule(t, "RULE", text)
	if created, err := Put(ctx, f.Store, f.caller, again); err != nil || created || again.Properties.ImmutableID != id {
		t.Errorf("%v, %v, %s", created, err, again.Properties.ImmutableID)
	}
	got, err := ByAlias[DataCollectionRule](f.Store, id)
	if err != nil || got.Properties.Destinations.LogAnalytics[0].WorkspaceID != f.WorkspaceID {
		t.Errorf("%+v, %v", got, err)
	}
	flows, err := f.Flows(got, "Custom-App")
	if err != nil || len(flows) != 1 || flows[0].To != f.ref("App_CL") || flows[0].In.String() != "Time:datetime, Level:string, Ms:long" {
		t.Errorf("%+v, %v", flows, err)
	}
	if again, err := f.Flows(got, "Custom-App"); err != nil || again[0] != flows[0] {
		t.Errorf("the flow was compiled twice: %v", err)
	}
	if none, err := f.Flows(got, "Custom-Other"); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}
