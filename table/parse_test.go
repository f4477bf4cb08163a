package table_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/yagura/yagura/table"
)

func TestTimesAndDurationsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := table.Time(rapid.Int64Range(0, int64(table.MaxTime)).Draw(t, "at"))
		for _, s := range []string{at.String(), at.Short()} {
			if got, err := table.ParseTime(s); err != nil || got != at {
				t.Fatalf("%s reads as %v (%v)", s, got, err)
			}
		}
		d := table.Duration(rapid.Int64().Draw(t, "d"))
		if got, err := table.ParseDuration(d.String()); err != nil || got != d {
			t.Fatalf("%s reads as %v (%v)", d, got, err)
		}
	})
}

func TestParseTime(t *testing.T) {
	for in, want := range map[string]string{ // "" is refused
		"2014-11-08":                       "2014-11-08T00:00:00Z",
		"2014-11":                          "2014-11-01T00:00:00Z",
		"2014":                             "2014-01-01T00:00:00Z",
		" 2014-05-25 08:20 ":               "2014-05-25T08:20:00Z",
		"2014-05-25T08:20:03.123456Z":      "2014-05-25T08:20:03.123456Z",
		"2014-05-25T08:20:03.12345678Z":    "2014-05-25T08:20:03.1234567Z",
		"2022-12-02T13:45:56+02:00":        "2022-12-02T11:45:56Z",
		"2022-12-02 13:45:56 -0530":        "2022-12-02T19:15:56Z",
		"2023-1-2 3:04:05":                 "2023-01-02T03:04:05Z",
		"12-02-2022":                       "2022-12-02T00:00:00Z",
		"12-02-2022 13:45:56":              "2022-12-02T13:45:56Z",
		"12.02.2022":                       "2022-12-02T00:00:00Z",
		"2/3/2022":                         "2022-02-03T00:00:00Z",
		"1/1/2007, 12:00:00 AM":            "2007-01-01T00:00:00Z",
		"2022/12/02":                       "2022-12-02T00:00:00Z",
		"20221202":                         "2022-12-02T00:00:00Z",
		"2 Dec 2022":                       "2022-12-02T00:00:00Z",
		"Dec 2, 2022":                      "2022-12-02T00:00:00Z",
		"Sat, 8 Nov 14 15:05:02 GMT":       "2014-11-08T15:05:02Z",
		"Sat, 8 Nov 14 15:05:02 EST":       "2014-11-08T20:05:02Z",
		"Fri, 02 Dec 2022 13:45:56 GMT":    "2022-12-02T13:45:56Z",
		"Saturday, 08-Nov-14 15:05:02 GMT": "2014-11-08T15:05:02Z",
		"10:00 14 jun 2025":                "2025-06-14T10:00:00Z",
		"9999-12-31T23:59:59.9999999Z":     "9999-12-31T23:59:59.9999999Z",
		"0001-01-01":                       "0001-01-01T00:00:00Z",
		"0001-01-01T00:00:00+01:00":        "",
		"13-01-2022":                       "",
		"2022-02-29":                       "",
		"2022-12-02T13:45:60Z":             "",
		"Sat, 8 Nov 14 15:05:02 XYZ":       "",
		"not a date":                       "",
		"":                                 "",
	} {
		got, err := table.ParseTime(in)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q reads as %s", in, got)
		case want != "" && (err != nil || got.Short() != want):
			t.Errorf("%q reads as %s (%v), not %s", in, got.Short(), err, want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]string{ // "" is refused
		"1d": "1.00:00:00", "1.5h": "01:30:00", "-30m": "-00:30:00", "10s": "00:00:10", "100ms": "00:00:00.1000000", "5 microseconds": "00:00:00.0000050", "1tick": "00:00:00.0000001", "250nanoseconds": "00:00:00.0000002", "99nano": "00:00:00", "1.5millisec": "00:00:00.0015000", "-3microsec": "-00:00:00.0000030",
		"3": "3.00:00:00", "1.02:03:04.5": "1.02:03:04.5000000", "01:02": "01:02:00", "-1:00": "-01:00:00", "0.00:03:00": "00:03:00",
		"24:00:00": "", "1:60": "", "": "", "d": "", "1x": "", "1.2.3:4": "", "10000000000d": "", "1:2:3:4": "", "10675200.00:00": "", "10675199.02:48:05.4775808": "", "-10675199.02:48:05.4775808": "-10675199.02:48:05.4775808", "-+1d": "",
	} {
		got, err := table.ParseDuration(in)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q reads as %s", in, got)
		case want != "" && (err != nil || got.String() != want):
			t.Errorf("%q reads as %s (%v), not %s", in, got, err, want)
		}
	}
}

