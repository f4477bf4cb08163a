package outside

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// ExternalData reads the files of externaldata or inline_external_table one after the
// other:
// https://learn.microsoft.com/kusto/query/externaldata-operator
func (r *Reader) ExternalData(n *plan.ExternalData) (table.Reader, error) {
	s, err := streamOf(n)
	if err != nil {
		return nil, err
	}
	return &files{r: r, s: s, left: n.URIs, schema: n.Table}, nil
}

// streamOf reads the properties.
func streamOf(n *plan.ExternalData) (format.Stream, error) {
	s := format.Stream{Schema: n.Table}
	mapping := ""
	for name, value := range n.Props {
		switch strings.ToLower(name) {
		case "format", "dataformat":
			s.Format = value
		case "ignorefirstrecord":
			s.SkipFirst = strings.EqualFold(value, "true")
		case "includeheaders":
			s.SkipFirst = !strings.EqualFold(value, "none")
		case "ingestionmapping":
			mapping = value
		case "kind":
			if value != "storage" {
				return s, fmt.Errorf("kind=%s is not supported: it needs Azure's storage", value)
			}
		case "encoding":
			if !strings.HasPrefix(strings.ToLower(value), "utf8") {
				return s, fmt.Errorf("the encoding %s is not supported: it is UTF-8", value)
			}
		default:
			return s, fmt.Errorf("the property %s is not supported: files are read as they are named", name)
		}
	}
	if s.Format == "" {
		s.Format = "csv"
		if len(n.URIs) > 0 {
			s.Format = formatOf(n.URIs[0])
		}
	}
	if mapping == "" {
		return s, nil
	}
	m, err := format.ParseMapping(format.MappingKind(s.Format), mapping)
	if err != nil {
		return s, err
	}
	s.Mapping = m
	return s, nil
}

// formatOf is the format that a file's name tells, csv if it tells none.
func formatOf(address string) string {
	address, _, _ = strings.Cut(address, ";")
	u, err := url.Parse(address)
	if err != nil {
		return "csv"
	}
	name := strings.ToLower(u.Path)
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	ext := strings.TrimPrefix(path.Ext(name), ".")
	switch {
	case ext == "jsonl" || ext == "ndjson":
		return "json"
	case slices.Contains(format.StreamFormats, ext):
		return ext
	}
	return "csv"
}

// files gives a batch for each file.
type files struct {
	r      *Reader
	s      format.Stream
	left   []string
	schema *table.Schema
}

func (f *files) Schema() *table.Schema { return f.schema }
func (f *files) Close() error          { return nil }

func (f *files) Next(ctx context.Context) (*table.Batch, error) {
	for len(f.left) > 0 {
		address := f.left[0]
		f.left = f.left[1:]
		b, err := f.read(ctx, address)
		if err != nil {
			return nil, fmt.Errorf("externaldata: %s: %w", place(address), err)
		}
		if b.Rows > 0 {
			return b, nil
		}
	}
	return nil, io.EOF
}

func (f *files) read(ctx context.Context, address string) (b *table.Batch, err error) {
	body, err := f.r.get(ctx, address)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	text, err := f.r.plain(body)
	if err != nil {
		return nil, err
	}
	return f.s.Read(text)
}
