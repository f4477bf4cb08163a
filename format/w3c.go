package format

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

var w3cFormat = Format{"w3c", nil, func(r io.Reader) (Reader, error) { return &w3cReader{lines: lines{r: asBuffered(r)}}, nil }}

// w3cReader reads the W3C extended log format, as IIS writes it. Columns get the
// names of Azure's table W3CIISLog; date and time become TimeGenerated.
type w3cReader struct {
	lines
	fields []string // of the last #Fields line, as column names
	names  []string // fields without date and time, TimeGenerated first
}

// w3cNames are the columns of W3CIISLog whose name does not follow from the field's.
var w3cNames = map[string]string{
	"cs-username": "csUserName", "s-sitename": "sSiteName", "s-computername": "Computer",
	"time-taken": "TimeTaken", "c-ip": "cIP", "s-ip": "sIP", "s-port": "sPort",
	"sc-substatus": "scSubStatus", "sc-win32-status": "scWin32Status", "cs(user-agent)": "csUserAgent",
}

func w3cColumn(field string) string {
	f := strings.ToLower(field)
	if n := w3cNames[f]; n != "" {
		return n
	}
	if f == "date" || f == "time" {
		return f
	}
	var b strings.Builder
	up := false
	for _, r := range field {
		switch {
		case r == '-' || r == '(' || r == '_':
			up = b.Len() > 0
		case r == ')':
		case up:
			b.WriteString(strings.ToUpper(string(r)))
			up = false
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (w *w3cReader) Next() (Record, error) {
	for {
		line, err := w.next()
		if err != nil {
			return Record{}, err
		}
		switch {
		case len(bytes.TrimSpace(line)) == 0:
		case w.over:
			return Record{}, reject(w.n, fmt.Sprintf("longer than %d bytes", MaxRecord), line)
		case line[0] == '#':
			if rest, ok := bytes.CutPrefix(line, []byte("#Fields:")); ok {
				w.header(string(rest))
			}
		default:
			return w.record(line)
		}
	}
}

func (w *w3cReader) header(text string) {
	w.fields, w.names = nil, []string{"TimeGenerated"}
	for f := range strings.FieldsSeq(text) {
		c := w3cColumn(f)
		w.fields = append(w.fields, c)
		if c != "date" && c != "time" {
			w.names = append(w.names, c)
		}
	}
}

func (w *w3cReader) record(line []byte) (Record, error) {
	if w.fields == nil {
		return Record{}, reject(w.n, "no #Fields line before it", line)
	}
	if !utf8.Valid(line) {
		return Record{}, reject(w.n, "not valid UTF-8", line)
	}
	parts := strings.Fields(string(line))
	if len(parts) != len(w.fields) {
		return Record{}, reject(w.n, fmt.Sprintf("%d fields, but #Fields names %d", len(parts), len(w.fields)), line)
	}
	vals := make([]any, 1, len(w.names))
	date, clock := "", ""
	for i, p := range parts {
		switch w.fields[i] {
		case "date":
			date = p
		case "time":
			clock = p
		default:
			var v any
			if p != "-" {
				v = p
				if w.fields[i] == "csUserAgent" || w.fields[i] == "csCookie" || w.fields[i] == "csReferer" {
					v = strings.ReplaceAll(p, "+", " ")
				}
			}
			vals = append(vals, v)
		}
	}
	if date != "" && clock != "" {
		vals[0] = date + "T" + clock + "Z"
	}
	return Record{w.n, w.names, vals}, nil
}
