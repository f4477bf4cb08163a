// Docs writes the pages that are made from the code: settings, KQL's functions, and the
// rules of the advice.
//
//	docs FOLDER
package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yagura/yagura/app"
	"github.com/yagura/yagura/kql/fn"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docs FOLDER")
		os.Exit(2)
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"config.md":        func(b *bytes.Buffer) error { return app.Document(b) },
		"kql/functions.md": functions,
	} {
		var b bytes.Buffer
		err := write(&b)
		if err == nil {
			err = os.WriteFile(filepath.Join(os.Args[1], name), b.Bytes(), 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "docs:", err)
			os.Exit(1)
		}
	}
	for name, page := range rules() {
		file := filepath.Join(os.Args[1], name)
		err := os.MkdirAll(filepath.Dir(file), 0o755)
		if err == nil {
			err = os.WriteFile(file, page, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "docs:", err)
			os.Exit(1)
		}
	}
}

// functions writes a line for every function, by kind, and for those that are refused.
func functions(b *bytes.Buffer) error {
	fmt.Fprint(b, "# KQL's functions in Yagura\n\nMade from the function table. Each example is run by the tests.\n")
	for _, kind := range []struct {
		kind  fn.Kind
		title string
	}{{fn.Scalar, "Scalar functions"}, {fn.Aggregate, "Aggregates"}, {fn.Window, "Window functions"}, {fn.Operator, "Operators"}, {fn.Intrinsic, "Known to the compiler"}} {
		var list []*fn.Func
		for _, f := range fn.All() {
			if f.Kind == kind.kind {
				list = append(list, f)
			}
		}
		slices.SortFunc(list, func(x, y *fn.Func) int { return strings.Compare(x.Name, y.Name) })
		fmt.Fprintf(b, "\n## %s (%d)\n\n| name | | example |\n| --- | --- | --- |\n", kind.title, len(list))
		for _, f := range list {
			example := ""
			if len(f.Examples) > 0 {
				example = "`" + strings.ReplaceAll(f.Examples[0].In, "`", "'") + "` is `" + strings.ReplaceAll(f.Examples[0].Out, "`", "'") + "`"
			}
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", cell(f.Name), cell(f.Doc), cell(example))
		}
	}
	why := map[string]string{}
	for _, name := range fn.RefusedNames() {
		why[name], _ = fn.Refused(name)
	}
	fmt.Fprintf(b, "\n## Plugins\n\n| name | |\n| --- | --- |\n")
	plugins := slices.SortedFunc(slices.Values(fn.Plugins()), func(x, y *fn.Plugin) int { return strings.Compare(x.Name, y.Name) })
	for _, p := range plugins {
		if p.Refused != "" {
			why["evaluate "+p.Name] = p.Refused
			continue
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", p.Name, cell(p.Doc))
	}
	fmt.Fprintf(b, "\n## Refused (%d)\n\nWhat Kusto's parser knows and Yagura does not have: functions, operators and clauses, options of `set`, plugins of `evaluate`.\n\n| name | why |\n| --- | --- |\n", len(why))
	for _, name := range slices.Sorted(maps.Keys(why)) {
		fmt.Fprintf(b, "| `%s` | %s |\n", name, cell(why[name]))
	}
	return nil
}

func cell(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "|", `\|`), "\n", " ")
}
