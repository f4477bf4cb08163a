package receive

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/table"
)

// Bounds of the syslog listeners.
const (
	syslogQueue   = 512                    // messages that wait for a batch
	syslogRows    = 4096                   // of a batch
	syslogBytes   = 4 << 20                // of a batch's messages
	syslogDelay   = 100 * time.Millisecond // from a batch's first message to its append
	syslogConns   = 1024                   // open connections; more are closed at once
	syslogShake   = 10 * time.Second       // for a TLS handshake
	syslogClosing = 10 * time.Second       // to append what was read when the server stops
	maxDatagram   = 64 << 10
)

// SyslogStats counts what the syslog listeners did.
type SyslogStats struct {
	Messages int64 // appended
	Cut      int64 // messages that were longer than 64 KiB
	CutBytes int64 // what was dropped of them
	Refused  int64 // connections beyond the most
}

type syslogState struct{ messages, cut, cutBytes, refused atomic.Int64 }

// SyslogStats returns the counts since the start.
func (r *Receiver) SyslogStats() SyslogStats {
	s := &r.syslog
	return SyslogStats{s.messages.Load(), s.cut.Load(), s.cutBytes.Load(), s.refused.Load()}
}

// syslogMessage is a message and where it came from.
type syslogMessage struct {
	line   string
	remote string
}

// serveSyslog starts the listeners that Options name. Messages go through one queue to
// one batch: when it cannot be appended, connections are read no further.
func (r *Receiver) serveSyslog(ctx context.Context, g *errgroup.Group) {
	o := r.o.Syslog
	if o.UDP == "" && o.TCP == "" && o.TLS == "" {
		return
	}
	ctx, stop := context.WithCancel(ctx)
	queue := make(chan syslogMessage, syslogQueue)
	var readers sync.WaitGroup
	start := func(name, addr string, serve func(context.Context, string, chan<- syslogMessage) error) {
		if addr == "" {
			return
		}
		readers.Add(1)
		g.Go(func() error {
			defer readers.Done()
			if err := serve(ctx, addr, queue); err != nil {
				return fmt.Errorf("syslog over %s on %s: %w", name, addr, err)
			}
			return nil
		})
	}
	start("UDP", o.UDP, r.syslogUDP)
	start("TCP", o.TCP, func(ctx context.Context, addr string, queue chan<- syslogMessage) error {
		return r.syslogTCP(ctx, addr, nil, queue)
	})
	start("TLS", o.TLS, func(ctx context.Context, addr string, queue chan<- syslogMessage) error {
		return r.syslogTCP(ctx, addr, o.TLSConfig, queue)
	})
	g.Go(func() error {
		readers.Wait()
		close(queue)
		return nil
	})
	g.Go(func() error {
		err := r.syslogBatches(ctx, queue)
		stop()
		for range queue { // readers may wait for a place in it
		}
		return err
	})
}

func (r *Receiver) syslogUDP(ctx context.Context, addr string, queue chan<- syslogMessage) error {
	conn, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", addr)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	r.o.Logger.InfoContext(ctx, "listening", "protocol", "syslog", "transport", "udp", "address", conn.LocalAddr().String())
	if u, ok := conn.(*net.UDPConn); ok {
		_ = u.SetReadBuffer(8 << 20) // as much as the system allows: bursts wait there
	}
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if line := strings.TrimRight(string(buf[:n]), "\r\n\x00"); line != "" {
			queue <- syslogMessage{line, hostOf(from)}
		}
	}
}

func (r *Receiver) syslogTCP(ctx context.Context, addr string, tc *tls.Config, queue chan<- syslogMessage) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { l.Close() })()
	r.o.Logger.InfoContext(ctx, "listening", "protocol", "syslog", "transport", "tcp", "tls", tc != nil, "address", l.Addr().String())
	var conns sync.WaitGroup
	defer conns.Wait()
	slots := make(chan struct{}, syslogConns)
	for {
		c, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				c.Close()
			}
			return nil
		case err != nil:
			return err
		}
		select {
		case slots <- struct{}{}:
		default:
			r.syslog.refused.Add(1)
			c.Close()
			continue
		}
		conns.Go(func() {
			defer func() { <-slots }()
			r.syslogConn(ctx, c, tc, queue)
		})
	}
}

