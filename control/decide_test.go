package control

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestRolesAgainstActions is the table of every built-in role against every action that
// Yagura asks for, and some that it does not: testdata/roles.
func TestRolesAgainstActions(t *testing.T) {
	datadriven.RunTest(t, "testdata/roles", func(t *testing.T, d *datadriven.TestData) string {
		var out strings.Builder
		for line := range strings.Lines(d.Input) {
			name := strings.TrimSpace(line)
			a := Action{Name: name, Data: d.Cmd == "data"}
			var may []string
			for i := range builtinRoles {
				g := []Grant{{Role: &builtinRoles[i], Scope: "/subscriptions/s"}}
				if Decide(g, a, "/subscriptions/s/resourceGroups/g/providers/P/t/n") {
					may = append(may, builtinRoles[i].Name)
				}
				for _, elsewhere := range []string{"/subscriptions/s2/resourceGroups/g", "/subscriptions", "/", ""} {
					if Decide(g, a, elsewhere) {
						t.Errorf("%s on %q with a role on another scope", name, elsewhere)
					}
				}
			}
			fmt.Fprintf(&out, "%s: %s\n", name, strings.Join(may, ", "))
		}
		return out.String()
	})
}

func TestDecideByScope(t *testing.T) {
	reader, _ := builtin("Reader")
	for _, c := range []struct {
		granted, asked string
		want           bool
	}{
		{"/", "/subscriptions/s", true},
		{"/subscriptions/s", "/subscriptions/S/resourceGroups/g", true},
		{"/subscriptions/s/resourceGroups/g", "/subscriptions/s", false},
		{"/subscriptions/s/resourceGroups/g", "/subscriptions/s/resourcegroups/G/providers/P/t/n", true},
		{"/subscriptions/s/resourceGroups/g", "/subscriptions/s/resourceGroups/g2/providers/P/t/n", false},
		{"/subscriptions/s/resourceGroups/g/providers/P/t/n", "/subscriptions/s/resourceGroups/g/providers/P/t/n/tables/T", true},
		{"/subscriptions/s/resourceGroups/g/providers/P/t/n/tables/T", "/subscriptions/s/resourceGroups/g/providers/P/t/n/tables/T2", false},
	} {
		if got := Decide([]Grant{{Role: reader, Scope: c.granted}}, Action{Name: "P/t/read"}, c.asked); got != c.want {
			t.Errorf("%s on %s: %v", c.granted, c.asked, got)
		}
	}
}

// TestNotActionsAreOfOneRole shows that what one role takes away another may give, and
// that a role takes away only from itself.
func TestNotActionsAreOfOneRole(t *testing.T) {
	a := Role{Actions: []string{"*"}, NotActions: []string{"*/delete"}, DataActions: []string{"P/*"}, NotDataActions: []string{"P/secret/*"}}
	b := Role{Actions: []string{"P/t/delete"}}
	for _, c := range []struct {
		roles []*Role
		a     Action
		want  bool
	}{
		{[]*Role{&a}, Action{Name: "P/t/read"}, true},
		{[]*Role{&a}, Action{Name: "P/t/Delete"}, false},
		{[]*Role{&a, &b}, Action{Name: "P/t/delete"}, true},
		{[]*Role{&a}, Action{Name: "P/rows/read", Data: true}, true},
		{[]*Role{&a}, Action{Name: "P/secret/read", Data: true}, false},
		{[]*Role{&b}, Action{Name: "P/t/delete", Data: true}, false}, // an action is no data action
	} {
		var g []Grant
		for _, r := range c.roles {
			g = append(g, Grant{Role: r, Scope: "/"})
		}
		if got := Decide(g, c.a, "/subscriptions/s"); got != c.want {
			t.Errorf("%+v: %v", c.a, got)
		}
	}
}

func builtin(name string) (*Role, bool) {
	i := slices.IndexFunc(builtinRoles, func(r Role) bool { return r.Name == name })
	return &builtinRoles[i], i >= 0
}

// TestConditions shows what a condition says of tables: testdata/conditions.
func TestConditions(t *testing.T) {
	datadriven.RunTest(t, "testdata/conditions", func(t *testing.T, d *datadriven.TestData) string {
		c, err := parseCondition(d.Input)
		if err != nil {
			return err.Error() + "\n"
		}
		var out strings.Builder
		for _, table := range d.CmdArgs {
			fmt.Fprintf(&out, "%s: %s\n", table.Key, c.on(readData, table.Key))
		}
		fmt.Fprintf(&out, "no table: %s\nanother action: %s\n", c.on(readData, ""), c.on("P/t/write", ""))
		return out.String()
	})
}

func FuzzCondition(f *testing.F) {
	f.Add("((!(ActionMatches{'a/b'})) OR (@Resource[Microsoft.OperationalInsights/workspaces/tables:name] StringEquals 'T'))")
	f.Add("@Resource[Microsoft.OperationalInsights/workspaces/tables/record:c<$key_case_sensitive$>] ForAnyOfAnyValues:StringLikeIgnoreCase {'a', 'b'}")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCondition(text)
		if err != nil {
			return
		}
		_ = c.on(readData, "T")
		if len(text) > maxCondition {
			t.Fatal("too long")
		}
	})
}
