// Package app makes the parts and connects them. It is the only package that knows
// them all; read New to see how Yagura is put together.
package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/klauspost/compress/gzhttp"

	"github.com/yagura/yagura/arm"
	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/demo"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/engine/duck"
	"github.com/yagura/yagura/geoip"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/mgmt"
	"github.com/yagura/yagura/outside"
	"github.com/yagura/yagura/purge"
	"github.com/yagura/yagura/receive"
	"github.com/yagura/yagura/serve"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// Version is Yagura's version.
const Version = "0.1.0"

// App is a running Yagura.
type App struct {
	cfg     Config
	log     *slog.Logger
	core    *Core
	ca      *authority
	recv    *receive.Receiver
	handler http.Handler
	key     string // of the page's address
	jobs    []Job
	ready   chan struct{} // closed once all listeners are open
	creds   Credentials
	process struct{ args, env []string }
}

// Core is what stands behind the APIs: the store, the control plane and the engine of
// one directory.
type Core struct {
	Store    *store.Store
	Dir      *identity.Directory
	Control  *control.Store
	Setup    control.Setup
	Engine   *engine.Engine
	In       *ingest.Pipeline
	Commands *mgmt.Runner
	Purger   *purge.Purger

	log     *slog.Logger
	closers []func() error // closed last to first
}

// OpenCore opens the store of a directory, alone: another process that has it open is
// an error.
func OpenCore(ctx context.Context, cfg Config, log *slog.Logger) (_ *Core, err error) {
	c := &Core{log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	c.Store, err = store.Open(vfs.OS, cfg.Data, store.Options{Logger: log, TailBytes: int64(cfg.Tail) << 20, MinFree: int64(cfg.MinFree) << 20})
	if errors.Is(err, store.ErrLocked) {
		err = fmt.Errorf("%w; a server that runs there is asked by -credentials %s", err, CredentialsFile(cfg.Data))
	}
	if err != nil {
		return nil, err
	}
	c.closers = append(c.closers, c.Store.Close)
	issuers, err := trustedIssuers(cfg.Issuers)
	if err != nil {
		return nil, err
	}
	if c.Dir, err = identity.Open(ctx, c.Store.Catalog(), identity.Options{Issuers: issuers, Log: c.directoryLog}); err != nil {
		return nil, err
	}
	if c.Control, c.Setup, err = control.Open(ctx, c.Store.Catalog(), c.Dir, control.Options{DropTable: c.Store.DropTable, Record: c.record}); err != nil {
		return nil, err
	}
	threads := cfg.Threads
	if threads == 0 {
		threads = runtime.NumCPU()
	}
	spill := filepath.Join(cfg.Data, "spill")
	if err := os.RemoveAll(spill); err != nil { // of a process that was killed
		return nil, fmt.Errorf("clear what queries spilled: %w", err)
	}
	db, err := duck.Open(duck.Options{Dir: filepath.Join(cfg.Data, store.ExtentDir), MemoryLimit: fmt.Sprintf("%dMiB", cfg.Memory), Threads: threads, TempDir: spill, Growth: growth(cfg), Resident: resident})
	if err != nil {
		return nil, err
	}
	c.closers = append(c.closers, db.Close)
	o := engine.Options{
		Logger: log, Timeout: cfg.QueryTime, Concurrent: cfg.Queries, MaxRows: int64(cfg.QueryRows), MaxBytes: int64(cfg.QueryBytes), Resolve: c.resolve, Stored: c.Control.Stored, Result: c.Control.ResultRows,
	}
	if o.Partials = int64(cfg.Remember) << 20; o.Partials == 0 {
		o.Partials = -1
	}
	if cfg.GeoIP != "" {
		d, err := geoip.Open(cfg.GeoIP)
		if err != nil {
			return nil, err
		}
		c.closers = append(c.closers, d.Close)
		o.Locations = d
	}
	out, err := reader(cfg)
	if err != nil {
		return nil, err
	}
	o.Outside = out
	c.Engine = engine.New(c.Store, db, o)
	c.In = ingest.New(c.Store, c.Control, ingest.Options{Logger: log, Update: func(ctx context.Context, from table.Ref, rows *table.Batch, u control.Update) (*table.Batch, error) {
		return c.Commands.RunUpdate(ctx, from, rows, u)
	}})
	c.Purger = purge.New(c.Engine, c.Store, purge.Options{Logger: log})
	c.Commands = mgmt.New(c.Engine, c.Control, c.In, mgmt.Options{Logger: log, Version: Version, Purger: c.Purger, Artifacts: out.Artifacts})
	return c, nil
}

// reader reads what queries may name outside of the server.
func reader(cfg Config) (*outside.Reader, error) {
	files, err := outside.ParseList(cfg.External)
	if err != nil {
		return nil, fmt.Errorf("setting external-data: %w", err)
	}
	requests, err := outside.ParseList(cfg.Requests)
	if err != nil {
		return nil, fmt.Errorf("setting http-request: %w", err)
	}
	servers, err := outside.ParseServers(cfg.Servers)
	if err != nil {
		return nil, fmt.Errorf("setting sql-servers: %w", err)
	}
	networks, err := outside.ParseNetworks(cfg.Networks)
	if err != nil {
		return nil, fmt.Errorf("setting external-networks: %w", err)
	}
	return outside.New(outside.Options{Files: files, Requests: requests, Servers: servers, Networks: networks}), nil
}

func (c *Core) resolve(name string) (string, bool) {
	w, err := c.Control.Workspace(name)
	if err != nil {
		return "", false
	}
	return w.Properties.CustomerID, true
}

// Close closes what OpenCore opened, last to first.
func (c *Core) Close() error {
	var err error
	for i := len(c.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, c.closers[i]())
	}
	c.closers = nil
	return err
}

