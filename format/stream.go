package format

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// StreamError says why what was sent cannot be read. Code is Kusto's.
type StreamError struct{ Code, Message string }

func (e *StreamError) Error() string { return e.Message }

// Stream reads records as Kusto's ingestion does: separated values have no line of
// names, and a value that is not of its column's type is null.
// https://learn.microsoft.com/azure/data-explorer/ingestion-supported-formats
type Stream struct {
	Format    string        // see StreamFormats, whatever its case
	Schema    *table.Schema // the table's columns
	Mapping   *Mapping      // nil: values by their place, or by their name
	SkipFirst bool          // the first record is not one
}

// separators are the formats of separated values. The others of StreamFormats have
// records with names.
var separators = map[string]rune{"csv": ',', "tsv": '\t', "tsve": '\t', "psv": '|', "scsv": ';', "sohsv": '\x01'}

// StreamFormats are the formats that a Stream can have.
var StreamFormats = []string{"csv", "tsv", "tsve", "psv", "scsv", "sohsv", "txt", "raw", "json", "singlejson", "multijson", "parquet", "w3clogfile"}

// MappingKind is the kind of mapping that a format takes.
func MappingKind(name string) string {
	switch name = strings.ToLower(name); name {
	case "json", "singlejson", "multijson":
		return "json"
	case "parquet", "w3clogfile":
		return name
	}
	return "csv"
}

// Read reads all records of r. Errors: *StreamError, and those of r.
func (s Stream) Read(r io.Reader) (*table.Batch, error) {
	name := strings.ToLower(s.Format)
	if !slices.Contains(StreamFormats, name) {
		return nil, &StreamError{"BadRequest_FormatNotSupported", fmt.Sprintf("The format %q is not supported: it is one of %s.", s.Format, strings.Join(StreamFormats, ", "))}
	}
	if s.Mapping != nil && s.Mapping.Kind != MappingKind(name) {
		return nil, &StreamError{"BadRequest_InvalidMappingReference", fmt.Sprintf("The mapping is of kind %s, and not for the format %s.", s.Mapping.Kind, name)}
	}
	targets, err := s.targets()
	if err != nil {
		return nil, err
	}
	recs, err := s.reader(name, r)
	if err != nil {
		return nil, err
	}
	out := table.NewBatch(s.Schema)
	row := make([]table.Value, len(s.Schema.Cols))
	for first := true; ; first = false {
		rec, err := recs.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, streamError(name, err)
		}
		if first && s.SkipFirst {
			continue
		}
		s.fill(row, rec, targets)
		out.AppendRow(row...)
	}
}

func streamError(name string, err error) error {
	var rejected *RejectError
	if !errors.As(err, &rejected) {
		return err
	}
	code := "BadRequest_UnexpectedCharacterInInputStream"
	if strings.Contains(rejected.Reason, "quote") || strings.Contains(rejected.Reason, `"`) {
		code = "Stream_ClosingQuoteMissing"
	}
	return &StreamError{code, fmt.Sprintf("The %s cannot be read: %s", name, rejected)}
}

// targets are the columns that the mapping's elements fill.
func (s Stream) targets() ([]int, error) {
	if s.Mapping == nil {
		return nil, nil
	}
	out := make([]int, len(s.Mapping.Columns))
	for i, c := range s.Mapping.Columns {
		if out[i] = s.Schema.Index(c.Column); out[i] < 0 {
			return nil, &StreamError{"BadRequest_InconsistentMapping", fmt.Sprintf("The mapping has the column %q, which the table has not.", c.Column)}
		}
	}
	return out, nil
}

func (s Stream) reader(name string, r io.Reader) (Reader, error) {
	switch name {
	case "json", "singlejson", "multijson":
		return jsonFormat.New(r)
	case "parquet":
		p, err := newParquet(r)
		if err != nil {
			return nil, &StreamError{"BadRequest_InvalidBlob", err.Error()}
		}
		return p, nil
	case "w3clogfile":
		return w3cFormat.New(r)
	case "txt":
		return &textLines{lines{r: asBuffered(r)}}, nil
	case "raw":
		return &rawText{r: r}, nil
	case "tsve":
		return &escapedLines{lines{r: asBuffered(r)}}, nil
	}
	c := csv.NewReader(r)
	c.Comma, c.FieldsPerRecord, c.LazyQuotes = separators[name], -1, name == "tsv"
	return &separated{c}, nil
}

