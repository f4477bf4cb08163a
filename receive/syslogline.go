package receive

import (
	"strconv"
	"strings"
	"time"

	"github.com/yagura/yagura/table"
)

// syslogLine is what a line of syslog says. A line that is of no known form is all
// message.
type syslogLine struct {
	facility, severity int
	at                 table.Time
	timed              bool // at is set
	host, app, proc    string
	data               string // RFC 5424's structured data, as it was written
	message            string
}

// The priority of a line that has none: user.notice.
const (
	defaultFacility = 1
	defaultSeverity = 5
)

// parseSyslog reads a line of RFC 5424 or RFC 3164. It takes more than they allow, as
// programs send more: timestamps with any number of decimals or with a year, lines
// without a timestamp, a host or a tag. Times without a zone are in loc, and those
// without a year in the year that brings them next to now.
func parseSyslog(line string, now time.Time, loc *time.Location) syslogLine {
	l := syslogLine{facility: defaultFacility, severity: defaultSeverity, message: line}
	rest, ok := l.priority(line)
	if !ok {
		return l
	}
	l.message = rest
	if v5, ok := strings.CutPrefix(rest, "1 "); ok && l.rfc5424(v5) {
		return l
	}
	l.rfc3164(strings.TrimLeft(rest, " "), now, loc)
	return l
}

// priority reads "<165>".
func (l *syslogLine) priority(s string) (rest string, ok bool) {
	if !strings.HasPrefix(s, "<") {
		return s, false
	}
	end := strings.IndexByte(s[:min(len(s), 5)], '>')
	if end < 2 {
		return s, false
	}
	n, err := strconv.ParseUint(s[1:end], 10, 8)
	if err != nil || n > 191 {
		return s, false
	}
	l.facility, l.severity = int(n/8), int(n%8)
	return s[end+1:], true
}

// rfc5424 reads "TIMESTAMP HOST APP PROC MSGID SD MSG".
func (l *syslogLine) rfc5424(s string) bool {
	var f [5]string
	for i := range f {
		var ok bool
		if f[i], s, ok = strings.Cut(s, " "); f[i] == "" || !ok && i < len(f)-1 {
			return false
		}
		if f[i] == "-" {
			f[i] = ""
		}
	}
	if f[0] != "" {
		t, err := table.ParseTime(f[0])
		if err != nil {
			return false
		}
		l.at, l.timed = t, true
	}
	l.host, l.app, l.proc = f[1], f[2], f[3]
	l.data, s = structuredData(s)
	// rsyslog keeps the space behind a tag of RFC 3164 as part of the message.
	l.message = strings.TrimPrefix(strings.TrimPrefix(s, "\ufeff"), " ")
	return true
}

// structuredData takes "-" or "[id name="value" …]…" from the front of s.
func structuredData(s string) (data, rest string) {
	if after, ok := strings.CutPrefix(s, "-"); ok && (after == "" || after[0] == ' ') {
		return "", strings.TrimPrefix(after, " ")
	}
	i := 0
	for i < len(s) && s[i] == '[' {
		end := elementEnd(s[i:])
		if end < 0 {
			return "", s
		}
		i += end
	}
	return s[:i], strings.TrimPrefix(s[i:], " ")
}

// elementEnd returns the length of the element that s starts with, or -1.
func elementEnd(s string) int {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			return i + 1
		}
	}
	return -1
}

// rfc3164 reads "TIMESTAMP HOST TAG[PID]: MESSAGE", of which only the message is sure.
func (l *syslogLine) rfc3164(s string, now time.Time, loc *time.Location) {
	t, after, ok := stamp(s, now, loc)
	if ok {
		l.at, l.timed = t, true
		s = strings.TrimLeft(after, " ")
		host, rest, more := strings.Cut(s, " ")
		if more && host != "" && !isTag(host) {
			l.host, s = host, strings.TrimLeft(rest, " ")
		}
	}
	l.message = s
	if tag, rest, _ := strings.Cut(s, " "); isTag(tag) {
		l.message = rest
		tag = strings.TrimSuffix(tag, ":")
		if name, pid, ok := strings.Cut(tag, "["); ok {
			tag, l.proc = name, strings.TrimSuffix(pid, "]")
		}
		l.app = tag
	}
}

// isTag reports whether a word is "name:", "name[pid]:" or "name[pid]".
func isTag(w string) bool {
	name, colon := strings.CutSuffix(w, ":")
	name, pid, bracket := strings.Cut(name, "[")
	return name != "" && (colon || bracket) && !strings.ContainsAny(name, "]=\"") && (!bracket || strings.HasSuffix(pid, "]"))
}

// The forms of RFC 3164's timestamp: its own, and two with a year.
const (
	stampYear  = "Jan _2 2006 15:04:05"
	yearBehind = "Jan _2 15:04:05 2006"
)

// stampForm tells which form s begins with, if it begins with one at all.
func stampForm(s string) (layout string, year bool) {
	isYear := func(s string) bool {
		return (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20")) && strings.Trim(s, "0123456789") == ""
	}
	switch {
	case len(s) > len(stampYear) && isYear(s[7:11]):
		return stampYear, true
	case len(s) > len(yearBehind) && s[15] == ' ' && isYear(s[16:20]) && (s[20] == ' ' || s[20] == ':'):
		return yearBehind, true
	}
	return time.Stamp, false
}

// stamp takes a timestamp from the front of s.
func stamp(s string, now time.Time, loc *time.Location) (t table.Time, rest string, ok bool) {
	if len(s) < len(time.Stamp) {
		return 0, s, false
	}
	if s[4] == '-' && s[10] == 'T' {
		word, rest, _ := strings.Cut(s, " ")
		t, err := table.ParseTime(word)
		return t, rest, err == nil
	}
	if s[3] != ' ' {
		return 0, s, false
	}
	layout, year := stampForm(s)
	g, err := time.ParseInLocation(layout, s[:len(layout)], loc)
	if err != nil {
		return 0, s, false
	}
	if !year {
		g = nearest(g, now, loc)
	}
	ticks, rest := fraction(s[len(layout):])
	if rest != "" && rest[0] != ' ' && rest[0] != ':' {
		return 0, s, false
	}
	return table.FromGo(g) + ticks, strings.TrimPrefix(rest, ":"), true
}

// nearest puts t into the year in which it is at most a day after now.
func nearest(t, now time.Time, loc *time.Location) time.Time {
	in := func(year int) time.Time {
		return time.Date(year, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, loc)
	}
	year := now.In(loc).Year()
	for _, y := range []int{year + 1, year} {
		if g := in(y); !g.After(now.Add(24 * time.Hour)) {
			return g
		}
	}
	return in(year - 1)
}

// fraction takes ".123456" from the front of s.
func fraction(s string) (table.Time, string) {
	if !strings.HasPrefix(s, ".") {
		return 0, s
	}
	n, i := table.Time(0), 1
	for unit := table.Time(table.TicksPerSecond / 10); i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		n += table.Time(s[i]-'0') * unit
		unit /= 10
	}
	return n, s[i:]
}

// facilities and severities are their names, as the Azure Monitor agent writes them.
var (
	facilities = [...]string{
		"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
		"ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	}
	severities = [...]string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}
)
