package mgmt

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/table"
)

// Commands that write rows. When one is answered its rows are durable.
// https://learn.microsoft.com/kusto/management/data-ingestion
var ingestCommands = []entry{
	bring(`.ingest inline into table <name> [<with>] <| <rest:data>`, (*call).ingestInline),
	bring(`.ingest inline into table <name> [<with>] <rest:bracketed>`, (*call).ingestInline),
	bring(`.set [async] <name> [<with>] <| <rest:query>`, (*call).setTableRows),
	bring(`.append [async] <name> [<with>] <| <rest:query>`, (*call).appendRows),
	bring(`.set-or-append [async] <name> [<with>] <| <rest:query>`, (*call).setOrAppend),
	bring(`.set-or-replace [async] <name> [<with>] <| <rest:query>`, (*call).setOrReplace),
}

func facts() ingest.Facts { return ingest.Facts{} }

func (c *call) ingestInline(ctx context.Context) (*table.Batch, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return nil, err
	}
	if err := c.with("format", "ingestionmapping", "ingestionmappingtype", "ingestionmappingreference", "ignorefirstrecord", "policy_ingestiontime", "distributed"); err != nil {
		return nil, err
	}
	s := format.Stream{Format: c.With["format"], Schema: t.Own(), SkipFirst: c.flag("ignorefirstrecord")}
	if s.Format == "" {
		s.Format = "csv"
	}
	if s.Mapping, err = c.mapping(t, s.Format); err != nil {
		return nil, err
	}
	data := strings.TrimLeft(strings.TrimPrefix(c.Text["data"], " "), "\r\n")
	if in, ok := c.Text["bracketed"]; ok {
		if data, err = unbracketed(in); err != nil {
			return nil, err
		}
	}
	rows, err := s.Read(strings.NewReader(data))
	if err != nil {
		return nil, err
	}
	if rows.Rows == 0 {
		return nil, fail("Stream_NoDataToIngest", "There is no data to ingest.")
	}
	if err := c.in.Write(ctx, t.Ref, rows, facts()); err != nil {
		return nil, err
	}
	b := columns("ExtentId:guid")
	b.AppendRow(table.UUID(uuid.New()))
	return b, nil
}

// unbracketed takes records out of their brackets, [1,"a"] [2,"b"], and gives each its
// line. Brackets within double quotes are text.
func unbracketed(s string) (string, error) {
	mistake := fail(codeSyntax, "Syntax error: <| and rows, or each row in brackets, must follow the table's name.")
	var out strings.Builder
	open, quoted := 0, false
	for _, r := range s {
		switch {
		case open == 0 && unicode.IsSpace(r):
		case open == 0 && r != '[':
			return "", mistake
		case open == 0:
			open = 1
		case r == ']' && !quoted && open == 1:
			open = 0
			out.WriteByte('\n')
		default:
			switch {
			case r == '"':
				quoted = !quoted
			case r == '[' && !quoted:
				open++
			case r == ']' && !quoted:
				open--
			}
			out.WriteRune(r)
		}
	}
	if open > 0 || out.Len() == 0 {
		return "", mistake
	}
	return out.String(), nil
}

// mapping is the mapping that a command's properties give or name; nil if they do not.
func (c *call) mapping(t *control.Table, kind string) (*format.Mapping, error) {
	text, given := c.With["ingestionmapping"]
	name, named := c.With["ingestionmappingreference"]
	kind = format.MappingKind(kind)
	switch {
	case given && named:
		return nil, fail("BadRequest_DuplicateMapping", "The properties ingestionMapping and ingestionMappingReference exclude each other.")
	case given:
		return format.ParseMapping(kind, text)
	case !named:
		return nil, nil
	}
	m, err := c.ctl.FindMapping(t.Ref, kind, name)
	if control.IsNotFound(err) {
		return nil, fail("BadRequest_MappingReferenceWasNotFound", "Mapping reference '%s' of kind '%s' wasn't found.", name, kind)
	}
	return m, err
}

func (c *call) setTableRows(ctx context.Context) (*table.Batch, error) {
	if _, err := c.table(c.Text["name"]); err == nil {
		return nil, fail(codeExists, "Entity '%s' of kind 'Table' already exists.", c.Text["name"])
	}
	return c.fromQuery(ctx, false)
}

func (c *call) appendRows(ctx context.Context) (*table.Batch, error) {
	if _, err := c.table(c.Text["name"]); err != nil {
		return nil, err
	}
	return c.fromQuery(ctx, false)
}

