package geoip

import (
	"encoding/binary"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
)

// database makes a file of MaxMind's format that knows one address of IPv6, and by it
// those of IPv4, as the format has them (::/96).
func database(t *testing.T, known netip.Addr, data []byte) string {
	t.Helper()
	bits := known.As16()
	if known.Is4() {
		a := known.As4()
		bits = [16]byte{12: a[0], a[1], a[2], a[3]}
	}
	const nodes = 128
	var tree []byte
	for n := range uint32(nodes) {
		next := n + 1
		if next == nodes {
			next = nodes + 16 // the first record of the data
		}
		sides := [2]uint32{nodes, nodes} // nothing is known
		sides[bits[n/8]>>(7-n%8)&1] = next
		for _, s := range sides {
			tree = binary.BigEndian.AppendUint32(tree, s)
		}
	}
	file := append(tree, make([]byte, 16)...)
	file = append(file, data...)
	file = append(file, "\xab\xcd\xefMaxMind.com"...)
	file = append(file, object(
		"binary_format_major_version", number(2), "binary_format_minor_version", number(0), "build_epoch", number(1700000000),
		"database_type", text("Test"), "description", object(), "ip_version", number(6), "languages", []byte{0x00, 0x04},
		"node_count", number(nodes), "record_size", number(32),
	)...)
	path := filepath.Join(t.TempDir(), "test.mmdb")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// text, number, real and object write values as the format has them.
func text(s string) []byte {
	if len(s) < 29 {
		return append([]byte{0x40 | byte(len(s))}, s...)
	}
	return append([]byte{0x40 | 29, byte(len(s) - 29)}, s...)
}

func number(n uint32) []byte { return binary.BigEndian.AppendUint32([]byte{0xc4}, n) }

func real(f float64) []byte {
	return binary.BigEndian.AppendUint64([]byte{0x68}, math.Float64bits(f))
}

func object(pairs ...any) []byte {
	out := []byte{0xe0 | byte(len(pairs)/2)}
	for i := 0; i < len(pairs); i += 2 {
		out = append(append(out, text(pairs[i].(string))...), pairs[i+1].([]byte)...)
	}
	return out
}

func named(s string) []byte { return object("names", object("de", text("-"), "en", text(s))) }

func TestLocate(t *testing.T) {
	sydney := object(
		"country", named("Australia"), "subdivisions", append([]byte{0x01, 0x04}, named("New South Wales")...), "city", named("Sydney"),
		"location", object("latitude", real(-33.8715), "longitude", real(151.2006)),
	)
	for _, c := range []struct{ known, other string }{{"20.53.203.50", "20.53.203.51"}, {"2a03:2880:f12c:83:face:b00c:0:25de", "::1"}} {
		d, err := Open(database(t, netip.MustParseAddr(c.known), sydney))
		if err != nil {
			t.Fatal(err)
		}
		at, ok, err := d.Locate(netip.MustParseAddr(c.known))
		if err != nil || !ok || at.Country != "Australia" || at.State != "New South Wales" || at.City != "Sydney" || *at.Latitude != -33.8715 || *at.Longitude != 151.2006 {
			t.Errorf("%s is at %+v, %v, %v", c.known, at, ok, err)
		}
		if at, ok, err := d.Locate(netip.MustParseAddr(c.other)); ok || err != nil {
			t.Errorf("%s is at %+v, %v", c.other, at, err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	country, err := Open(database(t, netip.MustParseAddr("1.2.3.4"), object("country", named("Australia"))))
	if err != nil {
		t.Fatal(err)
	}
	if at, ok, err := country.Locate(netip.MustParseAddr("1.2.3.4")); err != nil || !ok || at.Country != "Australia" || at.City != "" || at.Latitude != nil {
		t.Errorf("a database of countries says %+v, %v, %v", at, ok, err)
	}
}

func TestOpenOfNoDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.mmdb")
	if _, err := Open(path); err == nil {
		t.Error("a file that is not there opens")
	}
	if err := os.WriteFile(path, []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil {
		t.Error("a file that is no database opens")
	}
}
