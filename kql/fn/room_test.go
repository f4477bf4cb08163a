package fn

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/yagura/yagura/table"
)

// TestSlowCallsEnd calls functions that would take seconds or hours over one row, when
// their query is cancelled already.
func TestSlowCallsEnd(t *testing.T) {
	const n = 200_000
	numbers, words, networks := make([]any, n), make([]any, n), make([]any, n)
	for i := range n {
		numbers[i], words[i], networks[i] = float64((i*7919)%n+1), fmt.Sprint("w", i), fmt.Sprintf("10.%d.%d.0/24", i/256%256, i%256)
	}
	of := func(v table.Value) table.Vec { return table.Repeat(table.TypeOfValue(v), v, 1) }
	a, w := of(table.NewDyn(numbers)), of(table.NewDyn(words))
	for name, args := range map[string][]table.Vec{
		"array_sort_asc":       {a},
		"has_any":              {of("none of them"), w},
		"in":                   {a, w},
		"in~":                  {of("none of them"), w},
		"ipv4_is_in_any_range": {of("1.2.3.4"), of(table.NewDyn(networks))},
		"jaccard_index":        {a, w},
		"replace_strings":      {of(fmt.Sprint(words)), w, w},
		"series_fir":           {a, a},
		"series_iir":           {a, a, a},
		"set_difference":       {a, w},
		"set_equals":           {a, a},
		"set_intersect":        {a, w},
		"set_union":            {w, a},
		"treepath":             {w},
	} {
		f, ok := Lookup(name)
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := f.Overloads[0].Column(ctx, args, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want that it was cancelled", name, err)
		}
		if f.Overloads[0].Folds(args) {
			t.Errorf("%s is computed while a query is compiled, which nobody can cancel", name)
		}
	}
}