func (c *call) setOrAppend(ctx context.Context) (*table.Batch, error) { return c.fromQuery(ctx, false) }

func (c *call) setOrReplace(ctx context.Context) (*table.Batch, error) { return c.fromQuery(ctx, true) }

// fromQuery writes the rows of a query into a table, which is made if it is not there.
func (c *call) fromQuery(ctx context.Context, replace bool) (*table.Batch, error) {
	if err := c.with("folder", "docstring", "extend_schema", "distributed", "policy_ingestiontime"); err != nil {
		return nil, err
	}
	rows, err := c.rows(ctx)
	if err != nil {
		return nil, err
	}
	t, err := c.table(c.Text["name"])
	if err != nil {
		extend := c.With
		c.With = map[string]string{"folder": extend["folder"], "docstring": extend["docstring"]}
		if err := c.putTable(ctx, c.Text["name"], rows.Schema.Cols); err != nil {
			return nil, err
		}
		if t, err = c.table(c.Text["name"]); err != nil {
			return nil, err
		}
	} else if t, err = c.extend(ctx, t, rows.Schema); err != nil {
		return nil, err
	}
	if rows, err = placed(t, rows, codeInvalid); err != nil {
		return nil, err
	}
	write := c.in.Write
	if replace {
		write = c.in.Replace
	}
	if err := write(ctx, t.Ref, rows, facts()); err != nil {
		return nil, err
	}
	b := columns("ExtentId:guid OriginalSize:real ExtentSize:real CompressedSize:real IndexSize:real RowCount:long")
	if rows.Rows > 0 {
		b.AppendRow(table.UUID(uuid.New()), 0.0, 0.0, 0.0, 0.0, int64(rows.Rows))
	}
	return b, nil
}

// rows runs the query of the command; all its rows, whatever an answer's limits are.
func (c *call) rows(ctx context.Context) (*table.Batch, error) {
	q := c.Query
	at := c.Pos["query"]
	q.Text = strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, c.src[:at]) + c.src[at:]
	q.MaxRows, q.MaxBytes = maxWritten, maxWrittenBytes
	results, err := c.query(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(results) != 1 {
		return nil, fail(codeInvalid, "The query has %d results: one table can be written.", len(results))
	}
	return results[0].Rows, nil
}

// What a command writes at most: what one record of the log holds.
const (
	maxWritten      = 1 << 20
	maxWrittenBytes = 128 << 20
)

// extend adds the columns to a table that rows have behind its own, if the command
// asks for it.
func (c *call) extend(ctx context.Context, t *control.Table, rows *table.Schema) (*control.Table, error) {
	if n := len(t.Schema.Cols); c.flag("extend_schema") && t.Bare && len(rows.Cols) > n {
		if _, err := c.ctl.PutTable(ctx, c.Caller, control.TableSpec{Ref: t.Ref, Columns: rows.Cols[n:]}); err != nil {
			return nil, err
		}
		return c.table(t.Ref.Table)
	}
	return t, nil
}

// placed gives the rows of a query the names of a table's columns: of a bare table by
// their places, as Kusto does, of Azure's by their names. Types must be the same.
func placed(t *control.Table, rows *table.Batch, code string) (*table.Batch, error) {
	mismatch := func(why string, args ...any) error {
		return fail(code, "Query schema does not match table schema of '%s': %s. QuerySchema=(%s), TableSchema=(%s)", t.Ref.Table, fmt.Sprintf(why, args...), csl(rows.Schema), csl(t.Schema))
	}
	if !t.Bare {
		for _, col := range rows.Schema.Cols {
			if i := t.Schema.Index(col.Name); i < 0 || t.Schema.Cols[i].Type != col.Type {
				return nil, mismatch("the table has no column %s of type %s", col.Name, col.Type)
			}
		}
		return rows, nil
	}
	if len(rows.Schema.Cols) != len(t.Schema.Cols) {
		return nil, mismatch("it has %d columns, and the table %d", len(rows.Schema.Cols), len(t.Schema.Cols))
	}
	for i, col := range t.Schema.Cols {
		if got := rows.Schema.Cols[i].Type; got != col.Type {
			return nil, mismatch("column %s is %s, and not %s", col.Name, got, col.Type)
		}
	}
	return &table.Batch{Schema: t.Schema, Vecs: rows.Vecs, Rows: rows.Rows}, nil
}
