// Package geoip tells where IP addresses are, from a database file of MaxMind's format
// (maxmind.github.io/MaxMind-DB), such as GeoLite2-City, which an operator brings.
package geoip

import (
	"fmt"
	"net/netip"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/yagura/yagura/kql/fn"
)

// Database is an open file.
type Database struct{ r *maxminddb.Reader }

var _ fn.Locator = (*Database)(nil)

// Open opens a file. It is read as it is asked, so it must not be changed in place;
// put another in its place and start again.
func Open(path string) (*Database, error) {
	r, err := maxminddb.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the database of addresses %s: %w", path, err)
	}
	return &Database{r}, nil
}

// Close closes the file; nobody may ask any more.
func (d *Database) Close() error {
	if err := d.r.Close(); err != nil {
		return fmt.Errorf("close the database of addresses: %w", err)
	}
	return nil
}

// record is what a city database has of an address. Names are by language.
type record struct {
	Country      place   `maxminddb:"country"`
	Subdivisions []place `maxminddb:"subdivisions"` // from large to small
	City         place   `maxminddb:"city"`
	Location     struct {
		Latitude  *float64 `maxminddb:"latitude"`
		Longitude *float64 `maxminddb:"longitude"`
	} `maxminddb:"location"`
}

type place struct {
	Names struct {
		English string `maxminddb:"en"`
	} `maxminddb:"names"`
}

// Locate implements fn.Locator, in English.
func (d *Database) Locate(ip netip.Addr) (fn.Location, bool, error) {
	found := d.r.Lookup(ip)
	var r record
	if err := found.Decode(&r); err != nil {
		return fn.Location{}, false, fmt.Errorf("read the database of addresses: %w", err)
	}
	if !found.Found() {
		return fn.Location{}, false, nil
	}
	at := fn.Location{
		Country: r.Country.Names.English, City: r.City.Names.English,
		Latitude: r.Location.Latitude, Longitude: r.Location.Longitude,
	}
	if len(r.Subdivisions) > 0 {
		at.State = r.Subdivisions[0].Names.English
	}
	return at, true, nil
}
