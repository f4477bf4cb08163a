package fn

import (
	"testing"

	"github.com/golang/geo/s2"
	"github.com/uber/h3-go/v4"
)

// TestH3FillOfLongBounds fills a strip so thin that its bounds hold a hundred times as
// many cells, so that it is done in quarters: the cells' centers are in it, and no cell
// around them is left out whose center is too.
func TestH3FillOfLongBounds(t *testing.T) {
	const width = 0.001
	strip := []s2.Point{pointAt(179.5, 10), pointAt(179.5+width, 10), pointAt(-179.5+width, 11), pointAt(-179.5, 11)}
	inside := func(c h3.Cell) bool {
		p := c.LatLng()
		if p.Lng < 0 {
			p.Lng += 360
		}
		west := 179.5 + (p.Lat - 10)
		return p.Lat > 10 && p.Lat < 11 && p.Lng > west && p.Lng < west+width
	}
	ring := flatten(strip)
	if area := ring.bounds().area() / h3.HexagonAreaAvgKm2(11); area < 2*mostAtOnce {
		t.Fatalf("bounds of %.0f cells are filled at once", area)
	}
	cells, ok := h3Fill([][][]s2.Point{{strip}}, 11)
	if !ok || len(cells) < 1000 {
		t.Fatalf("%d cells, %v", len(cells), ok)
	}
	filled := map[h3.Cell]bool{}
	for _, c := range cells {
		filled[c] = true
		if !inside(c) {
			t.Errorf("the center of %s, %v, is outside", c, c.LatLng())
		}
	}
	for _, c := range cells {
		for _, near := range c.GridDisk(2) {
			if inside(near) && !filled[near] {
				t.Errorf("%s is left out, whose center is %v", near, near.LatLng())
			}
		}
	}
}
