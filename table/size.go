package table

import "fmt"

// boxBytes is what an interface takes.
const boxBytes = 16

// ValueBytes is roughly the memory that a value takes.
func ValueBytes(v Value) int64 {
	switch v := v.(type) {
	case nil:
		return boxBytes
	case string:
		return boxBytes + 16 + int64(len(v))
	case Dec:
		return boxBytes + 16 + int64(len(v))
	case Dyn:
		return boxBytes + treeBytes(v.v)
	}
	return boxBytes + 8
}

func treeBytes(t any) int64 {
	switch t := t.(type) {
	case string:
		return boxBytes + 16 + int64(len(t))
	case Dec:
		return boxBytes + 16 + int64(len(t))
	case *Raw:
		return boxBytes + 16 + int64(len(*t))
	case []any:
		n := int64(boxBytes + 24)
		for _, e := range t {
			n += treeBytes(e)
		}
		return n
	case *Bag:
		n := int64(boxBytes + 48)
		for i, k := range t.Keys {
			n += 16 + int64(len(k)) + treeBytes(t.Vals[i])
		}
		return n
	}
	return boxBytes + 8
}

// Bytes is roughly the memory that a batch takes; memory that its values share is
// counted for each.
func (b *Batch) Bytes() int64 {
	var n int64
	for _, v := range b.Vecs {
		n += VecBytes(v)
	}
	return n
}

// VecBytes is roughly the memory that a column takes.
func VecBytes(v Vec) int64 {
	switch v := v.(type) {
	case *Of[bool]:
		return int64(len(v.Vals) + len(v.Null))
	case *Of[int32]:
		return int64(4*len(v.Vals) + len(v.Null))
	case *Of[int64]:
		return int64(8*len(v.Vals) + len(v.Null))
	case *Of[float64]:
		return int64(8*len(v.Vals) + len(v.Null))
	case *Of[Time]:
		return int64(8*len(v.Vals) + len(v.Null))
	case *Of[Duration]:
		return int64(8*len(v.Vals) + len(v.Null))
	case *Of[UUID]:
		return int64(16*len(v.Vals) + len(v.Null))
	case *Of[Dec]:
		n := int64(len(v.Null))
		for _, s := range v.Vals {
			n += 16 + int64(len(s))
		}
		return n
	case *Of[string]:
		n := int64(0)
		for _, s := range v.Vals {
			n += 16 + int64(len(s))
		}
		return n
	case *Of[Dyn]:
		n := int64(len(v.Null))
		for _, d := range v.Vals {
			n += treeBytes(d.v)
		}
		return n
	}
	panic(fmt.Sprintf("table: %T is not a column", v))
}
