package kqltest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// ParseTable reads a table: a line of columns, then a row a line.
func ParseTable(text string) (*table.Batch, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	s := &table.Schema{}
	for f := range strings.FieldsSeq(lines[0]) {
		i := strings.LastIndexByte(f, ':')
		if i < 0 {
			return nil, fmt.Errorf("no type in %q", f)
		}
		t, ok := table.ParseType(f[i+1:])
		if !ok {
			return nil, fmt.Errorf("no type named %q", f[i+1:])
		}
		s.Cols = append(s.Cols, table.Column{Name: f[:i], Type: t})
	}
	b := table.NewBatch(s)
	for _, line := range lines[1:] {
		cells, err := splitCells(line)
		if err != nil {
			return nil, err
		}
		if len(cells) != len(s.Cols) {
			return nil, fmt.Errorf("%d cells, not %d, in %q", len(cells), len(s.Cols), line)
		}
		row := make([]table.Value, len(cells))
		for i, c := range cells {
			if row[i], err = parseCell(c, s.Cols[i].Type); err != nil {
				return nil, err
			}
		}
		b.AppendRow(row...)
	}
	return b, nil
}

// splitCells parts a line at white space that is in no string and no bracket.
func splitCells(line string) ([]string, error) {
	var cells []string
	start, depth, quoted := -1, 0, false
	for i := 0; i < len(line); i++ {
		c := line[i]
		if start < 0 && c != ' ' && c != '\t' {
			start = i
		}
		switch {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case (c == ' ' || c == '\t') && depth == 0 && start >= 0:
			cells = append(cells, line[start:i])
			start = -1
		}
	}
	if quoted || depth != 0 {
		return nil, fmt.Errorf("a string or a bracket has no end in %q", line)
	}
	if start >= 0 {
		cells = append(cells, line[start:])
	}
	return cells, nil
}

func parseCell(c string, t table.Type) (table.Value, error) {
	if c == "null" && t != table.String {
		return nil, nil
	}
	switch t {
	case table.String:
		var s string
		if err := json.Unmarshal([]byte(c), &s); err != nil {
			return nil, fmt.Errorf("%s is no string", c)
		}
		return s, nil
	case table.Dynamic:
		tree, err := table.ParseTree(c)
		if err != nil {
			return nil, fmt.Errorf("%s is no JSON: %w", c, err)
		}
		return table.DynValue(tree), nil
	}
	v := fn.Cast(c, t)
	if v == nil {
		return nil, fmt.Errorf("%s is no %s", c, t)
	}
	return v, nil
}

// FormatTable writes a table as ParseTable reads it, its columns aligned; sorted: its
// rows in the order of their text.
func FormatTable(b *table.Batch, sorted bool) string {
	rows := make([][]string, 0, b.Rows+1)
	for i := range b.Rows {
		var row []string
		for c, v := range b.Row(i) {
			row = append(row, formatCell(v, b.Schema.Cols[c].Type))
		}
		rows = append(rows, row)
	}
	if sorted {
		slices.SortFunc(rows, slices.Compare)
	}
	if len(b.Schema.Cols) == 0 {
		return fmt.Sprintf("%d rows without columns\n", b.Rows)
	}
	var head []string
	for _, c := range b.Schema.Cols {
		head = append(head, c.Name+":"+c.Type.String())
	}
	rows = slices.Insert(rows, 0, head)
	width := make([]int, len(head))
	for _, r := range rows {
		for i, c := range r {
			width[i] = max(width[i], len([]rune(c)))
		}
	}
	var out strings.Builder
	for _, r := range rows {
		line := ""
		for i, c := range r {
			line += c + strings.Repeat(" ", width[i]-len([]rune(c))+2)
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String()
}

func formatCell(v table.Value, t table.Type) string {
	if v == nil {
		return "null"
	}
	switch v := v.(type) {
	case string:
		return string(table.AppendQuoted(nil, v))
	case table.Dyn:
		return v.String()
	case table.Time:
		return v.Short()
	}
	return table.Text(v)
}
