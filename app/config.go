package app

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3"
)

// Config is every setting that needs a restart. The tag is the flag's name; the
// file's key is the same, and the variable's is YAGURA_ and the same in capitals with
// _ for -. docs/config.md is printed from it.
type Config struct {
	Data       string        `name:"data" default:"data" help:"directory to keep everything in"`
	HTTP       string        `name:"http" default:"127.0.0.1:8080" help:"address to serve HTTP on; empty for none"`
	HTTPS      string        `name:"https" default:"127.0.0.1:8443" help:"address to serve HTTPS on; empty for none"`
	TLSNames   string        `name:"tls-names" default:"" help:"further host names and addresses, joined by commas, that the server's certificate carries"`
	AzureNames bool          `name:"azure-names" default:"false" help:"present certificates for Azure's public host names too, so that clients can be tried unchanged"`
	Issuers    string        `name:"trusted-issuers" default:"" help:"file of other OpenID Connect providers whose tokens are taken: a JSON list of {issuer, audiences, claim, principals}"`
	Managed    string        `name:"managed-identity" default:"" help:"client id of the managed identity whose tokens -identity-endpoint gives; empty gives those of any that a request names"`
	Endpoint   string        `name:"identity-endpoint" default:"" help:"address to serve the managed identity's tokens on, to whoever can reach it: keep it on loopback; empty for none"`
	EndpointID string        `name:"identity-header" default:"" help:"what X-IDENTITY-HEADER must be at /msi/token of -identity-endpoint; empty serves /metadata/identity only"`
	Demo       bool          `name:"demo" default:"false" help:"feed the demo scenario: a day of history, then live"`
	SyslogUDP  string        `name:"syslog-udp" default:"" help:"address to receive syslog over UDP on; empty for none"`
	SyslogTCP  string        `name:"syslog-tcp" default:"" help:"address to receive syslog over TCP on; empty for none"`
	SyslogTLS  string        `name:"syslog-tls" default:"" help:"address to receive syslog over TLS on; empty for none"`
	Memory     int           `name:"memory" default:"1024" help:"MiB of memory that DuckDB may use before it spills to disk"`
	Heap       int           `name:"heap" default:"640" help:"MiB of memory of the server without DuckDB's that it tries to stay below, by collecting garbage more often; 0 is no limit"`
	Threads    int           `name:"threads" default:"0" help:"threads that DuckDB uses; 0 is one for each processor"`
	Tail       int           `name:"tail" default:"128" help:"MiB of rows that may wait in memory for the next flush before clients are asked to slow down"`
	MinFree    int           `name:"min-free" default:"256" help:"MiB of disk that must stay free; below it rows are refused"`
	QueryTime  time.Duration `name:"query-time" default:"3m" help:"longest that a query may run, unless it asks for another time"`
	QueryRows  int           `name:"query-rows" default:"500000" help:"rows of an answer, beyond which it is partial"`
	QueryBytes int           `name:"query-bytes" default:"104857600" help:"bytes of an answer, beyond which it is partial"`
	Queries    int           `name:"queries" default:"5" help:"queries that run at once; up to 200 more wait, and callers take turns"`
	Remember   int           `name:"query-remember" default:"64" help:"MiB of what summarize has made of extents that are kept for the next time it is asked; 0 keeps nothing"`
	GeoIP      string        `name:"geoip-database" default:"" help:"file of MaxMind's format, such as GeoLite2-City.mmdb, that geo_info_from_ip_address() asks; empty for none"`
	QueryRate  int           `name:"query-rate" default:"200" help:"queries that one caller may send in 30 seconds by the query API; 0 is any number"`
	RuleCalls  int           `name:"rule-requests" default:"12000" help:"requests that one data collection rule takes in a minute; 0 is any number"`
	RuleBytes  int           `name:"rule-bytes" default:"2048" help:"MiB that one data collection rule takes in a minute; 0 is any number"`
	External   string        `name:"external-data" default:"" help:"addresses, joined by commas, that queries may read by externaldata, external tables and infer_storage_schema, containers of Azure's storage too: https://host/path, *. before the host for any name under it; empty for none"`
	Requests   string        `name:"http-request" default:"" help:"addresses, written likewise, that queries may call by http_request and http_request_post; empty for none"`
	Servers    string        `name:"sql-servers" default:"" help:"servers of databases, joined by commas, that queries may ask by sql_request, mysql_request, postgresql_request and external tables, always encrypted: sqlserver://host, mysql://host:port, postgresql://*.domain; empty for none"`
	Networks   string        `name:"external-networks" default:"" help:"private networks (10.0.0.0/8), joined by commas, that the hosts of those addresses may be in; an address that names an IP address or localhost needs none"`
	Flush      time.Duration `name:"flush" default:"2s" help:"how often rows go from the log to extents"`
	Compact    time.Duration `name:"compact" default:"20s" help:"how often small extents are merged"`
	Retain     time.Duration `name:"retain" default:"10m" help:"how often expired extents are dropped"`
	LogLevel   string        `name:"log-level" default:"info" help:"debug, info, warn or error"`
}