// New opens everything and starts nothing.
func New(ctx context.Context, cfg Config, log *slog.Logger) (_ *App, err error) {
	a := &App{cfg: cfg, log: log, key: randomKey(), ready: make(chan struct{})}
	if a.core, err = OpenCore(ctx, cfg, log); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	var names []string
	for n := range strings.SplitSeq(cfg.TLSNames, ",") {
		if n = strings.TrimSpace(n); n != "" {
			names = append(names, n)
		}
	}
	if a.ca, err = openAuthority(filepath.Join(cfg.Data, "tls"), names, cfg.AzureNames); err != nil {
		return nil, err
	}
	if err := a.credentials(ctx); err != nil {
		return nil, err
	}
	if err := a.routes(); err != nil {
		return nil, err
	}
	st := a.core.Store
	a.jobs = []Job{
		{Name: "flush", Every: cfg.Flush, Wake: st.Filling(), Run: st.Flush},
		{Name: "compact", Every: cfg.Compact, Run: st.Compact},
		{Name: "retain", Every: cfg.Retain, Run: func(ctx context.Context) error {
			return errors.Join(st.Retain(ctx, time.Now()), a.core.Control.ForgetResults(ctx))
		}},
		{Name: "purge", Every: time.Minute, Wake: a.core.Purger.Wake(), Run: a.core.Purger.Run},
		{Name: "rotate keys", Every: time.Hour, Run: a.core.Dir.Rotate},
	}
	return a, nil
}

