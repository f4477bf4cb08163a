package outside

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// sqlRequest sends a text of SQL to a server and gives the first rows that it answers.
// https://learn.microsoft.com/kusto/query/sql-request-plugin and its kin
func (r *Reader) sqlRequest(n *plan.Plugin, args map[string]table.Value) (*sqlRows, error) {
	if n.FromData && !n.Complete {
		return nil, fmt.Errorf("%s: its columns must be declared here: evaluate %s(…) : (Name: type)", n.Name, n.Name)
	}
	q, err := r.sqlQuery(n, args)
	if err != nil {
		return nil, err
	}
	return &sqlRows{q: q, schema: n.Schema()}, nil
}

// sqlColumns asks a server which columns a query has. The query runs, and what it does is
// undone.
func (r *Reader) sqlColumns(ctx context.Context, n *plan.Plugin, args map[string]table.Value) (_ []table.Column, err error) {
	q, err := r.sqlQuery(n, args)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = q.failed(err)
		}
	}()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before the rest is read
	db := sql.OpenDB(q.dialect.connector(ctx, r, q))
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	text, params := q.dialect.bind(q.text, q.params)
	rows, err := tx.QueryContext(ctx, text, params...)
	if err != nil {
		return nil, err
	}
	cols, _, err := q.dialect.columns(rows)
	return cols, errors.Join(err, rows.Close())
}

// sqlQuery is what a query asks of which server.
type sqlQuery struct {
	r       *Reader
	dialect *dialect
	name    string // of the plugin, or the external table
	at      entry
	server  sqlServer
	text    string
	params  *table.Bag // may be nil
}

func (r *Reader) sqlQuery(n *plan.Plugin, args map[string]table.Value) (*sqlQuery, error) {
	q := &sqlQuery{r: r, dialect: dialects[n.Name], name: n.Name, params: bagOf(args["SqlParameters"])}
	q.text, _ = args["SqlQuery"].(string)
	text, _ := args["ConnectionString"].(string)
	if err := q.connect(text); err != nil {
		return nil, err
	}
	if o := bagOf(args["Options"]); o != nil {
		for i, name := range o.Keys {
			token, ok := o.Vals[i].(string)
			if name != "token" || !ok || q.dialect.scheme != "sqlserver" {
				return nil, fmt.Errorf("%s: the option %q is not supported", n.Name, name)
			}
			q.server.token = token
		}
	}
	return q, nil
}

// connect reads a connection string, and finds its server on the list.
func (q *sqlQuery) connect(text string) (err error) {
	if q.server, err = q.dialect.server(text); err != nil {
		return fmt.Errorf("%s: the connection string: %w", q.name, err)
	}
	u := &url.URL{Scheme: q.dialect.scheme, Host: net.JoinHostPort(q.server.host, strconv.Itoa(q.server.port))}
	listed := false
	if q.at, listed = q.r.o.Servers.allows(u); !listed {
		return q.failed(notListed(q.r.o.Servers, "sql-servers"))
	}
	return nil
}

// failed says of which server an error is. Drivers' errors hold no password.
func (q *sqlQuery) failed(err error) error {
	return fmt.Errorf("%s: %s: %w", q.name, q.server.host, err)
}

// sqlRows gives the rows of an answer as they come.
type sqlRows struct {
	q      *sqlQuery
	schema *table.Schema
	ctx    context.Context // of the request, which outlives a Next
	cancel context.CancelFunc
	db     *sql.DB
	rows   *sql.Rows
	kinds  []sqlKind
	size   int64
}

func (s *sqlRows) Schema() *table.Schema { return s.schema }

func (s *sqlRows) Close() error {
	if s.db == nil {
		return nil
	}
	s.cancel() // what is not read need not come
	if s.rows != nil {
		_ = s.rows.Close()
	}
	err := s.db.Close()
	s.db = nil
	return err
}

// sqlBatch is how many rows are given at once.
const sqlBatch = 4096

func (s *sqlRows) Next(ctx context.Context) (*table.Batch, error) {
	if s.cancel == nil {
		s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	}
	defer context.AfterFunc(ctx, s.cancel)()
	b, err := s.next()
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, io.EOF): // of a connection: it is not the end of the rows
		return nil, s.q.failed(errors.New("the server ended the connection"))
	case err != nil:
		return nil, s.q.failed(err)
	case b.Rows == 0:
		return nil, io.EOF
	}
	return b, nil
}

// next gives some rows; none at their end.
func (s *sqlRows) next() (*table.Batch, error) {
	if s.rows == nil {
		if err := s.open(); err != nil {
			return nil, err
		}
	}
	b := table.NewBatch(s.schema)
	cells, into, row := make([]any, len(s.kinds)), make([]any, len(s.kinds)), make([]table.Value, len(s.kinds))
	for i := range cells {
		into[i] = &cells[i]
	}
	for b.Rows < sqlBatch && s.rows.Next() {
		if err := s.rows.Scan(into...); err != nil {
			return nil, err
		}
		for i, c := range s.schema.Cols {
			v, err := s.kinds[i].value(cells[i], c.Type)
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", c.Name, err)
			}
			row[i] = v
			s.size += cellSize(v)
		}
		if s.size > s.q.r.o.MaxBytes {
			return nil, fmt.Errorf("it is larger than %d bytes", s.q.r.o.MaxBytes)
		}
		b.AppendRow(row...)
	}
	if err := s.rows.Err(); err != nil {
		return nil, err
	}
	return b, nil
}

