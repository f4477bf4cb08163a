package fn

import (
	"strings"

	"github.com/yagura/yagura/table"
)

// Geohashes.
var geoHashFuncs = []Func{
	geoFunc("geo_point_to_geohash", "The geohash of so many characters, 5 unless given, in which a point is.",
		append(lngLat(""), Opt(NumP("accuracy"))),
		func(r geoRow) (string, bool) {
			_, ok := r.point(0)
			n, okN := r.level(2, 5, 1, maxGeohash)
			if !ok || !okN {
				return "", false
			}
			lng, _ := r.real(0, 0)
			lat, _ := r.real(1, 0)
			return geohashAt(lng, lat, int(n)).String(), true
		}, Example{`geo_point_to_geohash(-80.195829, 25.802215, 8)`, `"dhwfz15h"`}),
	geoFunc("geo_geohash_to_central_point", "The center of a geohash.", P(Str("geohash")),
		func(r geoRow) (table.Dyn, bool) {
			h, ok := parseGeohash(r.text(0))
			west, south, east, north := h.bounds()
			return geoJSON("Point", []any{(west + east) / 2, (south + north) / 2}), ok
		}, Example{`geo_geohash_to_central_point("sunny").coordinates`, `dynamic([42.47314453125,23.70849609375])`}),
	geoFunc("geo_geohash_to_polygon", "A geohash as a polygon.", P(Str("geohash")),
		func(r geoRow) (table.Dyn, bool) {
			h, ok := parseGeohash(r.text(0))
			west, south, east, north := h.bounds()
			return geoJSON("Polygon", []any{[]any{
				[]any{west, south}, []any{east, south}, []any{east, north}, []any{west, north}, []any{west, south},
			}}), ok
		}, Example{`geo_geohash_to_polygon("dr5ru").coordinates[0][0]`, `dynamic([-74.00390625,40.7373046875])`}),
	geoFunc("geo_geohash_neighbors", "The geohashes around a geohash, from the west over south, east and north.", P(Str("geohash")),
		func(r geoRow) (table.Dyn, bool) {
			h, ok := parseGeohash(r.text(0))
			if !ok {
				return table.Dyn{}, false
			}
			return table.NewDyn(h.neighbors()), true
		}, Example{`geo_geohash_neighbors("sunny")`, `dynamic(["sunnv","sunnt","sunnw","sunnx","sunpp","sunnz","sunpn","sunpj"])`}),
}

const (
	geohashDigits = "0123456789bcdefghjkmnpqrstuvwxyz"
	maxGeohash    = 18
)

// geohash is a cell of a grid: the column from the west and the row from the south,
// in so many bits.
type geohash struct {
	col, row         int64
	colBits, rowBits int
}

// geohashBits splits the bits of n characters: the first is a longitude's.
func geohashBits(n int) (col, row int) { return (5*n + 1) / 2, 5 * n / 2 }

func geohashAt(lng, lat float64, n int) geohash {
	c, r := geohashBits(n)
	return geohash{gridAt(lng, 180, c), gridAt(lat, 90, r), c, r}
}

// gridAt is the cell, of 2^bits between -half and half, in which x is.
func gridAt(x, half float64, bits int) int64 {
	n := int64(1) << bits
	return min(int64((x+half)/(2*half)*float64(n)), n-1)
}

func parseGeohash(s string) (geohash, bool) {
	if len(s) == 0 || len(s) > maxGeohash {
		return geohash{}, false
	}
	var h geohash
	for i := range len(s) {
		d := strings.IndexByte(geohashDigits, s[i]|0x20)
		if s[i] <= '9' {
			d = strings.IndexByte(geohashDigits, s[i])
		}
		if d < 0 {
			return geohash{}, false
		}
		for bit := 4; bit >= 0; bit-- {
			b := int64(d>>bit) & 1
			if (h.colBits+h.rowBits)%2 == 0 {
				h.col, h.colBits = h.col<<1|b, h.colBits+1
			} else {
				h.row, h.rowBits = h.row<<1|b, h.rowBits+1
			}
		}
	}
	return h, true
}

func (h geohash) String() string {
	var s strings.Builder
	digit := 0
	for k := range h.colBits + h.rowBits {
		var b int64
		if k%2 == 0 {
			b = h.col >> (h.colBits - 1 - k/2) & 1
		} else {
			b = h.row >> (h.rowBits - 1 - k/2) & 1
		}
		digit = digit<<1 | int(b)
		if k%5 == 4 {
			s.WriteByte(geohashDigits[digit])
			digit = 0
		}
	}
	return s.String()
}

// bounds returns the sides of a cell in degrees.
func (h geohash) bounds() (west, south, east, north float64) {
	width, height := 360/float64(int64(1)<<h.colBits), 180/float64(int64(1)<<h.rowBits)
	west, south = float64(h.col)*width-180, float64(h.row)*height-90
	return west, south, west + width, south + height
}

// neighbors lists the cells around; there are none beyond the poles.
func (h geohash) neighbors() []any {
	var out []any
	for _, d := range [][2]int64{{-1, 0}, {-1, -1}, {0, -1}, {1, -1}, {1, 1}, {1, 0}, {0, 1}, {-1, 1}} {
		n := h
		n.col = (h.col + d[0]) & (int64(1)<<h.colBits - 1)
		if n.row = h.row + d[1]; n.row < 0 || n.row >= int64(1)<<h.rowBits {
			continue
		}
		out = append(out, n.String())
	}
	return out
}
