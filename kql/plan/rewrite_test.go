package plan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/yagura/yagura/table"
)

// TestMapExprsKnowsAll finds the node types in the package's source, so that a new one
// that MapExprs does not know fails here and not in a query.
func TestMapExprsKnowsAll(t *testing.T) {
	known, nodes := map[string]bool{}, map[string]bool{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			fd, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if fd.Name.Name == "node" && fd.Recv != nil {
				nodes[fd.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name] = true
			}
			if fd.Name.Name == "MapExprs" {
				ast.Inspect(fd, func(n ast.Node) bool {
					if c, ok := n.(*ast.CaseClause); ok {
						for _, e := range c.List {
							known[e.(*ast.StarExpr).X.(*ast.Ident).Name] = true
						}
					}
					return true
				})
			}
		}
	}
	if len(nodes) < 15 {
		t.Fatalf("found only %d node types", len(nodes))
	}
	for n := range nodes {
		if !known[n] {
			t.Errorf("MapExprs does not know %s", n)
		}
	}
}

func TestRewriteAllVisitsSubplans(t *testing.T) {
	long := &table.Schema{Cols: []table.Column{{Name: "x", Type: table.Long}}}
	scan := func(name string) *Scan { return &Scan{Ref: table.Ref{Table: name}, Table: long} }
	x := &Col{0, table.Long}
	root := &Filter{
		In:   &Partition{In: scan("a"), By: x, ID: 1, Sub: &Union{[]Node{&SubInput{1, long}, scan("b")}}},
		Cond: &InRows{X: &Scalar{Root: &Filter{scan("c"), &Lit{true, table.Bool}}, Of: table.Long}, Root: scan("d")},
	}
	var seen []string
	got := RewriteAll(root, func(n Node) Node {
		if s, ok := n.(*Scan); ok {
			seen = append(seen, s.Ref.Table)
			return scan(s.Ref.Table + s.Ref.Table)
		}
		return n
	})
	if s := strings.Join(seen, " "); s != "a b c d" {
		t.Errorf("visited %q", s)
	}
	var after []string
	Walk(got, func(n Node) bool {
		if s, ok := n.(*Scan); ok {
			after = append(after, s.Ref.Table)
		}
		return true
	})
	if s := strings.Join(after, " "); s != "aa bb cc dd" {
		t.Errorf("rewritten to %q", s)
	}
	if root.In.(*Partition).In.(*Scan).Ref.Table != "a" {
		t.Error("RewriteAll changed its argument")
	}
}
