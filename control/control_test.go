package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

var ctx = context.Background()

type fixture struct {
	*Store
	Setup
	fs     *vfs.Mem
	cat    *catalog.Catalog
	caller Caller
}

func open(t *testing.T, fs *vfs.Mem) *fixture {
	t.Helper()
	cat, err := catalog.Open(fs, "catalog", catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cat.Close() })
	dir, err := identity.Open(ctx, cat, identity.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, setup, err := Open(ctx, cat, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := dir.Application(setup.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{s, setup, fs, cat, Caller{Principal: p}}
}

func (f *fixture) workspaceID() string {
	return ID{Subscription: f.SubscriptionID, Group: f.ResourceGroup, Type: typeWorkspace, Name: f.WorkspaceName}.String()
}

func TestSetupHappensOnce(t *testing.T) {
	f := open(t, vfs.NewMem())
	if f.ClientSecret == "" || f.SharedKey == "" || f.WorkspaceName != "yagura" {
		t.Fatalf("%+v", f.Setup)
	}
	if err := f.cat.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, f.fs)
	if again.ClientSecret != "" {
		t.Error("the second start made a secret")
	}
	want := f.Setup
	want.ClientSecret = ""
	if again.Setup != want {
		t.Errorf("%+v\nwant %+v", again.Setup, want)
	}
}

// TestSetupSurvivesCrashes loses power after each of the first start's writes: the next
// start must have all of a set-up.
func TestSetupSurvivesCrashes(t *testing.T) {
	for n := 1; ; n++ {
		fs := vfs.NewMem()
		fs.Fail(n, errors.New("power lost"))
		err := func() error {
			cat, err := catalog.Open(fs, "catalog", catalog.Options{})
			if err != nil {
				return err
			}
			defer cat.Close()
			dir, err := identity.Open(ctx, cat, identity.Options{})
			if err != nil {
				return err
			}
			_, _, err = Open(ctx, cat, dir, Options{})
			return err
		}()
		if f := open(t, fs.Crash(50, uint64(n))); f.SharedKey == "" {
			t.Errorf("after a failure at write %d: %+v", n, f.Setup)
		}
		if err == nil {
			return
		}
	}
}

func TestWorkspaceNames(t *testing.T) {
	f := open(t, vfs.NewMem())
	id := f.workspaceID()
	for _, name := range []string{
		f.WorkspaceID, strings.ToUpper(f.WorkspaceID), id, strings.ToUpper(id), "yagura", "Yagura", "yagura/yagura",
		f.SubscriptionID + "/yagura/yagura",
	} {
		w, err := f.Workspace(name)
		if err != nil || w.Properties.CustomerID != f.WorkspaceID {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "other", "00000000-1111-2222-3333-444444444444", id + "x", "/", "yagura/other"} {
		if w, err := f.Workspace(name); !IsNotFound(err) {
			t.Errorf("%q: %v, %v", name, w, err)
		}
	}
	if _, err := f.Put(ctx, f.caller, newGroup(f.SubscriptionID, "two", "local"), Match{}); err != nil {
		t.Fatal(err)
	}
	twin := &Workspace{Meta: Meta{Location: "local", ID: strings.Replace(id, "/resourceGroups/yagura/", "/resourceGroups/two/", 1)}}
	if _, err := Put(ctx, f.Store, f.caller, twin); err != nil {
		t.Fatal(err)
	}
	var invalid *InvalidError
	if _, err := f.Workspace("yagura"); !errors.As(err, &invalid) || invalid.Code != "AmbiguousWorkspace" {
		t.Errorf("two of a name: %v", err)
	}
	if w, err := f.Workspace("two/yagura"); err != nil || w.Properties.CustomerID == f.WorkspaceID {
		t.Errorf("by group: %v", err)
	}
}

func TestPutKeepsWhatTheServiceDecides(t *testing.T) {
	f := open(t, vfs.NewMem())
	id := f.workspaceID()
	old, err := Get[Workspace](f.Store, id)
	if err != nil {
		t.Fatal(err)
	}
	forged := &Workspace{Meta: Meta{ID: strings.ToUpper(id)}, Properties: WorkspaceProperties{CustomerID: "x", RetentionInDays: 90}}
	forged.ID = strings.Replace(forged.ID, "/YAGURA", "/yagura", 2)
	created, err := Put(ctx, f.Store, f.caller, forged)
	if err != nil || created {
		t.Fatalf("created %v, %v", created, err)
	}
	w, err := Get[Workspace](f.Store, id)
	if err != nil {
		t.Fatal(err)
	}
	if w.Properties.CustomerID != f.WorkspaceID || w.Properties.RetentionInDays != 90 || w.Etag == old.Etag || !w.SystemData.CreatedAt.Equal(old.SystemData.CreatedAt) {
		t.Errorf("%+v\nwas %+v", w, old)
	}
	if all, err := List[Workspace](f.Store, "/subscriptions/"+f.SubscriptionID); err != nil || len(all) != 1 {
		t.Errorf("%d workspaces, %v", len(all), err)
	}
}

func TestDeleteForgetsAliases(t *testing.T) {
	f := open(t, vfs.NewMem())
	for _, want := range []bool{true, false} {
		if was, err := Delete[Workspace](ctx, f.Store, f.caller, f.workspaceID()); err != nil || was != want {
			t.Errorf("%v, %v", was, err)
		}
	}
	if _, err := ByAlias[Workspace](f.Store, f.WorkspaceID); !IsNotFound(err) {
		t.Errorf("by alias: %v", err)
	}
}

func TestAuthorize(t *testing.T) {
	f := open(t, vfs.NewMem())
	request := func(secret, audience string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		p, err := f.Directory().SignInBySecret(r, f.ClientID, secret)
		if err == nil {
			token, _, err := f.Directory().Session(p, identity.Audience(audience))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "bearer "+token)
		}
		return r
	}
	inside := f.workspaceID()
	for _, c := range []struct {
		name  string
		r     *http.Request
		a     Action
		scope string
		want  error
	}{
		{"query", request(f.ClientSecret, string(identity.LogAnalytics)), QueryLogs, inside, nil},
		{"query by ARM", request(f.ClientSecret, string(identity.Management)), QueryLogs, inside, nil},
		{"query, wrong audience", request(f.ClientSecret, string(identity.Monitor)), QueryLogs, inside, identity.ErrUnauthenticated},
		{"send", request(f.ClientSecret, string(identity.Monitor)), SendLogs, inside, nil},
		{"no token", request("x", ""), SendLogs, inside, identity.ErrUnauthenticated},
		{"another subscription", request(f.ClientSecret, string(identity.Monitor)), SendLogs, "/subscriptions/other/resourceGroups/g", ErrForbidden},
		{"a subscription of which ours is the beginning", request(f.ClientSecret, string(identity.Monitor)), SendLogs, "/subscriptions/" + f.SubscriptionID + "0", ErrForbidden},
		{"everything", request(f.ClientSecret, string(identity.Monitor)), SendLogs, "/", ErrForbidden},
		{"an action of data that no role has", request(f.ClientSecret, string(identity.Management)), Action{"Microsoft.Storage/read", true, []identity.Audience{identity.Management}}, inside, ErrForbidden},
	} {
		if _, err := f.Authorize(c.r, c.a, c.scope); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestActionPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, action string
		want            bool
	}{
		{"*", "a/b/c", true}, {"*/read", "a/b/read", true}, {"*/read", "a/b/write", false}, {"a/*", "a/b/read", true},
		{"a/*/read", "a/b/c/read", true}, {"a/*/read", "a/read", false}, {"a/b", "a/b", true}, {"a/b", "a/bc", false},
		{"a*a", "a", false}, {"A/B", "a/b", true},
	} {
		if got := anyMatches([]string{c.pattern}, c.action); got != c.want {
			t.Errorf("%s matches %s: %v", c.pattern, c.action, got)
		}
	}
}

func TestParseID(t *testing.T) {
	for _, id := range []string{
		"", "/", "/subscriptions", "/subscriptions/s/resourceGroups", "/subscriptions/s/resourceGroups/g/providers/P/t", "/subscriptions/s/resourceGroups/g/providers/P/t/n/u",
		"/subscriptions//resourceGroups/g/providers/P/t/n", "/subscriptions/s/resourceGroups/g/providers/P/t/n\x00", "/subscriptions/s/resourceGroups/g/providers/P/t/a\\b",
		"/subscriptions/s/resourceGroups/../providers/P/t/n", "/subscriptions/s/providers/P/t/a%2Fb", "/subscriptions/s/providers/P/t/" + strings.Repeat("x", 10_000),
	} {
		if got, ok := ParseID(id); ok {
			t.Errorf("%q: %+v", id, got)
		}
	}
	for in, want := range map[string]string{
		"/SUBSCRIPTIONS/s/resourcegroups/g/PROVIDERS/P.I/t/n":               "/subscriptions/s/resourceGroups/g/providers/P.I/t/n",
		"subscriptions/s/providers/P.I/t/n/":                                "/subscriptions/s/providers/P.I/t/n",
		"/subscriptions/s":                                                  "/subscriptions/s",
		"/subscriptions/s/resourcegroups/g":                                 "/subscriptions/s/resourceGroups/g",
		"//subscriptions//s/providers/P.I/t/n/u/m":                          "/subscriptions/s/providers/P.I/t/n/u/m",
		"/providers/P.I/t/n":                                                "/providers/P.I/t/n",
		"/subscriptions/s/resourceGroups/g/providers/P/t/n/providers/Q/u/m": "/subscriptions/s/resourceGroups/g/providers/P/t/n/providers/Q/u/m",
	} {
		if got, ok := ParseID(in); !ok || got.String() != want {
			t.Errorf("%s: %s, %v", in, got, ok)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("/subscriptions/s/resourceGroups/g/providers/P.I/t/n")
	f.Add("/subscriptions/s/providers/P.I/t/n")
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := ParseID(s); ok {
			if again, ok := ParseID(id.String()); !ok || again != id {
				t.Fatalf("%q: %+v, then %+v", s, id, again)
			}
		}
	})
}

// FuzzParsePath shows that no path leads out of the scope that it names: what is parsed
// has no segment that steers a path, and is parsed the same again.
func FuzzParsePath(f *testing.F) {
	f.Add("/subscriptions/s/resourceGroups/g/providers/P.I/t/n/u")
	f.Add("/subscriptions/s/providers/P.I/t/a%2Fb")
	f.Add("/providers/P.I/t/%2e%2e/providers/Q/u/m")
	f.Add("//subscriptions//s//providers/P/t")
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := ParsePath(s)
		if !ok {
			return
		}
		for seg := range strings.SplitSeq(p.ID.String()+"/"+p.Provider+"/"+p.Rest, "/") {
			if seg == "." || seg == ".." || strings.ContainsAny(seg, "\\\"'<>%?#\x00\x7f") {
				t.Fatalf("%q: the segment %q", s, seg)
			}
		}
		id := p.ID.String()
		if p.ID.Type == "" {
			return
		}
		if again, ok := ParseID(id); !ok || again != p.ID || !within(id, p.ID.Scope()) {
			t.Fatalf("%q: %+v, then %+v", s, p.ID, again)
		}
	})
}

