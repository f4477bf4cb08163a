package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/yagura/yagura/table"
)

// writeAligned writes rows as a table for people: columns aligned, numbers to the
// right, each at most a fair part of the terminal's width. Width 0 cuts nothing.
func writeAligned(ctx context.Context, w io.Writer, rows table.Reader, width int) error {
	b, err := table.ReadAll(ctx, rows)
	if err != nil {
		return err
	}
	n := len(b.Vecs)
	cells := make([][]string, b.Rows+1)
	cells[0] = make([]string, n)
	for i, c := range b.Schema.Cols {
		cells[0][i] = c.Name
	}
	for r := range b.Rows {
		cells[r+1] = make([]string, n)
		for i, v := range b.Vecs {
			cells[r+1][i] = oneLine(text(v.At(r)))
		}
	}
	widths := fit(cells, n, width)
	for r, row := range cells {
		var line strings.Builder
		for i, cell := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			cell = runewidth.Truncate(cell, widths[i], "…")
			pad := strings.Repeat(" ", max(widths[i]-runewidth.StringWidth(cell), 0))
			if r > 0 && b.Schema.Cols[i].Type.Numeric() {
				cell, pad = pad, cell
			}
			line.WriteString(cell + pad)
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
		if r == 0 {
			var rule []string
			for _, n := range widths {
				rule = append(rule, strings.Repeat("─", n))
			}
			_, _ = fmt.Fprintln(w, strings.Join(rule, "  "))
		}
	}
	_, err = fmt.Fprintf(w, "(%d rows)\n", b.Rows)
	return err
}

func text(v table.Value) string {
	if t, ok := v.(table.Time); ok {
		return t.Short()
	}
	return table.Text(v)
}

// oneLine makes control characters visible, so that a value cannot move the cursor.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return '⏎'
		case r == '\t':
			return ' '
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return '�'
		}
		return r
	}, s)
}

// fit gives each column the width of its widest cell, and takes from the widest until
// all fit.
func fit(cells [][]string, n, width int) []int {
	widths := make([]int, n)
	for _, row := range cells {
		for i, c := range row {
			widths[i] = max(widths[i], runewidth.StringWidth(c))
		}
	}
	if width == 0 {
		return widths
	}
	const least = 8
	for {
		total, widest := 2*(n-1), 0
		for i, w := range widths {
			total += w
			if w > widths[widest] {
				widest = i
			}
		}
		if total <= width || n == 0 || widths[widest] <= least {
			return widths
		}
		widths[widest] = max(widths[widest]-(total-width), least)
	}
}
