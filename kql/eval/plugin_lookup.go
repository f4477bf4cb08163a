package eval

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// looking is a lookup: rows of the input and of a table that go together.
type looking struct {
	p       *pluginRun
	other   *table.Batch
	without map[int]bool // columns of other that are not given
	first   bool         // columns of other come first
	li, ri  []int
}

func (p *pluginRun) looking(ctx context.Context) (*looking, error) {
	n := p.table("LookupTable")
	if n == nil {
		return nil, fmt.Errorf("LookupTable is missing")
	}
	rows, err := p.readNode(ctx, n)
	return &looking{p: p, other: rows, without: map[int]bool{}}, err
}

// otherColumn computes the argument of a parameter over the rows of the table.
func (l *looking) otherColumn(ctx context.Context, a *plan.PluginArg) (table.Vec, error) {
	x := l.p.r.exprs(l.p.sc)
	x.bind(l.other)
	return x.eval(ctx, a.Expr)
}

// drop leaves out the column of the table that an argument is.
func (l *looking) drop(a *plan.PluginArg) {
	if c, ok := a.Expr.(*plan.Col); ok {
		l.without[c.Index] = true
	}
}

// result puts the rows together; with unmatched those of the input that go with none
// come last.
func (l *looking) result(unmatched bool) *table.Batch {
	if unmatched {
		met := make([]bool, l.p.rows.Rows)
		for _, i := range l.li {
			met[i] = true
		}
		for i, m := range met {
			if !m {
				l.li, l.ri = append(l.li, i), append(l.ri, -1)
			}
		}
	}
	own := l.p.rows.Gather(l.li).Vecs
	var other []table.Vec
	for c, v := range l.other.Vecs {
		if !l.without[c] {
			other = append(other, v.Gather(l.ri))
		}
	}
	vecs := slices.Concat(own, other)
	if l.first {
		vecs = slices.Concat(other, own)
	}
	return &table.Batch{Vecs: vecs, Rows: len(l.li)}
}

// ipv4Lookup and ipv6Lookup find the networks that addresses are in.
func ipv4Lookup(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	return ipLookup(ctx, p, "SourceIPv4Key", "IPv4LookupKey", false)
}

func ipv6Lookup(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	return ipLookup(ctx, p, "SourceIPv6Key", "IPv6LookupKey", true)
}

func ipLookup(ctx context.Context, p *pluginRun, source, key string, v6 bool) (*table.Batch, error) {
	l, err := p.looking(ctx)
	if err != nil {
		return nil, err
	}
	l.first = v6
	unmatched, err := p.flag(ctx, "return_unmatched", false)
	if err != nil {
		return nil, err
	}
	src, err := p.column(ctx, source)
	if err != nil {
		return nil, err
	}
	keys := p.args(key)
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s is missing", key)
	}
	nets, err := l.otherColumn(ctx, keys[0])
	if err != nil {
		return nil, err
	}
	same, err := l.extraKeys(ctx)
	if err != nil {
		return nil, err
	}
	byNet, lengths := networks(nets.(*table.Of[string]), v6)
	for i, text := range src.(*table.Of[string]).Vals {
		if i%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		addr, ok := network(text, v6)
		if !ok {
			continue
		}
		var rows []int
		for _, bits := range lengths {
			if bits <= addr.Bits() {
				rows = append(rows, byNet[netip.PrefixFrom(addr.Addr(), bits).Masked()]...)
			}
		}
		slices.Sort(rows)
		for _, r := range rows {
			if same(i, r) {
				l.li, l.ri = append(l.li, i), append(l.ri, r)
			}
		}
	}
	return l.result(unmatched), nil
}

// networks finds the rows of each network, and the lengths of the prefixes.
func networks(texts *table.Of[string], v6 bool) (map[netip.Prefix][]int, []int) {
	rows := map[netip.Prefix][]int{}
	var lengths []int
	for i, text := range texts.Vals {
		n, ok := network(text, v6)
		if !ok {
			continue
		}
		n = n.Masked()
		rows[n] = append(rows[n], i)
		if !slices.Contains(lengths, n.Bits()) {
			lengths = append(lengths, n.Bits())
		}
	}
	return rows, lengths
}

// network reads an address with or without a prefix's length; with v6 an IPv4 address
// is the IPv6 address that stands for it.
func network(text string, v6 bool) (netip.Prefix, bool) {
	text = strings.TrimSpace(text)
	var n netip.Prefix
	if strings.Contains(text, "/") {
		var err error
		if n, err = netip.ParsePrefix(text); err != nil {
			return n, false
		}
	} else {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return n, false
		}
		n = netip.PrefixFrom(a, a.BitLen())
	}
	if !v6 {
		return n, n.Addr().Is4()
	}
	if n.Addr().Is4() {
		n = netip.PrefixFrom(netip.AddrFrom16(n.Addr().As16()), n.Bits()+96)
	}
	return n, true
}

