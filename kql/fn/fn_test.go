package fn

import (
	"encoding/json"
	"os"
	"testing"
)

// TestEntries holds every entry to what the rest of the project relies on.
func TestEntries(t *testing.T) {
	for _, f := range All() {
		if f.Doc == "" {
			t.Errorf("%s has no doc", f.Name)
		}
		if len(f.Overloads) == 0 {
			t.Errorf("%s cannot be called", f.Name)
		}
		if f.Kind != Intrinsic && f.Alias == "" && !f.Hidden && len(f.Examples) == 0 {
			t.Errorf("%s has no example", f.Name)
		}
		if f.Alias != "" {
			if a, ok := Lookup(f.Alias); !ok || a.Alias != "" {
				t.Errorf("%s is an alias of %s, which is not a function of its own", f.Name, f.Alias)
			}
		}
		for i := range f.Overloads {
			o := &f.Overloads[i]
			ways := 0
			for _, set := range []bool{o.Macro != "", o.OneColumn(), o.EvalN != nil, o.Agg != nil} {
				if set {
					ways++
				}
			}
			if ways > 1 || ways == 0 && f.Kind != Intrinsic {
				t.Errorf("%s: overload %d is implemented in %d ways", f.Name, i, ways)
			}
			if o.Outs == nil && o.EvalN != nil {
				t.Errorf("%s: overload %d: EvalN without Outs", f.Name, i)
			}
			if o.Returns == nil {
				t.Errorf("%s: overload %d has no type", f.Name, i)
			}
		}
	}
}

// TestHidden compares which functions completion offers with what Microsoft's does.
// That all are there or refused is looked at in test/conformance.
func TestHidden(t *testing.T) {
	var inv struct {
		Functions []struct {
			Name   string
			Hidden bool
		}
	}
	text, err := os.ReadFile("../../../shared/kql/inventory.json")
	if os.IsNotExist(err) {
		t.Skip("no inventory beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &inv); err != nil {
		t.Fatal(err)
	}
	for _, f := range inv.Functions {
		if g, ok := byName[f.Name]; ok && g.Hidden != f.Hidden {
			t.Errorf("%s: hidden is %v, should be %v", f.Name, g.Hidden, f.Hidden)
		}
	}
}

// TestRefused holds refusals to have a reason, and to be of what is not there.
func TestRefused(t *testing.T) {
	for name, reason := range refused {
		if _, ok := Lookup(name); ok || reason == "" {
			t.Errorf("%s is refused, but there, or without a reason", name)
		}
	}
}