// LoadConfig reads defaults, then the file named by -config, then the environment,
// then flags; the later wins. An unknown name anywhere is an error. It returns
// flag.ErrHelp if help was asked for, after writing it to out.
func LoadConfig(args, env []string, out io.Writer) (Config, error) {
	var c Config
	fs, err := c.flags("yagura serve")
	if err != nil {
		return c, err
	}
	fs.SetOutput(out)
	fs.String("config", "", "file of settings, one a line: name value")
	if err := checkEnv(fs, env); err != nil {
		return c, err
	}
	err = ff.Parse(fs, args, ff.WithEnvVarPrefix("YAGURA"), ff.WithConfigFileFlag("config"), ff.WithConfigFileParser(ff.PlainParser))
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		err = fmt.Errorf("settings: %w", err)
	}
	if err == nil && fs.NArg() > 0 {
		err = fmt.Errorf("settings: unexpected argument %q", fs.Arg(0))
	}
	return c, err
}

// flags declares a flag for each field.
func (c *Config) flags(name string) (*flag.FlagSet, error) {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, def, help := f.Tag.Get("name"), f.Tag.Get("default"), f.Tag.Get("help")
		var err error
		switch p := v.Field(i).Addr().Interface().(type) {
		case *string:
			fs.StringVar(p, name, def, help)
		case *int:
			n := 0
			n, err = strconv.Atoi(def)
			fs.IntVar(p, name, n, help)
		case *bool:
			fs.BoolVar(p, name, def == "true", help)
		case *time.Duration:
			var d time.Duration
			d, err = time.ParseDuration(def)
			fs.DurationVar(p, name, d, help)
		default:
			err = fmt.Errorf("no flag can be of type %s", f.Type)
		}
		if err != nil {
			return nil, fmt.Errorf("setting %s: %w", name, err)
		}
	}
	return fs, nil
}

func variable(name string) string {
	return "YAGURA_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// clientVariables are read by the other commands and by tests.
var clientVariables = []string{"YAGURA_BIN", "YAGURA_CREDENTIALS"}

func checkEnv(fs *flag.FlagSet, env []string) error {
	known := map[string]bool{}
	fs.VisitAll(func(f *flag.Flag) { known[variable(f.Name)] = true })
	for _, n := range clientVariables {
		known[n] = true
	}
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "YAGURA_") && value != "" && !known[name] {
			return fmt.Errorf("settings: the environment variable %s is none of Yagura's", name)
		}
	}
	return nil
}

// Document writes docs/config.md.
func Document(w io.Writer) error {
	var c Config
	fs, err := c.flags("")
	if err != nil {
		return err
	}
	_, _ = io.WriteString(w, "# Settings\n\nOf `yagura serve`. A flag wins over the environment, that over the file named by `-config` (a line each: name, space, value), that over the default. An unknown name is an error.\n\n| flag | variable | default | what it is |\n| --- | --- | --- | --- |\n")
	v := reflect.TypeOf(c)
	for i := range v.NumField() {
		f := fs.Lookup(v.Field(i).Tag.Get("name"))
		def := ""
		if f.DefValue != "" {
			def = "`" + f.DefValue + "`"
		}
		if _, err := fmt.Fprintf(w, "| `-%s` | `%s` | %s | %s |\n", f.Name, variable(f.Name), def, f.Usage); err != nil {
			return err
		}
	}
	return nil
}
