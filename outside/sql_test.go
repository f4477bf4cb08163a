package outside

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/table"
)

func TestServers(t *testing.T) {
	l, err := ParseServers("mysql://127.0.0.1, postgresql://*.db.test:6432")
	if err != nil || len(l) != 2 || l[0].port != "3306" || l[1].port != "6432" || !l[1].wild {
		t.Errorf("%+v, %v", l, err)
	}
	for _, bad := range []string{"https://a.test", "mysql://", "mysql://u:p@a.test", "mysql://a.test/shop"} {
		if _, err := ParseServers(bad); err == nil {
			t.Errorf("%q is a server", bad)
		}
	}
}

func TestConnectionString(t *testing.T) {
	for text, want := range map[string]sqlServer{
		`Server=a.test;UID=u;Pwd=p`: {host: "a.test", port: 3306, user: "u", password: "p"},
		` server = a.test ; Port = 42;Database = d;User Id="u;v"; Password='it''s "="';SslMode=None; `: {host: "a.test", port: 42, database: "d", user: "u;v", password: `it's "="`},
	} {
		if got, err := dialects["mysql_request"].server(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	want := sqlServer{host: "a.test", port: 1434, database: "d", user: "u", password: "p"}
	if got, err := dialects["sql_request"].server(`Server=tcp:a.test,1434;Initial Catalog=d;User ID=u;Password=p;Encrypt=false`); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for plugin, texts := range map[string][]string{
		"mysql_request": {"", "Server", "Server=a;Port=x", "Server=a;Socket=/x", `Server="a`, `Server="a"b`, "=a"},
		"sql_request":   {"Server=a.test", "Server=tcp:a.test,x", `Server=tcp:a.test;Authentication="Active Directory Integrated"`},
	} {
		for _, text := range texts {
			if got, err := dialects[plugin].server(text); err == nil {
				t.Errorf("%s: %+v", text, got)
			}
		}
	}
}

func TestParameters(t *testing.T) {
	params := &table.Bag{}
	params.Set("a", int64(7))
	params.Set("@b", "x")
	params.Set("d", table.Dec("1.50"))
	params.Set("t", table.Time(table.UnixTicks))
	params.Set("s", table.Duration(-36_610_000_000*10))
	for _, c := range []struct{ text, mysql, postgres string }{
		{"select @a, @b, @a, @none, @@version", "select ?, ?, ?, @none, @@version", "select $1::bigint, $2::text, $1::bigint, @none, @@version"},
		{`'@a' "@a" -- @a
			@a`, "'@a' \"@a\" -- @a\n\t\t\t?", "'@a' \"@a\" -- @a\n\t\t\t$1::bigint"},
		{`'\'@a' @a`, `'\'@a' ?`, `'\'$1::bigint' @a`},
		{`E'\'@a' @a`, `E'\'@a' ?`, `E'\'@a' $1::bigint`},
		{"`@a` # @a", "`@a` # @a", "`$1::bigint` # $1::bigint"},
		{"/* @a */ @ab x@a $$ @a $$ $q$ @a $q$", "/* @a */ @ab x? $$ ? $$ $q$ ? $q$", "/* @a */ @ab x$1::bigint $$ @a $$ $q$ @a $q$"},
		{"@d @t @s", "1.50 CAST(? AS DATETIME(6)) CAST(? AS TIME(6))", "$1::numeric $2::timestamptz $3::interval"},
		{"'open @a", "'open @a", "'open @a"},
	} {
		if got, _ := bindMySQL(c.text, params); got != c.mysql {
			t.Errorf("MySQL: %q is %q", c.text, got)
		}
		if got, _ := bindPostgres(c.text, params); got != c.postgres {
			t.Errorf("PostgreSQL: %q is %q", c.text, got)
		}
	}
	if _, args := bindMySQL("@b @t @s @a", params); !reflect.DeepEqual(args, []any{"x", "1970-01-01 00:00:00.000000", "-10:10:10.000000", int64(7)}) {
		t.Errorf("%q", args)
	}
	if _, args := bindNamed("@a", params); len(args) != 5 {
		t.Errorf("%q", args)
	}
}

func TestDatabaseValues(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 600, time.FixedZone("", 3600))
	for _, c := range []struct {
		plugin, kind string
		v            any
		want         table.Value
	}{
		{"sql_request", "UNIQUEIDENTIFIER", []byte{0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}, mustUUID(t, "00112233-4455-6677-8899-aabbccddeeff")},
		{"sql_request", "DATETIMEOFFSET", at, table.FromGo(at)},
		{"sql_request", "TIME", time.Date(1, 1, 1, 1, 2, 3, 0, time.UTC), table.Duration(37_230_000_000)},
		{"sql_request", "MONEY", []byte("1.5000"), table.Dec("1.5000")},
		{"sql_request", "SMALLINT", int64(-3), int32(-3)},
		{"sql_request", "BIT", true, true},
		{"sql_request", "REAL", float64(0.5), 0.5},
		{"sql_request", "VARBINARY", []byte{0, 255}, "AP8="},
		{"sql_request", "XML", "<a/>", "<a/>"},
		{"mysql_request", "BIT", []byte{1, 0}, int64(256)},
		{"mysql_request", "JSON", []byte(`{"a":1}`), `{"a":1}`},
		{"postgresql_request", "INTERVAL", "3 days 01:00:00", table.Duration(73 * 36_000_000_000)},
		{"postgresql_request", "INT8", nil, nil},
		{"postgresql_request", "TEXT", nil, ""},
	} {
		k, ok := dialects[c.plugin].kinds[c.kind]
		if !ok {
			k.of = table.String
		}
		got, err := k.value(c.v, k.of)
		if d, dynamic := got.(table.Dyn); dynamic {
			got = d.String()
		}
		if err != nil || got != c.want {
			t.Errorf("%s %s %v: %#v, %v", c.plugin, c.kind, c.v, got, err)
		}
	}
	if v, err := dialects["postgresql_request"].kinds["INTERVAL"].value("1 mon", table.Timespan); err == nil {
		t.Errorf("a month is %v", v)
	}
}

func mustUUID(t *testing.T, text string) table.UUID {
	t.Helper()
	u, err := table.ParseUUID(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestDatabases asks servers that are none: what is not listed is not connected to, and
// what says nothing is given up when the query is.
func TestDatabases(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heard := make(chan []byte, 9)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close() // and not when it is collected
			b := make([]byte, 512)
			n, _ := c.Read(b)
			heard <- b[:n]
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	texts := map[string]string{
		"sql_request": "Server=tcp:127.0.0.1," + port + ";User ID=u;Password=hush", "mysql_request": "Server=127.0.0.1;Port=" + port + ";UID=u;Pwd=hush",
		"postgresql_request": "Host=127.0.0.1;Port=" + port + ";User ID=u;Password=hush",
	}
	for plugin, text := range texts {
		query := fmt.Sprintf("evaluate %s('%s', 'select 1 as a') : (a: int)", plugin, text)
		if _, err := ask(t, New(Options{}), query); !errors.Is(err, ErrNotAllowed) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", plugin, err)
		}
	}
	select {
	case b := <-heard:
		t.Fatalf("%q came to a server that is not listed", b)
	default:
	}
	servers, err := ParseServers(strings.ReplaceAll("sqlserver://$,mysql://$,postgresql://$", "$", "127.0.0.1:"+port))
	if err != nil {
		t.Fatal(err)
	}
	r := New(Options{Servers: servers})
	for _, c := range []struct {
		plugin, token string
		first         byte // that the server hears; 0 if it speaks first
	}{
		{"sql_request", "", 18}, // TDS: a packet that asks for encryption
		{"sql_request", ", dynamic(null), dynamic({'token': 'hush'})", 18},
		{"postgresql_request", "", 0},
		{"mysql_request", "", 0},
	} {
		rows, err := r.Plugin(compiled(t, fmt.Sprintf("evaluate %s('%s', 'select 1 as a'%s) : (a: int)", c.plugin, texts[c.plugin], c.token)), "")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var ended time.Time
		time.AfterFunc(200*time.Millisecond, func() { ended = time.Now(); cancel() })
		if b, err := rows.Next(ctx); !errors.Is(err, context.Canceled) || time.Since(ended) > 100*time.Millisecond {
			t.Errorf("%s: %v, %v after %v", c.plugin, b, err, time.Since(ended))
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
		if hello := <-heard; strings.Contains(string(hello), "hush") || c.first != 0 && (len(hello) < 8 || hello[0] != c.first) {
			t.Errorf("%s: the server hears %q first", c.plugin, hello)
		}
	}
}
