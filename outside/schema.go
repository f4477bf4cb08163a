package outside

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// inferSchema guesses the columns of files, of a container of Azure's storage or of one
// file's address each.
// https://learn.microsoft.com/kusto/query/infer-storage-schema-plugin
func (r *Reader) inferSchema(n *plan.Plugin, args map[string]table.Value) (*schemaRow, error) {
	s := &schemaRow{r: r, name: n.Name, schema: n.Schema(), mode: "last"}
	options := bagOf(args["Options"])
	if options == nil {
		return nil, fmt.Errorf("%s: its argument is a bag of options", n.Name)
	}
	for i, name := range options.Keys {
		if err := s.option(name, options.Vals[i]); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", n.Name, name, err)
		}
	}
	if len(s.places) == 0 || s.format == "" {
		return nil, fmt.Errorf("%s: the options StorageContainers and DataFormat are needed", n.Name)
	}
	return s, nil
}

func (s *schemaRow) option(name string, v any) error {
	text, isText := v.(string)
	switch name {
	case "StorageContainers":
		list, _ := v.([]any)
		for _, p := range list {
			place, ok := p.(string)
			if !ok {
				return errors.New("it is a list of texts")
			}
			s.places = append(s.places, place)
		}
	case "DataFormat":
		s.format = text
	case "FileExtension":
		s.extension = text
	case "FileNamePrefix":
		s.prefix = text
	case "Mode":
		s.mode = strings.ToLower(text)
		if s.mode != "any" && s.mode != "last" && s.mode != "all" {
			return fmt.Errorf("%q is none of any, last and all", text)
		}
	case "InferenceOptions":
		bag, _ := v.(*table.Bag)
		if bag == nil {
			return errors.New("it is a bag")
		}
		for i, k := range bag.Keys {
			if k != "UseFirstRowAsHeader" {
				return fmt.Errorf("%q is not supported", k)
			}
			s.header, _ = bag.Vals[i].(bool)
		}
		return nil
	default:
		return errors.New("there is no such option")
	}
	if name != "StorageContainers" && !isText {
		return errors.New("it is a text")
	}
	return nil
}

// schemaRow gives the one row: the columns of the files.
type schemaRow struct {
	r                               *Reader
	name                            string
	schema                          *table.Schema
	places                          []string
	format, extension, prefix, mode string
	header, done                    bool
}

func (s *schemaRow) Schema() *table.Schema { return s.schema }
func (s *schemaRow) Close() error          { return nil }

func (s *schemaRow) Next(ctx context.Context) (*table.Batch, error) {
	if s.done {
		return nil, io.EOF
	}
	s.done = true
	files, err := s.files(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	cols, err := s.columns(ctx, files)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	b := table.NewBatch(s.schema)
	b.AppendRow(schemaText(cols))
	return b, nil
}

// file is one that may be looked at.
type file struct {
	place   string // without secrets
	name    string // in its container
	size    int64  // -1: not known
	written time.Time
	open    func(context.Context) (io.ReadCloser, error)
}

// maxFiles is how many files one query looks at, or lists.
const maxFiles = 10_000

// files finds those whose columns count.
func (s *schemaRow) files(ctx context.Context) ([]file, error) {
	var all []file
	for _, p := range s.places {
		found, err := s.r.list(ctx, p, func(name string) bool {
			return strings.HasSuffix(name, s.extension) && strings.HasPrefix(path.Base(name), s.prefix)
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", place(p), err)
		}
		if all = append(all, found...); len(all) > maxFiles {
			return nil, fmt.Errorf("there are more than %d files", maxFiles)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("there is no such file")
	}
	switch s.mode {
	case "any":
		return all[:1], nil
	case "last":
		last := all[0]
		for _, f := range all[1:] {
			if f.written.After(last.written) {
				last = f
			}
		}
		return []file{last}, nil
	}
	return all, nil
}

// sampled is how many records of a file are looked at.
const sampled = 1000

// columns merges those of files.
func (s *schemaRow) columns(ctx context.Context, files []file) (*table.Schema, error) {
	var schemas []*table.Schema
	for _, f := range files {
		recs, own, err := s.sample(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.place, err)
		}
		if own == nil {
			own = format.Infer(recs)
		}
		schemas = append(schemas, own)
	}
	return format.Merge(schemas...), nil
}

func (s *schemaRow) sample(ctx context.Context, f file) ([]format.Record, *table.Schema, error) {
	body, err := f.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer body.Close()
	text, err := s.r.plain(body)
	if err != nil {
		return nil, nil, err
	}
	return format.Stream{Format: s.format}.Sample(text, s.header, sampled)
}

// plain takes off gzip, zstd and the mark of UTF-8, and bounds what comes.
func (r *Reader) plain(body io.Reader) (*bufio.Reader, error) {
	plain, err := format.Decompress(body)
	if err != nil {
		return nil, err
	}
	text := bufio.NewReader(&bounded{ReadCloser: io.NopCloser(plain), most: r.o.MaxBytes, left: r.o.MaxBytes})
	if bom, _ := text.Peek(3); bytes.Equal(bom, []byte{0xef, 0xbb, 0xbf}) {
		_, _ = text.Discard(3)
	}
	return text, nil
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// schemaText writes columns as Kusto does: name:type, name:type.
func schemaText(s *table.Schema) string {
	var out []string
	for _, c := range s.Cols {
		name := c.Name
		if !plainName.MatchString(name) {
			name = "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']"
		}
		out = append(out, name+":"+c.Type.String())
	}
	return strings.Join(out, ", ")
}
