package extent

import (
	"bytes"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// textHeader is the header of a page of so many values and bytes, before compression.
func textHeader(values, nulls, levels, size int) *format.PageHeader {
	h := &format.PageHeader{Type: format.DataPageV2, UncompressedPageSize: int32(levels + size)}
	h.DataPageHeaderV2.Valid = true
	d := &h.DataPageHeaderV2.V
	d.Encoding = format.DeltaLengthByteArray
	d.NumValues, d.NumRows, d.NumNulls, d.DefinitionLevelsByteLength = int32(values), int32(values), int32(nulls), int32(levels)
	return h
}

// FuzzTextPage reads pages that are not what this package writes: that is told, and what is
// read is as many values as the header says, each within the page.
func FuzzTextPage(f *testing.F) {
	whole, err := new(delta.LengthByteArrayEncoding).EncodeByteArray(nil, []byte("oneanother"), []uint32{0, 3, 3, 10})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole, []byte{1, 1, 1})
	f.Add(whole, []byte{1, 0, 1, 0, 1})
	f.Add([]byte{128, 1, 4, 3, 6}, []byte{1})
	f.Fuzz(func(t *testing.T, text, is []byte) {
		if len(text) == 0 || len(is) == 0 {
			return
		}
		nulls := 0
		for i := range is {
			if is[i] &= 1; is[i] == 0 {
				nulls++
			}
		}
		levels, err := (&rle.Encoding{BitWidth: 1}).EncodeLevels(nil, is)
		if err != nil {
			t.Fatal(err)
		}
		packed, err := fast().Encode(nil, text)
		if err != nil {
			t.Fatal(err)
		}
		p := textPage{packed: new(unpacker)}
		defer p.free(true)
		if p.decode(textHeader(len(is), nulls, len(levels), len(text)), slices.Concat(levels, packed)) != nil {
			return
		}
		if p.rows() != int64(len(is)) {
			t.Fatalf("%d rows of %d", p.rows(), len(is))
		}
		for i := range is {
			if err := p.upTo(int(p.ends[i+1])); err != nil {
				t.Fatal(err)
			}
			if p.ends[i] < 0 || p.ends[i] > p.ends[i+1] || int(p.ends[i+1]) > len(p.text) {
				t.Fatalf("value %d is from %d to %d of %d", i, p.ends[i], p.ends[i+1], len(p.text))
			}
			if got, want := p.text[p.ends[i]:p.ends[i+1]], text[p.ends[i]:p.ends[i+1]]; !bytes.Equal(got, want) {
				t.Fatalf("value %d is %q, not %q", i, got, want)
			}
			if null := p.null != nil && p.null[i]; null != (is[i] == 0) {
				t.Fatalf("value %d: null is %v", i, null)
			}
		}
	})
}
