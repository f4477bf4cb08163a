package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/yagura/yagura/table"
)

// counting is a reader of batches of one column that counts up, and then fails.
type counting struct {
	next, batches int
	end           error
	busy          bool // a read is under way
}

func (c *counting) Schema() *table.Schema {
	return &table.Schema{Cols: []table.Column{{Name: "x", Type: table.Long}}}
}

func (c *counting) Next(context.Context) (*table.Batch, error) {
	c.busy = true
	defer func() { c.busy = false }()
	if c.batches == 0 {
		return nil, c.end
	}
	c.batches--
	b := table.NewBatch(c.Schema())
	for range 100 {
		b.AppendRow(int64(c.next))
		c.next++
	}
	return b, nil
}

func (c *counting) Close() error { return nil }

func TestRowsAreWrittenInOrder(t *testing.T) {
	var out bytes.Buffer
	n, err := writeRows(t.Context(), &counting{batches: 50, end: io.EOF}, appendCell, func(text []byte) error {
		_, err := out.Write(text)
		return err
	})
	if n != 5000 || err != nil {
		t.Fatalf("%d rows, %v", n, err)
	}
	var rows [][]int
	if err := json.Unmarshal([]byte("["+out.String()+"]"), &rows); err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if len(r) != 1 || r[0] != i {
			t.Fatalf("row %d is %v", i, r)
		}
	}
}

func TestRowsEndWithWhatFails(t *testing.T) {
	broken := errors.New("broken")
	write := func([]byte) error { return nil }
	if n, err := writeRows(t.Context(), &counting{batches: 3, end: broken}, appendCell, write); n != 300 || !errors.Is(err, broken) {
		t.Errorf("a reader that fails: %d rows, %v", n, err)
	}
	in := &counting{batches: 1000, end: io.EOF}
	if _, err := writeRows(t.Context(), in, appendCell, func([]byte) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a writer that fails: %v", err)
	}
	if in.busy || in.batches < 900 {
		t.Errorf("%d batches were read for a writer that fails", 1000-in.batches)
	}
	panics := func(*table.Work, []byte, table.Vec, int) []byte { panic("no such cell") }
	if _, err := writeRows(t.Context(), &counting{batches: 3, end: io.EOF}, panics, write); err == nil {
		t.Error("a panic is no error")
	}
}
