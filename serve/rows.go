package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/yagura/yagura/table"
)

// cellFunc appends cell i of a column as JSON.
type cellFunc func(w *table.Work, buf []byte, v table.Vec, i int) []byte

// rowsText is some rows as JSON arrays, each with a comma before it.
type rowsText struct {
	text *[]byte
	rows int
	err  error
}

// rowsTexts are buffers that are used again.
var rowsTexts = sync.Pool{New: func() any { return new([]byte) }}

// writeRows writes rows as JSON arrays with commas between, and returns how many. While
// some are written, others are read and encoded, on all processors.
func writeRows(ctx context.Context, rows table.Reader, cell cellFunc, write func([]byte) error) (int, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	texts := make(chan chan rowsText, runtime.GOMAXPROCS(0))
	go readRows(ctx, rows, cell, texts)
	n := 0
	var err error
	for c := range texts {
		t := <-c
		if err == nil {
			err = t.err
		}
		if err == nil && t.rows > 0 {
			text := *t.text
			if n == 0 {
				text = text[1:]
			}
			n += t.rows
			err = write(text)
		}
		if err != nil {
			stop() // and wait for the reader, whose rows are the caller's again
		}
		if t.text != nil {
			rowsTexts.Put(t.text)
		}
	}
	return n, err
}

// fewEncoded is up to how many rows are encoded sooner than another goroutine begins.
const fewEncoded = 128

// readRows reads rows to their end and encodes each batch in a goroutine of its own, unless
// it is small. It sends where the texts will be, in order.
func readRows(ctx context.Context, rows table.Reader, cell cellFunc, texts chan<- chan rowsText) {
	defer close(texts)
	for {
		b, err := nextRows(ctx, rows)
		if errors.Is(err, io.EOF) {
			return
		}
		c := make(chan rowsText, 1)
		if err != nil {
			c <- rowsText{err: err}
			texts <- c
			return
		}
		texts <- c
		if b.Rows <= fewEncoded {
			c <- encodeRows(ctx, b, cell)
			continue
		}
		go func() { c <- encodeRows(ctx, b, cell) }()
	}
}

func nextRows(ctx context.Context, rows table.Reader) (b *table.Batch, err error) {
	defer caught(&err)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return rows.Next(ctx)
}

func encodeRows(ctx context.Context, b *table.Batch, cell cellFunc) (t rowsText) {
	defer caught(&t.err)
	t = rowsText{text: rowsTexts.Get().(*[]byte), rows: b.Rows}
	buf, w := (*t.text)[:0], table.NewWork(ctx)
	for r := range b.Rows {
		buf = append(buf, ",["...)
		for i, v := range b.Vecs {
			if i > 0 {
				buf = append(buf, ',')
			}
			buf = cell(w, buf, v, r)
		}
		buf = append(buf, ']')
	}
	*t.text = buf
	return t
}

// caught turns a panic into an error: in a goroutine it would end the server. Work is left
// when its query ends.
func caught(err *error) {
	if p := recover(); p != nil {
		if cause, left := table.WhyLeft(p); left {
			*err = cause
			return
		}
		*err = fmt.Errorf("serve: internal error: %v\n%s", p, debug.Stack())
	}
}