func (f *fixture) ref(name string) table.Ref { return table.Ref{Workspace: f.WorkspaceID, Table: name} }

func TestTables(t *testing.T) {
	f := open(t, vfs.NewMem())
	long := strings.Repeat("x", MaxColumnName+1)
	cols := func(names ...string) (cs []table.Column) {
		for _, n := range names {
			cs = append(cs, table.Column{Name: n, Type: table.String})
		}
		return cs
	}
	var many []string
	for i := range MaxColumns {
		many = append(many, fmt.Sprintf("c%d", i))
	}
	for _, c := range []struct {
		name, table string
		cols        []table.Column
		want        string // in the error; "" is none
	}{
		{"a new one", "App_CL", cols("Level", "Message"), ""},
		{"the same again", "App_CL", cols("Level"), ""},
		{"one more column", "App_CL", cols("Host"), ""},
		{"another type", "App_CL", []table.Column{{Name: "Level", Type: table.Long}}, "cannot become"},
		{"no suffix", "App", cols("Level"), "ends in '_CL'"},
		{"dots", "a.b_CL", nil, "invalid"},
		{"a digit", "1_CL", nil, "invalid"},
		{"NUL", "a\x00_CL", nil, "invalid"},
		{"long", strings.Repeat("x", 200) + "_CL", nil, "invalid"},
		{"a reserved column", "App_CL", cols("TenantId2", "id"), "reserved"},
		{"a hidden column", "App_CL", cols("_Seq"), "invalid"},
		{"a long column", "App_CL", cols(long), "invalid"},
		{"too many columns", "Wide_CL", cols(append(many, "one_more")...), "are allowed"},
		{"Azure's", "Heartbeat", cols("Rack_CF"), ""},
		{"Azure's without _CF", "Heartbeat", cols("Rack"), "_CF"},
	} {
		_, err := f.PutTable(ctx, f.caller, TableSpec{Ref: f.ref(c.table), Columns: c.cols})
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", c.name, err)
		}
	}
	app, err := f.Table(f.ref("App_CL"))
	if err != nil || !app.Custom || app.Retention != defaultRetention {
		t.Fatalf("%+v, %v", app, err)
	}
	want := "TimeGenerated:datetime, Level:string, Message:string, Host:string, " + (&table.Schema{Cols: table.Standard}).String()
	if got := app.Schema.String(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if h, err := f.Table(f.ref("Heartbeat")); err != nil || h.Schema.Index("Rack_CF") < 0 {
		t.Errorf("Heartbeat: %v", err)
	}
	if names := f.Tables(f.WorkspaceID); len(names) != len(table.Builtins())+1 {
		t.Errorf("%d tables", len(names))
	}
	if _, err := f.Table(f.ref("Nothing_CL")); !IsNotFound(err) {
		t.Errorf("a table that is not there: %v", err)
	}
}
