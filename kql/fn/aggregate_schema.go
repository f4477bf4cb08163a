package fn

import (
	"fmt"
	"slices"

	"github.com/yagura/yagura/table"
)

// schemaIndexer is the key under which buildschema puts the schema of elements.
const schemaIndexer = "`indexer`"

// schemaOf gathers the types that a dynamic has at each path.
type schemaOf struct{ n schemaNode }

// schemaNode is what is known of a path: the scalar types seen, the keys if bags
// were, and the elements if arrays were.
type schemaNode struct {
	types []string
	keys  []string
	vals  []*schemaNode
	elems *schemaNode
}

func (a *schemaOf) Add(args []table.Vec, row int) error {
	if v := args[0].(*table.Of[table.Dyn]); !v.IsNull(row) {
		a.n.add(v.Vals[row].Tree())
	}
	return nil
}

func (n *schemaNode) add(v any) {
	switch v := v.(type) {
	case *table.Bag:
		for i, k := range v.Keys {
			n.key(k).add(v.Vals[i])
		}
	case []any:
		if n.elems == nil {
			n.elems = &schemaNode{}
		}
		for _, e := range v {
			n.elems.add(e)
		}
	case nil:
	default:
		n.typed(schemaType(v))
	}
}

func (n *schemaNode) typed(t string) {
	if !slices.Contains(n.types, t) {
		n.types = append(n.types, t)
	}
}

func (n *schemaNode) key(k string) *schemaNode {
	if i := slices.Index(n.keys, k); i >= 0 {
		return n.vals[i]
	}
	c := &schemaNode{}
	n.keys, n.vals = append(n.keys, k), append(n.vals, c)
	return c
}

func schemaType(v any) string {
	switch v.(type) {
	case bool:
		return "bool"
	case int64:
		return "long"
	case float64:
		return "double"
	case table.Dec:
		return "decimal"
	case string:
		return "string"
	case table.Time:
		return "datetime"
	case table.Duration:
		return "timespan"
	case table.UUID:
		return "guid"
	default:
		panic(fmt.Sprintf("fn: %T in a dynamic", v))
	}
}

func (n *schemaNode) merge(o *schemaNode) {
	for _, t := range o.types {
		n.typed(t)
	}
	for i, k := range o.keys {
		n.key(k).merge(o.vals[i])
	}
	if o.elems != nil {
		if n.elems == nil {
			n.elems = &schemaNode{}
		}
		n.elems.merge(o.elems)
	}
}

func (a *schemaOf) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil {
		a.n.merge(&b.n)
	}
	return err
}

func (a *schemaOf) Result() []table.Value {
	return []table.Value{table.DynValue(a.n.tree())}
}

// tree writes a node as one type, or an array of the types seen; nil if there are
// none.
func (n *schemaNode) tree() any {
	var alts []any
	if n.keys != nil {
		b := &table.Bag{}
		for i, k := range n.keys {
			b.Set(k, n.vals[i].tree())
		}
		alts = append(alts, b)
	}
	if n.elems != nil {
		alts = append(alts, &table.Bag{Keys: []string{schemaIndexer}, Vals: []any{n.elems.tree()}})
	}
	types := slices.Clone(n.types)
	slices.Sort(types)
	for _, t := range types {
		alts = append(alts, t)
	}
	switch len(alts) {
	case 0:
		return nil
	case 1:
		return alts[0]
	}
	return alts
}
