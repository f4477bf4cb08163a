package outside

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/table"
)

// dialect is one kind of server.
type dialect struct {
	scheme string // in the list of servers
	port   int
	prefix string // of a server's name
	// connector makes connections that end with ctx.
	connector func(ctx context.Context, r *Reader, q *sqlQuery) driver.Connector
	// bind makes a query with arguments of one with parameters (@name).
	bind  func(text string, params *table.Bag) (string, []any)
	kinds map[string]sqlKind // by the driver's names of types; others are text
}

// sqlKind is how values of a server's type become Kusto's.
type sqlKind struct {
	of   table.Type
	text func([]byte) (string, error) // of bytes that are not the value's text
}

var dialects = map[string]*dialect{
	"sql_request": {
		scheme: "sqlserver", port: 1433, prefix: "tcp:", connector: sqlServerConnector, bind: bindNamed,
		kinds: kinds{
			table.Bool: "BIT", table.Int: "TINYINT SMALLINT INT", table.Long: "BIGINT", table.Real: "REAL FLOAT", table.Decimal: "DECIMAL SMALLMONEY MONEY",
			table.Datetime: "SMALLDATETIME DATETIME DATETIME2 DATE DATETIMEOFFSET", table.Timespan: "TIME",
		}.by(map[string]sqlKind{
			"UNIQUEIDENTIFIER": {table.Guid, mixedEndian}, "VARBINARY": {table.String, base64Text}, "BINARY": {table.String, base64Text}, "IMAGE": {table.String, base64Text},
		}),
	},
	"mysql_request": {
		scheme: "mysql", port: 3306, connector: mysqlConnector, bind: bindMySQL,
		kinds: kinds{
			table.Int: "TINYINT UNSIGNED+TINYINT SMALLINT UNSIGNED+SMALLINT MEDIUMINT UNSIGNED+MEDIUMINT INT YEAR", table.Long: "UNSIGNED+INT BIGINT",
			table.Real: "FLOAT DOUBLE", table.Decimal: "DECIMAL UNSIGNED+BIGINT", table.Datetime: "DATE DATETIME TIMESTAMP", table.Timespan: "TIME", table.Dynamic: "JSON",
		}.by(map[string]sqlKind{
			"BIT": {table.Long, bitsText}, "BINARY": {table.String, base64Text}, "VARBINARY": {table.String, base64Text}, "TINYBLOB": {table.String, base64Text},
			"BLOB": {table.String, base64Text}, "MEDIUMBLOB": {table.String, base64Text}, "LONGBLOB": {table.String, base64Text}, "GEOMETRY": {table.String, base64Text},
		}),
	},
	"postgresql_request": {
		scheme: "postgresql", port: 5432, connector: postgresConnector, bind: bindPostgres,
		kinds: kinds{
			table.Bool: "BOOL", table.Int: "INT2 INT4", table.Long: "INT8 OID", table.Real: "FLOAT4 FLOAT8", table.Decimal: "NUMERIC",
			table.Datetime: "DATE TIMESTAMP TIMESTAMPTZ", table.Guid: "UUID", table.Dynamic: "JSON JSONB",
		}.by(map[string]sqlKind{
			"BYTEA": {table.String, base64Text}, "TIME": {table.Timespan, nil}, "INTERVAL": {table.Timespan, intervalText},
		}),
	},
}

// kinds are the types that need no reading of their own; + is a space in a name.
type kinds map[table.Type]string

func (k kinds) by(more map[string]sqlKind) map[string]sqlKind {
	for t, names := range k {
		for name := range strings.FieldsSeq(names) {
			more[strings.ReplaceAll(name, "+", " ")] = sqlKind{of: t}
		}
	}
	return more
}

// columns are those of an answer, as Kusto has them. A name that comes again gets a
// number, and one that is empty is Column and its number.
func (d *dialect) columns(rows *sql.Rows) ([]table.Column, []sqlKind, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, nil, err
	}
	if len(types) == 0 {
		if err := rows.Err(); err != nil {
			return nil, nil, err
		}
		return nil, nil, errors.New("the query answers no rows")
	}
	s, kinds := &table.Schema{}, make([]sqlKind, len(types))
	for i, t := range types {
		k, ok := d.kinds[t.DatabaseTypeName()]
		if !ok {
			k = sqlKind{of: table.String}
		}
		kinds[i] = k
		base := t.Name()
		if base == "" {
			base = "Column" + strconv.Itoa(i+1)
		}
		name := base
		for n := 1; s.Index(name) >= 0; n++ {
			name = base + strconv.Itoa(n)
		}
		s.Cols = append(s.Cols, table.Column{Name: name, Type: k.of})
	}
	return s.Cols, kinds, nil
}

// value makes a value of type t, which holds the kind's, of a driver's.
func (k sqlKind) value(v any, t table.Type) (table.Value, error) {
	switch x := v.(type) {
	case nil:
		if t == table.String {
			return "", nil
		}
		return nil, nil
	case time.Time:
		if k.of == table.Timespan {
			return table.FromGoDuration(x.Sub(time.Date(x.Year(), x.Month(), x.Day(), 0, 0, 0, 0, x.Location()))), nil
		}
		at := table.FromGo(x)
		if y := x.UTC().Year(); y < 1 || y > 9999 {
			return nil, fmt.Errorf("the time %v is outside of the years 1 to 9999", x)
		}
		return at, nil
	case uint64:
		v = strconv.FormatUint(x, 10)
	case float32:
		v = float64(x)
	case int32:
		v = int64(x)
	case []byte:
		text := string(x)
		if k.text != nil {
			var err error
			if text, err = k.text(x); err != nil {
				return nil, err
			}
		}
		v = strings.ToValidUTF8(text, "\ufffd")
	case string:
		text := x
		if k.text != nil {
			var err error
			if text, err = k.text([]byte(x)); err != nil {
				return nil, err
			}
		}
		v = strings.ToValidUTF8(text, "\ufffd")
	}
	if text, ok := v.(string); ok && t == table.Dynamic {
		if tree, err := table.ParseTree(text); err == nil {
			return table.DynValue(tree), nil
		}
	}
	switch v.(type) {
	case bool, int64, float64, string:
		if out, ok := format.Convert(v, t); ok {
			return out, nil
		}
	}
	return nil, fmt.Errorf("the value %v is no %s", v, t)
}