// fill makes a row of a record.
func (s Stream) fill(row []table.Value, rec Record, targets []int) {
	for i, c := range s.Schema.Cols {
		row[i] = nil
		if c.Type == table.String {
			row[i] = ""
		}
	}
	if s.Mapping == nil {
		for i, v := range rec.Values {
			at := i
			if rec.Names != nil {
				at = s.Schema.Index(rec.Names[i])
			}
			if at >= 0 && at < len(row) {
				s.set(row, at, v, rec.Names == nil)
			}
		}
		return
	}
	whole := any(&table.Bag{Keys: rec.Names, Vals: rec.Values})
	for i, c := range s.Mapping.Columns {
		var v any
		switch {
		case c.HasConst:
			v = c.Const
		case c.Ordinal >= 0:
			if c.Ordinal < len(rec.Values) {
				v = rec.Values[c.Ordinal]
			}
		case c.Path != nil:
			v = follow(whole, c.Path)
		}
		s.set(row, targets[i], transformed(c.Transform, v, rec.Line), rec.Names == nil || c.HasConst)
	}
}

// set puts a value into a column. Text that was not JSON's is looked into for a
// dynamic one.
func (s Stream) set(row []table.Value, at int, v any, plain bool) {
	t := s.Schema.Cols[at].Type
	if v == nil {
		return
	}
	if text, ok := v.(string); ok && t == table.Dynamic && plain {
		if text == "" {
			return
		}
		if tree, err := table.ParseTree(text); err == nil {
			v = tree
		}
	}
	if got, ok := Convert(v, t); ok && got != nil {
		row[at] = got
	}
}

// separated reads separated values.
type separated struct{ r *csv.Reader }

func (c *separated) Next() (Record, error) {
	fields, err := c.r.Read()
	if err != nil {
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			return Record{}, reject(int64(parse.StartLine), parse.Err.Error(), []byte(strings.Join(fields, string(c.r.Comma))))
		}
		return Record{}, err
	}
	line, _ := c.r.FieldPos(0)
	return plainRecord(int64(line), fields)
}

// plainRecord makes a record without names.
func plainRecord(line int64, fields []string) (Record, error) {
	vals := make([]any, len(fields))
	for i, f := range fields {
		if !utf8.ValidString(f) {
			return Record{}, reject(line, "not valid UTF-8", []byte(f))
		}
		vals[i] = f
	}
	return Record{Line: line, Values: vals}, nil
}

// textLines reads each line as one value.
type textLines struct{ lines }

func (t *textLines) Next() (Record, error) {
	line, err := t.next()
	if err != nil {
		return Record{}, err
	}
	if t.over {
		return Record{}, reject(t.n, fmt.Sprintf("longer than %d bytes", MaxRecord), line)
	}
	return plainRecord(t.n, []string{string(line)})
}

// escapedLines reads values separated by tabs, with \t, \n and \\ in them.
type escapedLines struct{ lines }

var unescape = strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")

func (t *escapedLines) Next() (Record, error) {
	line, err := t.next()
	if err != nil {
		return Record{}, err
	}
	if t.over {
		return Record{}, reject(t.n, fmt.Sprintf("longer than %d bytes", MaxRecord), line)
	}
	fields := strings.Split(string(line), "\t")
	for i := range fields {
		fields[i] = unescape.Replace(fields[i])
	}
	return plainRecord(t.n, fields)
}

// rawText reads all there is as one value.
type rawText struct {
	r    io.Reader
	done bool
}

func (t *rawText) Next() (Record, error) {
	if t.done {
		return Record{}, io.EOF
	}
	t.done = true
	text, err := io.ReadAll(io.LimitReader(t.r, MaxRecord+1))
	if err != nil {
		return Record{}, err
	}
	if len(text) > MaxRecord {
		return Record{}, reject(1, fmt.Sprintf("longer than %d bytes", MaxRecord), text)
	}
	return plainRecord(1, []string{string(text)})
}