// syslogConn reads a connection to its end. When the server stops, what the connection
// had sent and was read is still appended.
func (r *Receiver) syslogConn(ctx context.Context, c net.Conn, tc *tls.Config, queue chan<- syslogMessage) {
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	remote := hostOf(c.RemoteAddr())
	if tc != nil {
		t := tls.Server(c, tc)
		shake, cancel := context.WithTimeout(ctx, syslogShake)
		err := t.HandshakeContext(shake)
		cancel()
		if err != nil {
			r.o.Logger.WarnContext(ctx, "TLS handshake failed", "protocol", "syslog", "remote", remote, "error", err)
			return
		}
		c = t
	}
	f := newFrames(c)
	for {
		line, dropped, err := f.next()
		if err != nil {
			return // io.EOF, or the connection broke: there is nobody to tell
		}
		if dropped > 0 {
			r.syslog.cut.Add(1)
			r.syslog.cutBytes.Add(dropped)
			r.o.Logger.WarnContext(ctx, "message cut", "protocol", "syslog", "remote", remote, "dropped", dropped)
		}
		queue <- syslogMessage{string(line), remote}
	}
}

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}

// syslogBatches appends what comes from the queue, until it is closed.
func (r *Receiver) syslogBatches(ctx context.Context, queue <-chan syslogMessage) error {
	b := newSyslogBatch(r.o.Syslog.Host)
	for m := range queue {
		b.add(m, r.o.Now())
		deadline := time.After(syslogDelay)
	collect:
		for b.rows.Rows < syslogRows && b.bytes < syslogBytes {
			select {
			case m, ok := <-queue:
				if !ok {
					break collect
				}
				b.add(m, r.o.Now())
			case <-deadline:
				break collect
			}
		}
		if err := r.appendSyslog(ctx, b.rows); err != nil {
			return err
		}
		b = newSyslogBatch(r.o.Syslog.Host)
	}
	return nil
}

// appendSyslog appends a batch, trying again while the store is full, as senders do not
// hear of it.
func (r *Receiver) appendSyslog(ctx context.Context, rows *table.Batch) error {
	writing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	// Once the server stops, there is a limit to the waiting.
	defer context.AfterFunc(ctx, func() { time.AfterFunc(syslogClosing, cancel) })()
	ref := table.Ref{Workspace: r.o.Syslog.Workspace, Table: "Syslog"}
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := r.in.Write(writing, ref, rows, ingest.Facts{})
		if err == nil {
			r.syslog.messages.Add(int64(rows.Rows))
			return nil
		}
		if errors.Is(err, ingest.ErrInvalid) || control.IsNotFound(err) || writing.Err() != nil {
			return fmt.Errorf("syslog: append %d messages: %w", rows.Rows, err)
		}
		r.o.Logger.LogAttrs(ctx, slog.LevelWarn, "append failed; trying again",
			slog.String("protocol", "syslog"), slog.Int("messages", rows.Rows), slog.Any("error", err))
		select {
		case <-time.After(wait):
		case <-writing.Done():
		}
	}
}

// syslogBatch gathers rows of the table Syslog.
type syslogBatch struct {
	rows      *table.Batch
	bytes     int
	collector string
}

var syslogSchema = &table.Schema{Cols: []table.Column{
	{Name: table.TimeGenerated, Type: table.Datetime}, {Name: "EventTime", Type: table.Datetime},
	{Name: "Facility", Type: table.String}, {Name: "SeverityLevel", Type: table.String},
	{Name: "HostName", Type: table.String}, {Name: "HostIP", Type: table.String}, {Name: "Computer", Type: table.String},
	{Name: "ProcessName", Type: table.String}, {Name: "ProcessID", Type: table.Int},
	{Name: "SyslogMessage", Type: table.String}, {Name: "CollectorHostName", Type: table.String},
	{Name: "SourceSystem", Type: table.String},
}}

func newSyslogBatch(collector string) *syslogBatch {
	return &syslogBatch{rows: table.NewBatch(syslogSchema), collector: collector}
}

// Azure's rule for the times of live rows: one that is further from when it came in is
// not believed.
const (
	oldestEvent = 2 * 24 * time.Hour
	newestEvent = 24 * time.Hour
)

// add appends a message as a row. A line is never refused: one that is of no known form
// is a row with the line as its message.
func (b *syslogBatch) add(m syslogMessage, now time.Time) {
	l := parseSyslog(strings.ToValidUTF8(m.line, "\ufffd"), now, time.Local)
	generated := table.FromGo(now)
	if !l.timed {
		l.at = generated
	} else if at := l.at.Go(); at.After(now.Add(-oldestEvent)) && at.Before(now.Add(newestEvent)) {
		generated = l.at
	}
	if l.host == "" {
		l.host = m.remote
	}
	var pid table.Value
	if n, err := strconv.ParseInt(l.proc, 10, 32); err == nil {
		pid = int32(n)
	}
	if l.data != "" {
		l.message = strings.TrimRight(l.data+" "+l.message, " ")
	}
	b.bytes += len(m.line)
	b.rows.AppendRow(generated, l.at, facilities[l.facility], severities[l.severity],
		l.host, m.remote, l.host, l.app, pid, l.message, b.collector, "Linux")
}