func TestParseDec(t *testing.T) {
	for in, want := range map[string]string{ // "" is refused
		"1": "1", "-1.50": "-1.50", "+.5": "0.5", "1e3": "1000", "1.25e-3": "0.00125", "-0": "0", "007": "7", "1.e2": "100",
		"": "", ".": "", "1e": "", "1e999": "", "0x1": "", "1,5": "", "--1": "", "1 2": "",
	} {
		got, err := table.ParseDec(in)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q reads as %s", in, got)
		case want != "" && (err != nil || string(got) != want):
			t.Errorf("%q reads as %s (%v), not %s", in, got, err, want)
		}
	}
}

func TestParseUUID(t *testing.T) {
	const plain = "70fc66f7-8279-44fc-9092-d364d70fce44"
	for _, in := range []string{plain, "{" + plain + "}", "(" + plain + ")", "70fc66f7827944fc9092d364d70fce44", " 70FC66F7-8279-44FC-9092-D364D70FCE44 "} {
		if u, err := table.ParseUUID(in); err != nil || u.String() != plain {
			t.Errorf("%q reads as %s (%v)", in, u, err)
		}
	}
	for _, in := range []string{"", "70fc66f7", plain + "0", "{" + plain, "70fc66f7-8279-44fc-9092+d364d70fce44", "+0fc66f7-8279-44fc-9092-d364d70fce44"} {
		if u, err := table.ParseUUID(in); err == nil {
			t.Errorf("%q reads as %s", in, u)
		}
	}
}

// FuzzParse holds every reader to two things: it does not panic, and what it read it
// reads again from its own text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"2014-05-25T08:20:03.123456Z", "Sat, 8 Nov 14 15:05:02 GMT", "1.02:03:04.5", "1.5h", "-1.50e-3", "70fc66f7-8279-44fc-9092-d364d70fce44", `{"a":[1,2.5,"x",null,{"b":true}]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := table.ParseTime(s); err == nil {
			if w, err := table.ParseTime(v.String()); err != nil || w != v {
				t.Errorf("%q is %s, which is %s (%v)", s, v, w, err)
			}
		}
		if v, err := table.ParseDuration(s); err == nil {
			if w, err := table.ParseDuration(v.String()); err != nil || w != v {
				t.Errorf("%q is %s, which is %s (%v)", s, v, w, err)
			}
		}
		if v, err := table.ParseDec(s); err == nil {
			if w, err := table.ParseDec(string(v)); err != nil || w != v {
				t.Errorf("%q is %s, which is %s (%v)", s, v, w, err)
			}
		}
		if v, err := table.ParseUUID(s); err == nil {
			if w, err := table.ParseUUID(v.String()); err != nil || w != v {
				t.Errorf("%q is %s, which is %s (%v)", s, v, w, err)
			}
		}
		if v, err := table.ParseTree(s); err == nil {
			text := string(table.AppendTreeJSON(nil, v))
			w, err := table.ParseTree(text)
			if err != nil || string(table.AppendTreeJSON(nil, w)) != text {
				t.Errorf("%q is %s, which is %v (%v)", s, text, w, err)
			}
		}
	})
}