func base64Text(b []byte) (string, error) { return base64.StdEncoding.EncodeToString(b), nil }

// bitsText reads a number of up to 64 bits.
func bitsText(b []byte) (string, error) {
	var all [8]byte
	if len(b) > 8 {
		return "", fmt.Errorf("%d bytes of bits", len(b))
	}
	copy(all[8-len(b):], b)
	return strconv.FormatInt(int64(binary.BigEndian.Uint64(all[:])), 10), nil
}

// mixedEndian reads a guid as SQL Server writes it.
func mixedEndian(b []byte) (string, error) {
	var u mssql.UniqueIdentifier
	err := u.Scan(b)
	return u.String(), err
}

// intervalText writes an interval as a timespan; months have no length.
func intervalText(b []byte) (string, error) {
	var i pgtype.Interval
	if err := i.Scan(string(b)); err != nil {
		return "", err
	}
	if i.Months != 0 {
		return "", fmt.Errorf("the interval %s has months, which no timespan can hold", b)
	}
	return table.Duration((int64(i.Days)*24*3600*1e6 + i.Microseconds) * 10).String(), nil
}

// encryption is that of all connections: a certificate that is valid for the name.
func (r *Reader) encryption(q *sqlQuery) *tls.Config {
	return &tls.Config{ServerName: q.server.host, RootCAs: r.o.Roots, MinVersion: tls.VersionTLS12}
}

func (r *Reader) sqlDialer(q *sqlQuery) *net.Dialer {
	var current atomic.Pointer[entry]
	current.Store(&q.at)
	return r.dialer(&current)
}

func sqlServerConnector(ctx context.Context, r *Reader, q *sqlQuery) driver.Connector {
	u := url.URL{Scheme: "sqlserver", Host: net.JoinHostPort(q.server.host, strconv.Itoa(q.server.port)), RawQuery: "encrypt=true"}
	cfg, err := msdsn.Parse(u.String())
	if err != nil {
		return failing{err}
	}
	cfg.Database, cfg.User, cfg.Password = q.server.database, q.server.user, q.server.password
	cfg.AppName, cfg.Encryption, cfg.TLSConfig = "yagura", msdsn.EncryptionRequired, r.encryption(q)
	cfg.TLSConfig.DynamicRecordSizingDisabled = true // as the driver asks for
	c := mssql.NewConnectorConfig(cfg)
	if q.server.token != "" {
		if c, err = mssql.NewSecurityTokenConnector(cfg, func(context.Context) (string, error) { return q.server.token, nil }); err != nil {
			return failing{err}
		}
	}
	c.Dialer = closing{ctx, r.sqlDialer(q)}
	return c
}

// closing closes connections when ctx ends, for a driver that waits for a server's first
// words whatever happens.
type closing struct {
	ctx context.Context
	to  *net.Dialer
}

func (d closing) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.to.DialContext(ctx, network, address)
	if err == nil {
		context.AfterFunc(d.ctx, func() { _ = c.Close() })
	}
	return c, err
}

func mysqlConnector(_ context.Context, r *Reader, q *sqlQuery) driver.Connector {
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr = "tcp", net.JoinHostPort(q.server.host, strconv.Itoa(q.server.port))
	cfg.DBName, cfg.User, cfg.Passwd = q.server.database, q.server.user, q.server.password
	cfg.ParseTime, cfg.MultiStatements, cfg.Params = true, true, map[string]string{"time_zone": "'+00:00'"}
	cfg.TLS, cfg.DialFunc, cfg.Logger = r.encryption(q), r.sqlDialer(q).DialContext, &mysql.NopLogger{}
	c, err := mysql.NewConnector(cfg)
	if err != nil {
		return failing{err}
	}
	return c
}

func postgresConnector(_ context.Context, r *Reader, q *sqlQuery) driver.Connector {
	cfg, err := pgx.ParseConfig("host=localhost user=none password=none sslmode=disable") // all that matters is set below
	if err != nil {
		return failing{err}
	}
	cfg.Host, cfg.Port, cfg.Fallbacks = q.server.host, uint16(q.server.port), nil
	cfg.Database, cfg.User, cfg.Password = q.server.database, q.server.user, q.server.password
	cfg.TLSConfig, cfg.DialFunc = r.encryption(q), r.sqlDialer(q).DialContext
	cfg.RuntimeParams = map[string]string{"application_name": "yagura", "timezone": "UTC", "IntervalStyle": "postgres", "DateStyle": "ISO"}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec
	if q.params == nil {
		cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // several statements may stand in a text
	}
	cfg.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 50 * time.Millisecond}
	}
	return stdlib.GetConnector(*cfg)
}

// failing is a connector that cannot be made.
type failing struct{ err error }

func (f failing) Connect(context.Context) (driver.Conn, error) { return nil, f.err }
func (f failing) Driver() driver.Driver                        { return nil }