func randomKey() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// routes puts the APIs behind one router.
func (a *App) routes() error {
	c := a.core
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("the name of this machine: %w", err)
	}
	a.recv = receive.New(c.In, c.Control, receive.Options{
		Logger: a.log,
		Syslog: receive.Syslog{UDP: a.cfg.SyslogUDP, TCP: a.cfg.SyslogTCP, TLS: a.cfg.SyslogTLS, TLSConfig: a.ca.config(), Workspace: c.Setup.WorkspaceID, Host: host},
	})
	owner, err := c.Dir.Application(c.Setup.ClientID)
	if err != nil {
		return err
	}
	var examples []serve.Example
	var dashboards []serve.Dashboard
	if a.cfg.Demo {
		for _, e := range demo.Examples {
			examples = append(examples, serve.Example{Words: serve.Words(e.Words), Japanese: serve.Words(e.Japanese), Query: e.Query, Timespan: e.Timespan})
		}
		for _, d := range demo.Dashboards() {
			dashboards = append(dashboards, serve.Dashboard{ID: d.ID, Workbook: serve.Workbook(d.Workbook), Japanese: serve.Workbook(d.Japanese)})
		}
	}
	api := serve.New(c.Engine, c.Control, c.Commands, serve.Options{
		Logger: a.log, Version: Version, Workspace: c.Setup.WorkspaceID, Principal: owner, SignInKey: a.key, Examples: examples, Dashboards: dashboards, Rate: a.cfg.QueryRate, Ready: a.isReady, Try: c.In.Try,
	})
	notFound := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"error":{"code":"PathNotFoundError","message":"The requested path does not exist"}}`)
	}
	router := route.New(notFound, c.Dir.Routes(), a.recv.Routes(), api.Routes(), arm.New(c.Control, arm.Options{Logger: a.log, Logs: api.ResourceLogs, Purger: c.Purger}).Routes())
	gzipped, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(1))
	if err != nil {
		return fmt.Errorf("compress answers: %w", err)
	}
	a.handler = gzipped(router)
	return nil
}

var errStarting = errors.New("starting")

func (a *App) isReady() error {
	select {
	case <-a.ready:
		return a.core.Store.Err()
	default:
		return errStarting
	}
}

// credentials gathers what a client needs. The secret of an earlier start is read
// from the file that it wrote; if that is gone, a new one is made.
func (a *App) credentials(ctx context.Context) error {
	s, file := a.core.Setup, CredentialsFile(a.cfg.Data)
	secret := s.ClientSecret
	var err error
	if secret == "" {
		if secret, err = oldSecret(file, s.ClientID); err != nil {
			return err
		}
	}
	if secret == "" {
		if secret, err = a.core.Dir.AddSecret(ctx, s.ClientID); err != nil {
			return err
		}
	}
	ca, err := filepath.Abs(a.ca.CertFile)
	if err != nil {
		return err
	}
	a.creds = Credentials{
		CAFile: ca, TenantID: s.TenantID, SubscriptionID: s.SubscriptionID, ResourceGroup: s.ResourceGroup, WorkspaceName: s.WorkspaceName,
		WorkspaceID: s.WorkspaceID, SharedKey: s.SharedKey, ClientID: s.ClientID, ClientSecret: secret,
	}
	return nil
}

// RestartOnCrash has Run start the process anew, in place, when DuckDB crashes: clients
// wait for a moment, and what was acknowledged is there. args and env are the process's.
func (a *App) RestartOnCrash(args, env []string) { a.process.args, a.process.env = args, env }

// Run serves until ctx is done, then stops in order: no new requests, the last
// requests answered, the last job rounds finished. started is called once the server
// can take and answer.
func (a *App) Run(ctx context.Context, started func(Credentials)) error {
	listeners, err := a.listen()
	if err != nil {
		return err
	}
	if err := a.creds.write(CredentialsFile(a.cfg.Data)); err != nil {
		return err
	}
	if a.process.args != nil {
		if err := duck.RestartOnCrash(a.process.args, a.process.env, conns(listeners)); err != nil {
			return err
		}
	}
	jobs := a.jobs
	if gc := newCollector(int64(a.cfg.Heap) << 20); gc != nil {
		jobs = append(slices.Clone(jobs), Job{Name: "memory", Every: memoryEvery, Run: gc.Run})
	}
	jobCtx, stopJobs := context.WithCancel(context.WithoutCancel(ctx))
	defer stopJobs()
	jobsDone := make(chan struct{})
	go func() { defer close(jobsDone); runJobs(jobCtx, a.log, jobs) }()

	srv := &http.Server{
		Handler: a.handler, TLSConfig: a.ca.config(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	runCtx, stop := context.WithCancel(ctx)
	defer stop()
	running := []func() error{func() error {
		err := a.recv.Serve(runCtx) // at once, if it listens to nothing
		if err == nil {
			<-runCtx.Done()
		}
		return err
	}}
	for _, l := range listeners {
		running = append(running, func() error { return l.serve(srv) })
	}
	if a.cfg.Endpoint != "" {
		running = append(running, func() error { return a.serveManaged(runCtx) })
	}
	if a.cfg.Demo {
		running = append(running, func() error { return a.feed().Run(runCtx) })
	}
	done := make(chan error, len(running))
	for _, f := range running {
		go func() { done <- f() }()
	}
	close(a.ready)
	started(a.creds)

	left := len(running)
	select {
	case <-ctx.Done():
	case err = <-done: // only a failure ends one of them before ctx
		left--
	}
	stop()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	err = errors.Join(ignoreClosed(err), srv.Shutdown(grace))
	for ; left > 0; left-- {
		err = errors.Join(err, ignoreClosed(<-done))
	}
	stopJobs()
	<-jobsDone
	return errors.Join(err, a.core.Store.FlushAll(grace))
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// listener is an open address.
type listener struct {
	net.Listener
	scheme string
}

func (l listener) serve(srv *http.Server) error {
	if l.scheme == "https" {
		return srv.ServeTLS(l, "", "")
	}
	return srv.Serve(l)
}

// conns are the sockets of listeners by their schemes.
func conns(listeners []listener) map[string]syscall.Conn {
	m := map[string]syscall.Conn{}
	for _, l := range listeners {
		m[l.scheme] = l.Listener.(*net.TCPListener)
	}
	return m
}

// listen opens the addresses, those apart that the process was given open (systemd's
// socket activation, under the names http and https), and writes them into the
// credentials.
func (a *App) listen() ([]listener, error) {
	given, err := activation.ListenersWithNames()
	if err != nil {
		return nil, fmt.Errorf("serve: sockets that the process was given: %w", err)
	}
	var open []listener
	for _, want := range []struct {
		addr, scheme string
		url          *string
	}{{a.cfg.HTTP, "http", &a.creds.HTTP}, {a.cfg.HTTPS, "https", &a.creds.HTTPS}} {
		if want.addr == "" {
			continue
		}
		l, err := listenOn(given[want.scheme], want.addr)
		if err != nil {
			for _, o := range open {
				err = errors.Join(err, o.Close())
			}
			return nil, fmt.Errorf("serve %s: %w", want.scheme, err)
		}
		open = append(open, listener{l, want.scheme})
		*want.url = want.scheme + "://" + l.Addr().String()
	}
	if len(open) == 0 {
		return nil, errors.New("settings: http and https are both empty: there is nothing to serve on")
	}
	base := a.creds.HTTP
	if base == "" {
		base = a.creds.HTTPS
	}
	a.creds.Page = base + "/?signin=" + a.key
	return open, nil
}

func listenOn(given []net.Listener, addr string) (net.Listener, error) {
	for _, l := range given {
		if tcp, ok := l.(*net.TCPListener); ok {
			return tcp, nil
		}
	}
	return net.Listen("tcp", addr)
}

// feed is what sends the demo's data, over HTTP as anyone would.
func (a *App) feed() *demo.Feed {
	c := a.creds
	return demo.NewFeed(demo.New(1), demo.Target{
		URL: c.HTTP, Tenant: c.TenantID, ClientID: c.ClientID, ClientSecret: c.ClientSecret,
		Subscription: c.SubscriptionID, ResourceGroup: c.ResourceGroup, WorkspaceName: c.WorkspaceName, WorkspaceID: c.WorkspaceID,
	}, a.log)
}

// Close closes what New opened.
func (a *App) Close() error { return a.core.Close() }
