package receive

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/ingest"
)

// freeAddr returns an address on which nothing listens now.
func freeAddr(t *testing.T, network string) string {
	t.Helper()
	if network == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.LocalAddr().String()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// syslogServer listens on all transports until stop, which waits for Serve to return.
func syslogServer(t *testing.T) (s *server, o Syslog, pool *x509.CertPool, stop func()) {
	cert, pool := certificate(t)
	o = Syslog{
		UDP: freeAddr(t, "udp"), TCP: freeAddr(t, "tcp"), TLS: freeAddr(t, "tcp"), Host: "collector",
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}},
	}
	s = newServer(t, Options{Syslog: o}, ingest.Options{})
	c, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.recv.Serve(c) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("Serve did not return")
		}
	}
	t.Cleanup(stop)
	for _, addr := range []string{o.TCP, o.TLS} {
		dial(t, addr).Close()
	}
	return s, o, pool, stop
}

// dial connects, waiting for the listener.
func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			return c
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// waitFor waits until so many messages are appended.
func (s *server) waitFor(messages int64) {
	s.Helper()
	for deadline := time.Now().Add(10 * time.Second); s.recv.SyslogStats().Messages < messages; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("%+v, want %d messages", s.recv.SyslogStats(), messages)
		}
	}
}

func TestSyslogTransports(t *testing.T) {
	s, o, pool, _ := syslogServer(t)
	udp, err := net.Dial("udp", o.UDP)
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	fmt.Fprint(udp, "<34>Nov 23 05:59:59 web1 su[42]: over UDP")
	tcp := dial(t, o.TCP)
	defer tcp.Close()
	fmt.Fprint(tcp, "<86>1 2026-11-23T05:00:00.1234567Z web2 sshd 7 ID [a b=\"c\"] over TCP\n33 <13>Nov 23 05:00:00 counted: a\nb\n")
	secure, err := tls.Dial("tcp", o.TLS, &tls.Config{RootCAs: pool})
	if err != nil {
		t.Fatal(err)
	}
	defer secure.Close()
	fmt.Fprint(secure, "no syslog at all \xff\n")
	s.waitFor(4)
	at := time.Date(2026, 11, 23, 5, 59, 59, 0, time.Local).UTC().Format("2006-01-02T15:04:05.0000000Z")
	at5 := time.Date(2026, 11, 23, 5, 0, 0, 0, time.Local).UTC().Format("2006-01-02T15:04:05.0000000Z")
	got := s.rows("Syslog")
	for _, want := range []string{
		"TimeGenerated=" + at + " Computer=web1 EventTime=" + at + " Facility=auth HostName=web1 SeverityLevel=crit SyslogMessage=over UDP ProcessID=42 HostIP=127.0.0.1 ProcessName=su CollectorHostName=collector",
		"TimeGenerated=2026-11-23T05:00:00.1234567Z Computer=web2 EventTime=2026-11-23T05:00:00.1234567Z Facility=authpriv HostName=web2 SeverityLevel=info SyslogMessage=[a b=\"c\"] over TCP ProcessID=7 HostIP=127.0.0.1 ProcessName=sshd CollectorHostName=collector",
		"TimeGenerated=" + at5 + " Computer=127.0.0.1 EventTime=" + at5 + " Facility=user HostName=127.0.0.1 SeverityLevel=notice SyslogMessage=a\nb HostIP=127.0.0.1 ProcessName=counted CollectorHostName=collector",
		"TimeGenerated=2026-11-23T06:00:00.0000000Z Computer=127.0.0.1 EventTime=2026-11-23T06:00:00.0000000Z Facility=user HostName=127.0.0.1 SeverityLevel=notice SyslogMessage=no syslog at all \ufffd HostIP=127.0.0.1 CollectorHostName=collector",
	} {
		found := false
		for _, g := range got {
			found = found || g == want
		}
		if !found {
			t.Errorf("no row\n%s\namong\n%s", want, strings.Join(got, "\n"))
		}
	}
}

func TestSyslogTimesThatAreNotBelieved(t *testing.T) {
	s, o, _, _ := syslogServer(t)
	c := dial(t, o.TCP)
	defer c.Close()
	fmt.Fprint(c, "<13>1 1970-01-01T00:00:07Z h a - - - old\n<13>1 2036-01-01T00:00:00Z h a - - - new\n")
	s.waitFor(2)
	for _, r := range s.rows("Syslog") {
		if !strings.HasPrefix(r, "TimeGenerated=2026-11-23T06:00:00.0000000Z") || !strings.Contains(r, "EventTime=1970") && !strings.Contains(r, "EventTime=2036") {
			t.Error(r)
		}
	}
}

func TestSyslogLongLine(t *testing.T) {
	s, o, _, _ := syslogServer(t)
	c := dial(t, o.TCP)
	defer c.Close()
	fmt.Fprintf(c, "<13>1 - h a - - - %s\n<13>1 - h a - - - next\n", strings.Repeat("x", 1<<20))
	s.waitFor(2)
	if st := s.recv.SyslogStats(); st.Cut != 1 || st.CutBytes < 1<<20-maxLine {
		t.Errorf("%+v", st)
	}
	rows := strings.Join(s.rows("Syslog"), "\n")
	if n := strings.Count(rows, "x"); n < maxLine-100 || n > maxLine || !strings.Contains(rows, "SyslogMessage=next") {
		t.Errorf("%d bytes of the line", n)
	}
}

// TestSyslogStops sends much and stops the server: what it counted is stored, and it
// ends though connections are open.
func TestSyslogStops(t *testing.T) {
	s, o, _, stop := syslogServer(t)
	c := dial(t, o.TCP)
	defer c.Close()
	const messages = 20_000
	if _, err := io.WriteString(c, strings.Repeat("<13>1 - h a - - - m\n", messages)); err != nil {
		t.Fatal(err)
	}
	s.waitFor(messages)
	fmt.Fprint(c, "<13>1 - h a - - - half")
	stop()
	if n := int64(len(s.rows("Syslog"))); n < messages || n != s.recv.SyslogStats().Messages {
		t.Errorf("%d rows, %+v", n, s.recv.SyslogStats())
	}
}

// TestSyslogWaitsForRoom fills the disk: what was read meanwhile is there afterwards.
func TestSyslogWaitsForRoom(t *testing.T) {
	s, o, _, _ := syslogServer(t)
	s.fs.SetRoom(0)
	c := dial(t, o.TCP)
	defer c.Close()
	fmt.Fprint(c, "<13>1 - h a - - - m\n")
	time.Sleep(3 * syslogDelay)
	if n := len(s.rows("Syslog")); n != 0 {
		t.Fatalf("%d rows on a full disk", n)
	}
	s.fs.SetRoom(-1)
	s.waitFor(1)
	if n := len(s.rows("Syslog")); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestSyslogAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := newServer(t, Options{Syslog: Syslog{TCP: l.Addr().String(), UDP: freeAddr(t, "udp")}}, ingest.Options{})
	if err := s.recv.Serve(ctx); err == nil {
		t.Error("Serve returned no error")
	}
}

func BenchmarkSyslogBatch(b *testing.B) {
	m := syslogMessage{"<34>Nov 23 05:59:59 mymachine su[42]: 'su root' failed for lonvick on /dev/pts/8", "10.0.0.1"}
	b.ReportAllocs()
	for b.Loop() {
		batch := newSyslogBatch("collector")
		for range 1000 {
			batch.add(m, syslogNow)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/message")
}
