package fn

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/yagura/yagura/table"
)

// Locator tells where IP addresses are. It may be asked from several goroutines.
type Locator interface {
	// Locate finds an address; false if nothing is known of it.
	Locate(ip netip.Addr) (Location, bool, error)
}

// Location is a place as far as it is known: "" and nil are not.
type Location struct {
	Country, State, City string
	Latitude, Longitude  *float64 // degrees
}

// ErrNoLocator says that nothing tells where IP addresses are.
var ErrNoLocator = errors.New("it needs a database of addresses, a file of MaxMind's format, which the server's setting geoip-database names")

// Located is the one way to call geo_info_from_ip_address, asking l; with a nil l a
// call on an address ends the query. It is not folded: what l says may change.
func Located(l Locator) *Overload {
	return &Overload{
		Params: P(Str("ip")), Returns: Is(table.Dynamic), Impure: true,
		Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			ips := args[0].(*table.Of[string])
			out := table.NewVec(table.Dynamic, rows)
			for i := range rows {
				v, err := whereIs(l, ips.Vals[i])
				if err != nil {
					return nil, err
				}
				table.Append(out, v)
			}
			return out, nil
		},
	}
}

// whereIs is null for what is no address or at no place that is known.
func whereIs(l Locator, text string) (table.Value, error) {
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return nil, nil
	}
	if l == nil {
		return nil, ErrNoLocator
	}
	at, ok, err := l.Locate(ip.Unmap().WithZone(""))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ip, err)
	}
	if !ok {
		return nil, nil
	}
	b := &table.Bag{}
	for _, f := range []struct{ key, value string }{{"country", at.Country}, {"state", at.State}, {"city", at.City}} {
		if f.value != "" {
			b.Set(f.key, f.value)
		}
	}
	if at.Latitude != nil && at.Longitude != nil {
		b.Set("latitude", *at.Latitude)
		b.Set("longitude", *at.Longitude)
	}
	return table.NewDyn(b), nil
}
