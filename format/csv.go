package format

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	csvFormat = Format{"csv", []string{".csv"}, func(r io.Reader) (Reader, error) { return newCSV(r, ',') }}
	tsvFormat = Format{"tsv", []string{".tsv", ".tab"}, func(r io.Reader) (Reader, error) { return newCSV(r, '\t') }}
)

// csvReader reads separated values whose first record names the columns.
type csvReader struct {
	r     *csv.Reader
	names []string
}

func newCSV(r io.Reader, comma rune) (Reader, error) {
	c := csv.NewReader(r)
	c.Comma, c.FieldsPerRecord, c.LazyQuotes = comma, -1, comma == '\t'
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return &csvReader{r: c}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the line of column names: %w", err)
	}
	names := make([]string, len(head))
	for i, n := range head {
		names[i] = strings.TrimSpace(n)
		if names[i] == "" {
			names[i] = fmt.Sprintf("Column%d", i+1)
		}
		if slices.Contains(names[:i], names[i]) {
			return nil, fmt.Errorf("column %q is named twice in the first line", n)
		}
	}
	return &csvReader{c, names}, nil
}

func (c *csvReader) Next() (Record, error) {
	fields, err := c.r.Read()
	if err != nil {
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			return Record{}, reject(int64(parse.StartLine), parse.Err.Error(), []byte(strings.Join(fields, string(c.r.Comma))))
		}
		return Record{}, err
	}
	line, _ := c.r.FieldPos(0)
	text := func() []byte { return []byte(strings.Join(fields, string(c.r.Comma))) }
	if len(fields) != len(c.names) {
		return Record{}, reject(int64(line), fmt.Sprintf("%d fields, but %d columns", len(fields), len(c.names)), text())
	}
	vals := make([]any, len(fields))
	for i, f := range fields {
		if !utf8.ValidString(f) {
			return Record{}, reject(int64(line), "not valid UTF-8", text())
		}
		if f != "" {
			vals[i] = f
		}
	}
	return Record{int64(line), c.names, vals}, nil
}
