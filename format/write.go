package format

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"io"

	"github.com/yagura/yagura/table"
)

// Writer writes rows, in one format, to the end of rows.
type Writer func(ctx context.Context, w io.Writer, rows table.Reader) error

// Writers are the formats that can be written, by name.
var Writers = map[string]Writer{
	"csv":     WriteCSV,
	"json":    WriteJSON,
	"jsonl":   WriteJSONLines,
	"parquet": WriteParquet,
}

// each calls f for every batch.
func each(ctx context.Context, rows table.Reader, f func(*table.Batch) error) error {
	for {
		b, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(b); err != nil {
			return err
		}
	}
}

// WriteCSV writes a line of names and a line for each row (RFC 4180); null is an
// empty field, dynamic is JSON.
func WriteCSV(ctx context.Context, w io.Writer, rows table.Reader) error {
	c := csv.NewWriter(w)
	line := make([]string, len(rows.Schema().Cols))
	for i, col := range rows.Schema().Cols {
		line[i] = col.Name
	}
	if err := c.Write(line); err != nil {
		return err
	}
	err := each(ctx, rows, func(b *table.Batch) error {
		for r := range b.Rows {
			for i, v := range b.Vecs {
				line[i] = table.Text(v.At(r))
			}
			if err := c.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
	c.Flush()
	return errors.Join(err, c.Error())
}

// WriteJSON writes an array of objects.
func WriteJSON(ctx context.Context, w io.Writer, rows table.Reader) error {
	bw := bufio.NewWriter(w)
	sep := "["
	err := writeObjects(ctx, rows, func(obj []byte) error {
		_, _ = bw.WriteString(sep)
		sep = ",\n"
		_, err := bw.Write(obj)
		return err
	})
	if sep == "[" {
		_, _ = bw.WriteString(sep)
	}
	_, _ = bw.WriteString("]\n")
	return errors.Join(err, bw.Flush())
}

// WriteJSONLines writes an object a line.
func WriteJSONLines(ctx context.Context, w io.Writer, rows table.Reader) error {
	bw := bufio.NewWriter(w)
	err := writeObjects(ctx, rows, func(obj []byte) error {
		_, _ = bw.Write(obj)
		return bw.WriteByte('\n')
	})
	return errors.Join(err, bw.Flush())
}

func writeObjects(ctx context.Context, rows table.Reader, f func([]byte) error) error {
	var keys [][]byte
	for _, c := range rows.Schema().Cols {
		keys = append(keys, append(table.AppendQuoted(nil, c.Name), ':'))
	}
	var buf []byte
	return each(ctx, rows, func(b *table.Batch) error {
		for r := range b.Rows {
			buf = append(buf[:0], '{')
			for i, v := range b.Vecs {
				if i > 0 {
					buf = append(buf, ',')
				}
				buf = append(buf, keys[i]...)
				buf = table.AppendJSON(buf, v.At(r))
			}
			if err := f(append(buf, '}')); err != nil {
				return err
			}
		}
		return nil
	})
}