// extraKeys tells whether row i of the input and row r of the table agree on the
// further keys, which both have by the same names.
func (l *looking) extraKeys(ctx context.Context) (func(i, r int) bool, error) {
	var own, other []table.Vec
	for _, a := range l.p.args("ExtraKey") {
		l.drop(a)
		v, err := l.otherColumn(ctx, a)
		if err != nil {
			return nil, err
		}
		c := l.p.rows.Schema.Index(a.Name)
		if c < 0 {
			return nil, fmt.Errorf("the input has no column %s", a.Name)
		}
		own, other = append(own, l.p.rows.Vecs[c]), append(other, v)
	}
	var a, b []byte
	return func(i, r int) bool {
		for k := range own {
			if own[k].IsNull(i) || other[k].IsNull(r) {
				return false
			}
			a, b = table.AppendKey(a[:0], own[k], i), table.AppendKey(b[:0], other[k], r)
			if string(a) != string(b) {
				return false
			}
		}
		return true
	}, nil
}

// geoPolygonLookup finds the polygons that points are in, or within a radius of.
func geoPolygonLookup(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	return geoLookup(ctx, p, "LookupPolygonKey", "geo_point_in_polygon", "geo_distance_point_to_polygon")
}

// geoLineLookup finds the lines that pass within a radius of points.
func geoLineLookup(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	return geoLookup(ctx, p, "LookupLineKey", "", "geo_distance_point_to_line")
}

func geoLookup(ctx context.Context, p *pluginRun, key, within, distance string) (*table.Batch, error) {
	l, err := p.looking(ctx)
	if err != nil {
		return nil, err
	}
	unmatched, err := p.flag(ctx, "return_unmatched", false)
	if err != nil {
		return nil, err
	}
	keep, err := p.flag(ctx, "return_lookup_key", false)
	if err != nil {
		return nil, err
	}
	keys := p.args(key)
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s is missing", key)
	}
	if !keep {
		l.drop(keys[0])
	}
	shapes, err := l.otherColumn(ctx, keys[0])
	if err != nil {
		return nil, err
	}
	lon, err := p.column(ctx, "SourceLongitude")
	if err != nil {
		return nil, err
	}
	lat, err := p.column(ctx, "SourceLatitude")
	if err != nil {
		return nil, err
	}
	radius, err := p.number(ctx, "radius", 0)
	if err != nil {
		return nil, err
	}
	lon, lat = castVec(lon, table.Real), castVec(lat, table.Real)
	for r := range l.other.Rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		shape := table.Repeat(table.Dynamic, shapes.At(r), p.rows.Rows)
		var near []bool
		if within != "" && !p.has("radius") {
			near, err = inside(ctx, within, lon, lat, shape)
		} else {
			near, err = nearTo(ctx, distance, lon, lat, shape, radius)
		}
		if err != nil {
			return nil, err
		}
		for i, ok := range near {
			if ok {
				l.li, l.ri = append(l.li, i), append(l.ri, r)
			}
		}
	}
	return l.result(unmatched), nil
}

// inside tells for each point whether a shape contains it.
func inside(ctx context.Context, within string, lon, lat, shape table.Vec) ([]bool, error) {
	v, err := callVecs(ctx, within, lon, lat, shape)
	if err != nil {
		return nil, err
	}
	return truths(v), nil
}

// nearTo tells for each point whether it is within a radius of a shape: with none, in it
// or on its edge.
func nearTo(ctx context.Context, distance string, lon, lat, shape table.Vec, radius float64) ([]bool, error) {
	v, err := callVecs(ctx, distance, lon, lat, shape)
	if err != nil {
		return nil, err
	}
	out := make([]bool, v.Len())
	for i := range out {
		d, ok := v.At(i).(float64)
		out[i] = ok && d <= radius
	}
	return out, nil
}

// callVecs calls a scalar function by name on columns of equal length.
func callVecs(ctx context.Context, name string, args ...table.Vec) (table.Vec, error) {
	f, ok := fn.Lookup(name)
	if !ok {
		return nil, fmt.Errorf("eval: there is no function %s", name)
	}
	info := make([]fn.Arg, len(args))
	for i, a := range args {
		info[i].Type = a.Type()
	}
	o, casts, err := f.Resolve(info)
	if err != nil {
		return nil, err
	}
	for i, to := range casts {
		if to != 0 {
			args[i] = castVec(args[i], to)
		}
	}
	return o.Column(ctx, args, args[0].Len())
}
