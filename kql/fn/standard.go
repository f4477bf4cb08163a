package fn

import (
	"encoding/binary"
	"strings"

	"github.com/yagura/yagura/table"
	"github.com/zeebo/xxh3"
)

// Functions that compute the virtual columns of tables (see table.Virtual). Queries
// cannot name them.
var standardColumns = []Func{
	{
		Name: "_item_id", Kind: Intrinsic, Hidden: true,
		Doc: "The _ItemId of a row, from its table (with workspace) and its _Seq.",
		Overloads: []Overload{{
			Params: P(Str("table"), LongP("seq")), Returns: Is(table.String),
			Eval: itemIDs,
		}},
	},
	{
		Name: "_subscription_id", Kind: Intrinsic, Hidden: true,
		Doc: "The subscription in a resource's id.",
		Overloads: []Overload{{
			Params: P(Str("resource")), Returns: Is(table.String),
			Eval: Map1(subscriptionID),
		}},
	},
}

// itemIDs makes guids: the same for the same row always, different for different rows.
func itemIDs(args []table.Vec, rows int) (table.Vec, error) {
	tables, seqs := args[0].(*table.Of[string]), args[1].(*table.Of[int64])
	out := &table.Of[string]{Vals: make([]string, rows)}
	var buf []byte
	for i := range rows {
		buf = append(buf[:0], tables.Vals[i]...)
		buf = binary.BigEndian.AppendUint64(append(buf, 0), uint64(seqs.Vals[i]))
		id := table.UUID(xxh3.Hash128(buf).Bytes())
		id[6] = id[6]&0x0f | 0x80 // version 8: made in the maker's own way
		id[8] = id[8]&0x3f | 0x80
		out.Vals[i] = id.String()
	}
	return out, nil
}

// subscriptionID returns "…" of "/subscriptions/…/…" in lower case, or "".
func subscriptionID(resource string) string {
	const prefix = "/subscriptions/"
	if len(resource) < len(prefix) || !strings.EqualFold(resource[:len(prefix)], prefix) {
		return ""
	}
	id, _, _ := strings.Cut(resource[len(prefix):], "/")
	return strings.ToLower(id)
}
