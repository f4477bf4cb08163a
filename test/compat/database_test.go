//go:build compat

package compat

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// certificate writes a certificate of this machine, and has the server under test trust it.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "databases"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	t.Setenv("SSL_CERT_FILE", cert)
	return cert, key
}

func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tool runs a program to its end.
func tool(t *testing.T, as *syscall.SysProcAttr, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = as
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func listens(port string) func() bool {
	return func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			c.Close()
		}
		return err == nil
	}
}

// refused sends a query that must fail, and returns the answer's text.
func (s *server) refused(kql string, header ...string) string {
	s.Helper()
	body, err := json.Marshal(map[string]string{"query": kql})
	if err != nil {
		s.Fatal(err)
	}
	q, err := http.NewRequest(http.MethodPost, s.HTTP+"/v1/workspaces/"+s.WorkspaceID+"/query", strings.NewReader(string(body)))
	if err != nil {
		s.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Authorization", "Bearer "+s.token)
	for i := 1; i < len(header); i += 2 {
		q.Header.Set(header[i-1], header[i])
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode == http.StatusOK {
		s.Fatalf("%s answers %d %s, %v", kql, resp.StatusCode, text, err)
	}
	return string(text)
}

// manage sends a management command.
func (s *server) manage(command string) {
	s.Helper()
	body, err := json.Marshal(map[string]string{"db": s.WorkspaceID, "csl": command})
	if err != nil {
		s.Fatal(err)
	}
	var answer any
	s.post("/v1/rest/mgmt", "application/json", string(body), &answer)
}

// asks holds what a plugin gives to what is expected: the text of each query has %s
// where the connection string stands.
func (s *server) asks(connection string, want map[string][]string) {
	s.Helper()
	for query, rows := range want {
		if got := s.query(fmt.Sprintf(query, connection)); !slices.Equal(got, rows) {
			s.Errorf("%s\n got %q\nwant %q", query, got, rows)
		}
	}
}

const parameters = `dynamic({"day": datetime(2026-01-02 03:04:05.678901), "n": 7, "text": "it's @n", "pause": time(01:02:03)})`

func TestMariaDB(t *testing.T) {
	cert, key := certificate(t)
	dir, port := t.TempDir(), freePort(t)
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	tool(t, nil, "mariadb-install-db", "--no-defaults", "--datadir="+dir, "--auth-root-authentication-method=normal", "--skip-test-db", "--user="+me.Username)
	socket := filepath.Join(dir, "s")
	mariadbd, err := exec.LookPath("mariadbd")
	if err != nil {
		mariadbd = "/usr/sbin/mariadbd"
	}
	run(t, syscall.SIGTERM, mariadbd, "--no-defaults", "--datadir="+dir, "--user="+me.Username, "--port="+port, "--bind-address=127.0.0.1", "--socket="+socket, "--ssl-cert="+cert, "--ssl-key="+key)
	wait(t, "MariaDB", listens(port))
	tool(t, nil, "mariadb", "--no-defaults", "--user=root", "--socket="+socket, "-e", `
		create database shop character set utf8mb4; use shop;
		create table goods (Id int, Name varchar(40), Price decimal(10,2), Weight double, Made datetime(6), Took time(3), Photo varbinary(4), Many bigint unsigned);
		insert into goods values (1, 'tea – 茶', 2.50, 0.25, '2026-01-02 03:04:05.678901', '-01:02:03.5', x'00ff', 18446744073709551615), (2, null, null, null, null, null, null, null);
		create user 'reader'@'127.0.0.1' identified by 'hush hush'; grant select on shop.* to 'reader'@'127.0.0.1';`)
	s := start(t, "--sql-servers", "mysql://127.0.0.1:"+port)
	connection := `'Server=127.0.0.1; Port = ` + port + `;' 'Database=shop;' h'UID=reader;' h'Pwd="hush hush";'`
	const all = `evaluate mysql_request(%s, "select * from goods order by Id")`
	s.asks(connection, map[string][]string{
		all + ` : (Id: int, Name: string, Price: decimal, Weight: real, Made: datetime, Took: timespan, Photo: string, Many: decimal)`: {
			"1|tea – 茶|2.50|0.25|2026-01-02T03:04:05.678901Z|-01:02:03.5000000|AP8=|18446744073709551615", "2||<nil>|<nil>|<nil>|<nil>||<nil>",
		},
		all + ` | where Id > 0 | project Name, Price * 2`:                        {"tea – 茶|5", "|<nil>"},
		all + ` | getschema | project strcat(ColumnName, ":", ColumnType)`:       {"Id:int", "Name:string", "Price:decimal", "Weight:real", "Made:datetime", "Took:timespan", "Photo:string", "Many:decimal"},
		`evaluate mysql_request(%s, "select count(*) as n, 1 as n from goods")`:  {"2|1"},
		`evaluate mysql_request(%s, "select 1 as a; select 2 as b") : (a: long)`: {"1"},
		`evaluate mysql_request(%s, "select @day as d, @n as n, @text as t, @pause as p, '@n' as q -- @n", ` + parameters + `) | extend d = d + 1s, n = n + 1, p = p + 1s`: {"2026-01-02T03:04:06.678901Z|8|it's @n|01:02:04|@n"},
		`evaluate mysql_request(%s, "select Id from goods where Id = @n - 5", ` + parameters + `) : (Id: long)`:                                                            {"2"},
	})
	s.manage(`.create external table Goods (Id: int, Name: string, Price: decimal) kind=sql table=shop.goods (` + connection + `) with (sqlDialect="MySql")`)
	s.manage(`.create external table Wrong (Id: string) kind=sql table=goods (` + connection + `) with (sqlDialect="MySql")`)
	if got := s.query(`external_table("Goods") | where Id > 0 | order by Id asc | project Name, Price * 2`); !slices.Equal(got, []string{"tea – 茶|5", "|<nil>"}) {
		t.Errorf("the external table has %q", got)
	}
	if text := s.refused(`external_table("Wrong")`); !strings.Contains(text, "Id: int, and not Id: string") || strings.Contains(text, "hush") {
		t.Errorf("an external table with another type: %s", text)
	}
	const huge = `evaluate mysql_request(%s, "select seq as n, repeat('x', 60000) as t from seq_1_to_100000000") : (n: decimal, t: string) | count`
	for query, want := range map[string]string{
		`evaluate mysql_request(%s, "select Id from goods") : (Id: string)`:    "Id: int, and not Id: string",
		`evaluate mysql_request(%s, "select Id from goods") : (No: int)`:       "not No: int",
		`evaluate mysql_request(%s, "select Id, Name from goods") : (Id: int)`: "2 columns",
		`evaluate mysql_request(%s, "select nothing")`:                         "nothing",
		`evaluate mysql_request(%s, "insert into goods (Id) values (3)")`:      "denied",
		huge: "larger than",
	} {
		if text := s.refused(fmt.Sprintf(query, connection)); !strings.Contains(text, want) || strings.Contains(text, "hush") {
			t.Errorf("%s: %s; want %q", query, text, want)
		}
	}
	wrong := s.refused(`evaluate mysql_request("Server=127.0.0.1;Port=` + port + `;UID=reader;Pwd=guess-it", "select 1")`)
	if !strings.Contains(wrong, "Access denied") || strings.Contains(wrong, "guess-it") {
		t.Errorf("a wrong password: %s", wrong)
	}
	if text := s.refused(`evaluate mysql_request("Server=localhost;Port=` + port + `;UID=reader;Pwd=x", "select 1")`); !strings.Contains(text, "not allowed") {
		t.Errorf("a server that is not listed: %s", text)
	}
}

func TestPostgreSQL(t *testing.T) {
	cert, key := certificate(t)
	dir, port := t.TempDir(), freePort(t)
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		t.Fatal("PostgreSQL is not installed: scripts/need does that")
	}
	bin := found[len(found)-1]
	var as *syscall.SysProcAttr
	if os.Getuid() == 0 { // as whom it refuses to run
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		for _, file := range []string{dir, cert, key} {
			if err := os.Chown(file, uid, gid); err != nil {
				t.Fatal(err)
			}
		}
		for up := dir; up != os.TempDir() && up != "/"; up = filepath.Dir(up) {
			if err := os.Chmod(up, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(filepath.Dir(cert), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	data, password := filepath.Join(dir, "data"), filepath.Join(dir, "password")
	write(t, password, []byte("hush hush\n"))
	if as != nil {
		if err := os.Chown(password, int(as.Credential.Uid), int(as.Credential.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	tool(t, as, filepath.Join(bin, "initdb"), "-D", data, "-U", "reader", "--auth=scram-sha-256", "--pwfile="+password, "--encoding=UTF8", "--locale=C")
	runAs(t, as, os.Interrupt, filepath.Join(bin, "postgres"), "-D", data, "-h", "127.0.0.1", "-p", port, "-k", "", "-c", "ssl=on", "-c", "ssl_cert_file="+cert, "-c", "ssl_key_file="+key)
	wait(t, "PostgreSQL", func() bool {
		return exec.Command(filepath.Join(bin, "pg_isready"), "-h", "127.0.0.1", "-p", port).Run() == nil
	})
	tool(t, nil, filepath.Join(bin, "psql"), fmt.Sprintf("host=127.0.0.1 port=%s dbname=postgres user=reader password='hush hush'", port), "-v", "ON_ERROR_STOP=1", "-c", `
		create table public."Goods" ("Id" int, "Name" text, "Price" numeric(10,2), "Weight" float8, "Made" timestamptz, "Took" interval, "Photo" bytea, "Key" uuid, "More" jsonb, "Sold" bool, "At" time, "Days" int[]);
		insert into public."Goods" values (1, 'tea – 茶', 2.50, 0.25, '2026-01-02 03:04:05.678901+01', '1 day -01:02:03.5', '\x00ff', '00112233-4455-6677-8899-aabbccddeeff', '{"a": [1, 2]}', true, '04:05:06', '{1,2}'),
			(2, null, null, null, null, null, null, null, null, null, null, null);`)
	s := start(t, "--sql-servers", "postgresql://127.0.0.1:"+port)
	connection := `'Host=127.0.0.1; Port = ` + port + `;' 'Database=postgres;' h'User Id=reader;' h'Password="hush hush";'`
	const all = `evaluate postgresql_request(%s, 'select * from public."Goods" order by 1')`
	s.asks(connection, map[string][]string{
		all + ` | project-away Key, More`:                                                            {"1|tea – 茶|2.50|0.25|2026-01-02T02:04:05.678901Z|22:57:56.5000000|AP8=|true|04:05:06|{1,2}", "2||<nil>|<nil>|<nil>|<nil>||<nil>|<nil>|"},
		all + ` | where Id == 1 | project Key, More.a[1]`:                                            {"00112233-4455-6677-8899-aabbccddeeff|2"},
		all + ` | getschema | project strcat(ColumnName, ":", ColumnType)`:                           {"Id:int", "Name:string", "Price:decimal", "Weight:real", "Made:datetime", "Took:timespan", "Photo:string", "Key:guid", "More:dynamic", "Sold:bool", "At:timespan", "Days:string"},
		`evaluate postgresql_request(%s, 'select "Id" from public."Goods" order by 1') : (Id: long)`: {"1", "2"},
		`evaluate postgresql_request(%s, 'select 1 as a; select 2 as b') : (a: int)`:                 {"1"},
		`evaluate postgresql_request(%s, "select @day as d, @n + @n as n, @text as t, @pause as p, '@n' as q, $$@n$$ as r -- @n", ` + parameters + `) | extend d = d + 1s, n = n + 1, p = p + 1s`: {"2026-01-02T03:04:06.678901Z|15|it's @n|01:02:04|@n|@n"},
	})
	s.manage(`.create external table Goods (Id: int, ['Name']: string, Sold: bool) kind=sql table=public.Goods (` + connection + `) with (sqlDialect="PostgreSQL")`)
	if got := s.query(`external_table("Goods") | where Id > 0 | order by Id asc | project Name, Sold`); !slices.Equal(got, []string{"tea – 茶|true", "|<nil>"}) {
		t.Errorf("the external table has %q", got)
	}
	const huge = `evaluate postgresql_request(%s, "select n, repeat('x', 60000) as t from generate_series(1, 100000000) n") : (n: long, t: string) | count`
	for query, want := range map[string]string{
		`evaluate postgresql_request(%s, 'select 1 as a') : (a: string)`:                                         "a: int, and not a: string",
		`evaluate postgresql_request(%s, 'select nothing')`:                                                      "nothing",
		`evaluate postgresql_request(%s, 'select 1 as a', dynamic(null), dynamic({'colour': 'red'})) : (a: int)`: "colour",
		huge: "larger than",
	} {
		if text := s.refused(fmt.Sprintf(query, connection)); !strings.Contains(text, want) || strings.Contains(text, "hush") {
			t.Errorf("%s: %s; want %q", query, text, want)
		}
	}
	// A query that is given up is given up by the server too.
	began := time.Now()
	s.refused(fmt.Sprintf(`evaluate postgresql_request(%s, 'select pg_sleep(60)::text as a') : (a: string)`, connection), "Prefer", "wait=1")
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("a query was given up after %v", took)
	}
	wait(t, "PostgreSQL to give up", func() bool {
		return s.query(fmt.Sprintf(`evaluate postgresql_request(%s, "select count(*) as n from pg_stat_activity where state = 'active' and query like 'select pg_sleep%%'")`, connection))[0] == "0"
	})
}
