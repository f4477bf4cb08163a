package format

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

var (
	jsonFormat      = Format{"json", []string{".json"}, func(r io.Reader) (Reader, error) { return &jsonReader{r: asBuffered(r)}, nil }}
	jsonLinesFormat = Format{"jsonl", []string{".jsonl", ".ndjson", ".log"}, func(r io.Reader) (Reader, error) {
		return &jsonLinesReader{lines{r: asBuffered(r)}}, nil
	}}
)

func asBuffered(r io.Reader) *bufio.Reader {
	if b, ok := r.(*bufio.Reader); ok {
		return b
	}
	return bufio.NewReaderSize(r, 1<<16)
}

// jsonLinesReader reads one object a line; empty lines are nothing.
type jsonLinesReader struct{ lines }

func (j *jsonLinesReader) Next() (Record, error) {
	for {
		line, err := j.next()
		if err != nil {
			return Record{}, err
		}
		if j.over {
			return Record{}, reject(j.n, fmt.Sprintf("longer than %d bytes", MaxRecord), line)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			return objectRecord(j.n, line)
		}
	}
}

func objectRecord(line int64, text []byte) (Record, error) {
	if !utf8.Valid(text) {
		return Record{}, reject(line, "not valid UTF-8", text)
	}
	t, err := table.ParseTree(string(text))
	if err != nil {
		return Record{}, reject(line, "not JSON: "+firstLine(err), text)
	}
	bag, ok := t.(*table.Bag)
	if !ok {
		return Record{}, reject(line, "not a JSON object", text)
	}
	return Record{line, bag.Keys, bag.Vals}, nil
}

func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	if len(s) > 80 {
		s = s[:80]
	}
	return s
}

// jsonReader reads the objects of one JSON array, or objects that follow each
// other, over any number of lines.
type jsonReader struct {
	r    *bufio.Reader
	line int64 // line ends read so far
	done bool
	buf  []byte
}

func (j *jsonReader) Next() (Record, error) {
	for {
		c, err := j.skip()
		if err != nil {
			return Record{}, err
		}
		switch c {
		case '[', ']', ',':
			continue
		case '{':
			line := j.line + 1
			if err := j.object(); err != nil {
				if errors.Is(err, io.EOF) {
					j.done = true
					return Record{}, reject(line, "the object does not end", j.buf)
				}
				return Record{}, err
			}
			if len(j.buf) > MaxRecord {
				return Record{}, reject(line, fmt.Sprintf("longer than %d bytes", MaxRecord), j.buf)
			}
			return objectRecord(line, j.buf)
		}
		return Record{}, j.junk(c)
	}
}

// skip returns the next byte that is not white space.
func (j *jsonReader) skip() (byte, error) {
	for {
		if j.done {
			return 0, io.EOF
		}
		c, err := j.r.ReadByte()
		if err != nil {
			return 0, err
		}
		switch c {
		case '\n':
			j.line++
		case ' ', '\t', '\r':
		default:
			return c, nil
		}
	}
}

// junk rejects what stands where an object should, up to the next comma, bracket,
// brace or line end.
func (j *jsonReader) junk(c byte) error {
	line, text := j.line+1, []byte{c}
	for {
		c, err := j.r.ReadByte()
		if err != nil {
			break
		}
		if c == '\n' {
			j.line++
			break
		}
		if strings.IndexByte(",[]{", c) >= 0 {
			_ = j.r.UnreadByte()
			break
		}
		if len(text) < 200 {
			text = append(text, c)
		}
	}
	return reject(line, "not a JSON object", text)
}

// object reads to the brace that ends the object whose first brace was read.
func (j *jsonReader) object() error {
	j.buf = append(j.buf[:0], '{')
	depth, inString, escaped := 1, false, false
	for depth > 0 {
		c, err := j.r.ReadByte()
		if err != nil {
			return err
		}
		if c == '\n' {
			j.line++
		}
		if len(j.buf) <= MaxRecord {
			j.buf = append(j.buf, c)
		}
		switch {
		case escaped:
			escaped = false
		case inString && c == '\\':
			escaped = true
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
