package fn

import (
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/yagura/yagura/table"
)

// S2 cells, by their tokens.
var geoCellFuncs = []Func{
	geoFunc("geo_point_to_s2cell", "The token of the S2 cell of a level, 11 unless given, in which a point is.",
		append(lngLat(""), Opt(NumP("level"))),
		func(r geoRow) (string, bool) {
			p, okP := r.point(0)
			level, ok := r.level(2, 11, 0, 30)
			if !okP || !ok {
				return "", false
			}
			return s2.CellFromPoint(p).ID().Parent(int(level)).ToToken(), true
		}, Example{`geo_point_to_s2cell(-80.195829, 25.802215, 8)`, `"88d9b"`}),
	geoFunc("geo_s2cell_to_central_point", "The center of an S2 cell.", P(Str("s2cell")),
		func(r geoRow) (table.Dyn, bool) {
			id, ok := r.cell(0)
			if !ok {
				return table.Dyn{}, false
			}
			return pointJSON(id.Point()), true
		}, Example{`round(toreal(geo_s2cell_to_central_point("1234567").coordinates[0]), 9)`, `9.868307319`}),
	geoFunc("geo_s2cell_to_polygon", "An S2 cell as a polygon.", P(Str("s2cell")),
		func(r geoRow) (table.Dyn, bool) {
			id, ok := r.cell(0)
			if !ok {
				return table.Dyn{}, false
			}
			cell := s2.CellFromCellID(id)
			corners := make([]s2.Point, 4)
			for k := range corners {
				corners[k] = cell.Vertex(k)
			}
			return polygonsJSON([][][]s2.Point{{corners}}), true
		}, Example{`array_length(geo_s2cell_to_polygon("89c259").coordinates[0])`, `5`}),
	geoFunc("geo_s2cell_neighbors", "The tokens of the cells around an S2 cell, of its level.", P(Str("s2cell")),
		func(r geoRow) (table.Dyn, bool) {
			id, ok := r.cell(0)
			if !ok {
				return table.Dyn{}, false
			}
			return tokens(id.AllNeighbors(id.Level())), true
		}, Example{`array_sort_asc(geo_s2cell_neighbors("89c259"))`, `dynamic(["89c251","89c257","89c25b","89c25d","89c25f","89c2f5","89c2f7","89c2f9"])`}),
}

// cell reads argument k as a token.
func (r geoRow) cell(k int) (s2.CellID, bool) {
	id := s2.CellIDFromToken(r.text(k))
	return id, id.IsValid()
}

func tokens(ids []s2.CellID) table.Dyn {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id.ToToken()
	}
	return table.NewDyn(out)
}

// mostCells is how many cells a covering has at most.
const mostCells = 65536

// coverable tells of a cell whether all or some of it is in a region.
type coverable interface {
	ContainsCell(s2.Cell) bool
	IntersectsCell(s2.Cell) bool
}

// coveringOf returns the tokens of a level's cells that intersect a region, in the
// order of the cells; there is none if they are too many.
func coveringOf(region coverable, level int) (table.Dyn, bool) {
	type part struct {
		id  s2.CellID
		all bool // of the cell is in the region
	}
	var now []part
	for face := range 6 {
		now = append(now, part{id: s2.CellIDFromFace(face)})
	}
	for at := 0; ; at++ {
		var kept []part
		for _, p := range now {
			cell := s2.CellFromCellID(p.id)
			if p.all = p.all || region.ContainsCell(cell); p.all || region.IntersectsCell(cell) {
				kept = append(kept, p)
			}
		}
		if len(kept) > mostCells {
			return table.Dyn{}, false
		}
		if at == level {
			ids := make([]s2.CellID, len(kept))
			for i, p := range kept {
				ids[i] = p.id
			}
			return tokens(ids), true
		}
		now = now[:0:0]
		for _, p := range kept {
			for _, child := range p.id.Children() {
				now = append(now, part{child, p.all})
			}
		}
	}
}

// nearEdges is the region within a radius of some edges, and that of a polygon, if
// there is one.
type nearEdges struct {
	edges  func(yield func(a, b s2.Point) bool)
	inside *s2.Polygon
	radius s1.Angle
}

func (n *nearEdges) ContainsCell(c s2.Cell) bool {
	return n.inside != nil && n.inside.ContainsCell(c)
}

func (n *nearEdges) IntersectsCell(c s2.Cell) bool {
	if n.inside != nil && n.inside.IntersectsCell(c) {
		return true
	}
	limit := s1.ChordAngleFromAngle(n.radius)
	for a, b := range n.edges {
		if c.DistanceToEdge(a, b) <= limit {
			return true
		}
	}
	return false
}
