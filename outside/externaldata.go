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

// ExternalData reads the files of externaldata, or those of an external table that are
// kind=storage, one after the other; or the rows of one that is kind=sql:
// https://learn.microsoft.com/kusto/query/externaldata-operator
func (r *Reader) ExternalData(n *plan.ExternalData) (table.Reader, error) {
	if n.Props["kind"] == "sql" {
		return r.sqlTable(n)
	}
	d, err := dataOf(n)
	if err != nil {
		return nil, err
	}
	return &files{r: r, n: n, data: d}, nil
}

// data is what properties say of files and of what is in them.
type data struct {
	format.Stream
	headers           string // includeHeaders: all, firstfile
	prefix, extension string // of files' names
}

// dataOf reads the properties.
func dataOf(n *plan.ExternalData) (data, error) {
	d := data{Stream: format.Stream{Schema: inFiles(n)}}
	mapping := ""
	for name, value := range n.Props {
		switch strings.ToLower(name) {
		case "format", "dataformat":
			d.Format = value
		case "ignorefirstrecord":
			d.SkipFirst = strings.EqualFold(value, "true")
		case "includeheaders":
			d.headers = strings.ToLower(value)
			if !slices.Contains([]string{"none", "all", "firstfile"}, d.headers) {
				return d, fmt.Errorf("includeHeaders is All, FirstFile or None, and not %s", value)
			}
		case "fileextension":
			d.extension = value
		case "nameprefix":
			d.prefix = value
		case "ingestionmapping":
			mapping = value
		case "kind":
			if value != "storage" {
				return d, fmt.Errorf("kind=%s is not supported: of external tables, files are read as they are", value)
			}
		case "encoding":
			if !strings.HasPrefix(strings.ToLower(value), "utf8") {
				return d, fmt.Errorf("the encoding %s is not supported: it is UTF-8", value)
			}
		case "compressed": // for what is written: what is read tells
		default:
			return d, fmt.Errorf("the property %s is not supported", name)
		}
	}
	if d.Format == "" {
		d.Format = "csv"
		if len(n.URIs) > 0 {
			d.Format = formatOf(n.URIs[0])
		}
	}
	if mapping == "" {
		return d, nil
	}
	m, err := format.ParseMapping(format.MappingKind(d.Format), mapping)
	if err != nil {
		return d, err
	}
	d.Mapping = m
	return d, nil
}

// inFiles are the columns that are in the files themselves.
func inFiles(n *plan.ExternalData) *table.Schema {
	virtual := 0
	for _, p := range n.Partitions {
		if p.Of == "" {
			virtual++
		}
	}
	if virtual == 0 {
		return n.Table
	}
	return &table.Schema{Cols: n.Table.Cols[:len(n.Table.Cols)-virtual]}
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
	r    *Reader
	n    *plan.ExternalData
	data data
	left []artifact
	read bool // left is known
	last string
}

func (f *files) Schema() *table.Schema { return f.n.Table }
func (f *files) Close() error          { return nil }

func (f *files) Next(ctx context.Context) (*table.Batch, error) {
	if !f.read {
		var err error
		if f.left, err = f.r.artifacts(ctx, f.n, f.data); err != nil {
			return nil, err
		}
		f.read = true
	}
	for len(f.left) > 0 {
		a := f.left[0]
		f.left = f.left[1:]
		b, err := f.batch(ctx, a)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", f.n.What(), a.place, err)
		}
		if b.Rows > 0 {
			return b, nil
		}
	}
	return nil, io.EOF
}

func (f *files) batch(ctx context.Context, a artifact) (b *table.Batch, err error) {
	s := f.data.Stream
	folder := path.Dir(a.place)
	s.SkipFirst = s.SkipFirst || f.data.headers == "all" || f.data.headers == "firstfile" && folder != f.last
	f.last = folder
	body, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	text, err := f.r.plain(body)
	if err != nil {
		return nil, err
	}
	if b, err = s.Read(text); err != nil {
		return nil, err
	}
	return f.withPath(b, a), nil
}

// withPath puts behind the columns of a file those that its path tells.
func (f *files) withPath(b *table.Batch, a artifact) *table.Batch {
	out := &table.Batch{Schema: f.n.Table, Vecs: b.Vecs, Rows: b.Rows}
	for _, c := range f.n.Table.Cols[len(b.Vecs):] {
		out.Vecs = append(out.Vecs, table.Repeat(c.Type, a.values[c.Name], b.Rows))
	}
	return out
}
