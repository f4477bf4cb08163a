package ingest

import (
	"fmt"
	"strconv"

	"github.com/yagura/yagura/table"
)

// billedSizes returns each row's _BilledSize: the bytes of its columns written as text,
// without the columns that every table has; a null counts nothing.
func billedSizes(b *table.Batch) table.Vec {
	sizes := make([]float64, b.Rows)
	var scratch []byte
	for c, v := range b.Vecs {
		if b.Schema.Cols[c].Name == table.ResourceID {
			continue
		}
		for i := range sizes {
			if !v.IsNull(i) {
				var n int
				n, scratch = textBytes(v, i, scratch)
				sizes[i] += float64(n)
			}
		}
	}
	return &table.Of[float64]{Vals: sizes}
}

// timeText is the length of a datetime with its seven decimals.
const timeText = len("2026-01-01T00:00:00.0000000Z")

func textBytes(v table.Vec, i int, scratch []byte) (int, []byte) {
	switch v := v.(type) {
	case *table.Of[string]:
		return len(v.Vals[i]), scratch
	case *table.Of[table.Time]:
		return timeText, scratch
	case *table.Of[int64]:
		return digits(v.Vals[i]), scratch
	case *table.Of[int32]:
		return digits(int64(v.Vals[i])), scratch
	case *table.Of[bool]:
		if v.Vals[i] {
			return len("true"), scratch
		}
		return len("false"), scratch
	case *table.Of[float64]:
		scratch = strconv.AppendFloat(scratch[:0], v.Vals[i], 'g', -1, 64)
		return len(scratch), scratch
	case *table.Of[table.Dyn]:
		return v.Vals[i].JSONLen(), scratch
	case *table.Of[table.UUID]:
		return 36, scratch
	case *table.Of[table.Dec]:
		return len(v.Vals[i]), scratch
	case *table.Of[table.Duration]:
		return len(v.Vals[i].String()), scratch
	}
	panic(fmt.Sprintf("ingest: a column of %T", v))
}

func digits(n int64) int {
	d := 1
	if n < 0 {
		d++
	}
	for n /= 10; n != 0; n /= 10 {
		d++
	}
	return d
}

// batchBytes estimates the memory that a batch takes.
func batchBytes(b *table.Batch) int64 {
	var n int64
	for _, v := range b.Vecs {
		switch v := v.(type) {
		case *table.Of[string]:
			for _, s := range v.Vals {
				n += int64(len(s))
			}
		case *table.Of[table.Dyn]:
			for i, d := range v.Vals {
				if !v.IsNull(i) {
					n += int64(d.JSONLen())
				}
			}
		}
		n += 16 * int64(b.Rows)
	}
	return n
}
