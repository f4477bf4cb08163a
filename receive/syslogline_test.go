package receive

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leodido/go-syslog/v4"
	"github.com/leodido/go-syslog/v4/rfc3164"
	"github.com/leodido/go-syslog/v4/rfc5424"

	"github.com/yagura/yagura/table"
)

var syslogNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func (l syslogLine) String() string {
	at := "-"
	if l.timed {
		at = l.at.Short()
	}
	return fmt.Sprintf("%s.%s %s host=%s app=%s proc=%s data=%s | %s",
		facilities[l.facility], severities[l.severity], at, l.host, l.app, l.proc, l.data, l.message)
}

func TestParseSyslog(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		// RFC 3164 and what rsyslog and others make of it.
		{"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
			"auth.crit 2026-10-11T22:14:15Z host=mymachine app=su proc= data= | 'su root' failed for lonvick on /dev/pts/8"},
		{"<13>2026-11-23T06:15:01.123456+02:00 host tag[12]: hello",
			"user.notice 2026-11-23T04:15:01.123456Z host=host app=tag proc=12 data= | hello"},
		{"<13>Nov  3 06:15:01 tag: no host", "user.notice 2026-11-03T06:15:01Z host= app=tag proc= data= | no host"},
		{"<13>Nov 23 06:15:01.5 host a.b/c[x-1]: m", "user.notice 2026-11-23T06:15:01.5Z host=host app=a.b/c proc=x-1 data= | m"},
		{"<13>Nov 23 06:15:01 host no tag here", "user.notice 2026-11-23T06:15:01Z host=host app= proc= data= | no tag here"},
		{"<4>Nov 23 06:15:01 host kernel: [12.3] oom", "kern.warning 2026-11-23T06:15:01Z host=host app=kernel proc= data= | [12.3] oom"},
		{"<13>Nov 23 06:15:01 fe80::1 app[1]: six", "user.notice 2026-11-23T06:15:01Z host=fe80::1 app=app proc=1 data= | six"},
		{"<189>Nov 23 2025 06:15:01 router: up", "local7.notice 2025-11-23T06:15:01Z host= app=router proc= data= | up"},
		{"<189>Nov 23 06:15:01: %LINK-3-UPDOWN: down", "local7.notice 2026-11-23T06:15:01Z host= app=%LINK-3-UPDOWN proc= data= | down"},
		{"<86>cron[7]: session opened", "authpriv.info - host= app=cron proc=7 data= | session opened"},
		{"<13>hello world", "user.notice - host= app= proc= data= | hello world"},
		{"<13>Dec 31 23:59:59 host a: last year", "user.notice 2025-12-31T23:59:59Z host=host app=a proc= data= | last year"},
		{"<13>Nov 24 11:00:00 host a: a clock that is ahead", "user.notice 2026-11-24T11:00:00Z host=host app=a proc= data= | a clock that is ahead"},
		// RFC 5424.
		{`<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" x="a\"]b"][e2] An event`,
			`local4.notice 2003-10-11T22:14:15.003Z host=mymachine.example.com app=evntslog proc= data=[exampleSDID@32473 iut="3" x="a\"]b"][e2] | An event`},
		{"<13>1 2026-11-23T06:15:01.1234567+00:00 h a 12 - - seven digits", "user.notice 2026-11-23T06:15:01.1234567Z host=h app=a proc=12 data= | seven digits"},
		{"<13>1 - - - - - -", "user.notice - host= app= proc= data= | "},
		{"<13>1 2026-11-23T06:15:01Z h a 1 - - \ufeffwith a mark", "user.notice 2026-11-23T06:15:01Z host=h app=a proc=1 data= | with a mark"},
		{"<13>1 2026-11-23T06:15:01Z h a 1 - -  of rsyslog", "user.notice 2026-11-23T06:15:01Z host=h app=a proc=1 data= | of rsyslog"},
		{"<13>1 2026-11-23T06:15:01Z h a 1 m [broken", "user.notice 2026-11-23T06:15:01Z host=h app=a proc=1 data= | [broken"},
		{"<0>1 2026-11-23T06:15:01Z h a 1 m - \tx\x01", "kern.emerg 2026-11-23T06:15:01Z host=h app=a proc=1 data= | \tx\x01"},
		// What is neither is kept whole.
		{"hello", "user.notice - host= app= proc= data= | hello"},
		{"<192>x", "user.notice - host= app= proc= data= | <192>x"},
		{"<>x", "user.notice - host= app= proc= data= | <>x"},
		{"<13", "user.notice - host= app= proc= data= | <13"},
		{"<13>", "user.notice - host= app= proc= data= | "},
		{"<13>1 yesterday h a", "user.notice - host= app= proc= data= | 1 yesterday h a"},
	} {
		if got := parseSyslog(c.line, syslogNow, time.UTC).String(); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

// FuzzParseSyslog compares the parser with go-syslog's: of what that takes without
// complaint, both read the same. Nothing panics, and no text is lost.
func FuzzParseSyslog(f *testing.F) {
	for _, s := range []string{
		"<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "<13>Nov 23 06:15:01 host tag[12]: hello",
		`<165>1 2003-10-11T22:14:15.003Z m e - ID47 [a@1 b="c"] An event`, "<13>1 - - - - - -", "hello", "<13>",
	} {
		f.Add(s)
	}
	v5 := rfc5424.NewParser()
	v3 := rfc3164.NewParser(rfc3164.WithYear(rfc3164.Year{YYYY: 2026}))
	f.Fuzz(func(t *testing.T, line string) {
		got := parseSyslog(line, syslogNow, time.UTC)
		if !strings.HasSuffix(line, got.message) {
			t.Fatalf("%q: the message is %q", line, got.message)
		}
		if m, err := v5.Parse([]byte(line)); err == nil && m != nil {
			m := m.(*rfc5424.SyslogMessage)
			if m.Version == 1 {
				compareSyslog(t, line, got, &m.Base)
			}
		} else if m, err := v3.Parse([]byte(line)); err == nil && m != nil && m.(*rfc3164.SyslogMessage).Hostname != nil {
			b := m.(*rfc3164.SyslogMessage).Base
			if int(*b.Facility) != got.facility || int(*b.Severity) != got.severity {
				t.Fatalf("%q: priority %d.%d", line, got.facility, got.severity)
			}
		}
	})
}

func compareSyslog(t *testing.T, line string, got syslogLine, want *syslog.Base) {
	text := func(s *string) string {
		if s == nil || *s == "-" {
			return ""
		}
		return *s
	}
	if int(*want.Facility) != got.facility || int(*want.Severity) != got.severity {
		t.Fatalf("%q: priority %d.%d", line, got.facility, got.severity)
	}
	if text(want.Hostname) != got.host || text(want.Appname) != got.app || text(want.ProcID) != got.proc {
		t.Fatalf("%q: %s", line, got)
	}
	if want.Timestamp != nil && want.Timestamp.Year() > 0 && table.FromGo(*want.Timestamp) != got.at {
		t.Fatalf("%q: at %s, want %s", line, got.at, want.Timestamp)
	}
}