func cellSize(v table.Value) int64 {
	switch v := v.(type) {
	case string:
		return int64(len(v)) + 8
	case table.Dyn:
		return int64(v.JSONLen()) + 8
	}
	return 8
}

// open sends the query, and holds the columns of its answer to those that are expected.
func (s *sqlRows) open() error {
	s.db = sql.OpenDB(s.q.dialect.connector(s.ctx, s.q.r, s.q))
	text, params := s.q.dialect.bind(s.q.text, s.q.params)
	rows, err := s.db.QueryContext(s.ctx, text, params...)
	if err != nil {
		return err
	}
	s.rows = rows
	got, kinds, err := s.q.dialect.columns(rows)
	if err != nil {
		return err
	}
	s.kinds = kinds
	want := s.schema.Cols
	if len(got) != len(want) {
		return fmt.Errorf("the answer has %d columns, and not %d as the query says", len(got), len(want))
	}
	for i, g := range got {
		if w := want[i]; g.Name != w.Name || !holds(w.Type, g.Type) {
			return fmt.Errorf("column %d of the answer is %s: %s, and not %s: %s as the query says", i+1, g.Name, g.Type, w.Name, w.Type)
		}
	}
	return nil
}

// holds reports whether a column of type w can have any value of type g.
func holds(w, g table.Type) bool {
	switch g {
	case table.Int:
		return w == g || w == table.Long || w == table.Real || w == table.Decimal
	case table.Long:
		return w == g || w == table.Decimal
	}
	return w == g
}

// sqlServer is what a connection string says.
type sqlServer struct {
	host, database, user, password string
	port                           int
	token                          string
}

// server reads a connection string: name=value;name="value".
func (d *dialect) server(text string) (sqlServer, error) {
	pairs, err := connectionPairs(text)
	if err != nil {
		return sqlServer{}, err
	}
	s := sqlServer{port: d.port}
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		v := pairs[name]
		switch strings.ReplaceAll(strings.ToLower(name), " ", "") {
		case "server", "host", "datasource":
			s.host = v
		case "port":
			if s.port, err = strconv.Atoi(v); err != nil {
				return s, errors.New("the port is no number")
			}
		case "database", "initialcatalog":
			s.database = v
		case "userid", "uid", "user", "username":
			s.user = v
		case "password", "pwd":
			s.password = v
		case "authentication":
			if !strings.EqualFold(v, "Sql Password") && !strings.EqualFold(v, "SqlPassword") {
				return s, fmt.Errorf("the authentication %q is not supported: give User ID and Password, or the option token", v)
			}
		case "encrypt", "trustservercertificate", "sslmode", "persistsecurityinfo", "pooling", "connecttimeout", "connectiontimeout", "timeout", "applicationname":
			// Connections are encrypted and certificates looked at, whatever a query says.
		default:
			return s, fmt.Errorf("%s is not supported", strconv.Quote(name))
		}
	}
	if d.prefix != "" {
		var ok bool
		if s.host, ok = strings.CutPrefix(s.host, d.prefix); !ok {
			return s, fmt.Errorf("the server is named Server=%shost,port", d.prefix)
		}
		host, port, comma := strings.Cut(s.host, ",")
		if comma {
			if s.port, err = strconv.Atoi(strings.TrimSpace(port)); err != nil {
				return s, errors.New("the port is no number")
			}
		}
		s.host = strings.TrimSpace(host)
	}
	if s.host == "" {
		return s, errors.New("it names no server")
	}
	return s, nil
}

// connectionPairs reads a connection string. A value in quotes may have semicolons, and
// its quotes twice.
func connectionPairs(text string) (map[string]string, error) {
	out := map[string]string{}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimLeft(text, "; \t\r\n") {
		name, rest, ok := strings.Cut(text, "=")
		if name = strings.TrimSpace(name); !ok || name == "" || strings.Contains(name, ";") {
			return nil, errors.New("it is not written Name=Value;Name=Value")
		}
		rest = strings.TrimSpace(rest)
		if rest == "" || rest[0] != '"' && rest[0] != '\'' {
			var v string
			v, text, _ = strings.Cut(rest, ";")
			out[name] = strings.TrimSpace(v)
			continue
		}
		quote := rest[:1]
		var v strings.Builder
		for rest = rest[1:]; ; rest = rest[1:] {
			part, after, ok := strings.Cut(rest, quote)
			if !ok {
				return nil, errors.New("a quote is not closed")
			}
			v.WriteString(part)
			if rest = after; !strings.HasPrefix(rest, quote) {
				break
			}
			v.WriteString(quote)
		}
		out[name], text = v.String(), strings.TrimSpace(rest)
		if text != "" && text[0] != ';' {
			return nil, errors.New("behind a quoted value comes a semicolon")
		}
	}
	return out, nil
}
