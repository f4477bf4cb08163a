package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// grown is what is measured at one number of rows: a figure each, with its baseline.
type grown struct {
	rows                                   int
	ingest, needle, lookup, aggregate, opn [2]float64 // Yagura, DuckDB; of opening Yagura only
	slowest                                figure     // acknowledgement
}

// growth measures how ingestion, a needle, the lookup of one id, an aggregate and opening grow with the rows that
// there are, and draws it.
func growth(r *report, b *bench, gen, work string, rows []int, picture string) error {
	var all []grown
	for _, n := range rows {
		g, err := growTo(b, gen, work, n)
		if err != nil {
			return fmt.Errorf("%d records: %w", n, err)
		}
		all = append(all, g)
		at := fmt.Sprintf("at %g million: ", float64(n)/1e6)
		r.add(figure{Name: at + "ingest, CPU", Yagura: g.ingest[0], Baseline: g.ingest[1], Unit: "µs/row"})
		g.slowest.Name = at + g.slowest.Name
		r.add(g.slowest)
		r.add(figure{Name: at + "one correlation id", Yagura: g.lookup[0], Baseline: g.lookup[1], Unit: "ms"})
		r.add(figure{Name: at + "needle", Yagura: g.needle[0], Baseline: g.needle[1], Unit: "ms"})
		r.add(figure{Name: at + "count, avg by hour and computer", Yagura: g.aggregate[0], Baseline: g.aggregate[1], Unit: "ms"})
		r.add(figure{Name: at + "open", Yagura: g.opn[0], Unit: "ms"})
	}
	return os.WriteFile(picture, []byte(draw(all, r.Date, r.Machine)), 0o644)
}

func growTo(b *bench, gen, work string, n int) (g grown, err error) {
	g.rows = n
	lines, err := generate(gen, work, n, 0)
	if err != nil {
		return g, err
	}
	duck, err := openDuck(work, "growth.parquet")
	if err != nil {
		return g, err
	}
	defer duck.close()
	own := &report{}
	if err := duck.copy(own, "", lines, narrow, n); err != nil {
		return g, err
	}
	one := &bench{bin: b.bin, table: b.table, columns: b.columns, data: filepath.Join(work, fmt.Sprintf("data-%d", n)), lines: lines, rows: n, duck: duck}
	if err := os.RemoveAll(one.data); err != nil {
		return g, err
	}
	defer os.RemoveAll(one.data)
	if err := ingestAll(own, one); err != nil {
		return g, err
	}
	g.ingest = [2]float64{own.Figures[1].Yagura, duck.load}
	for _, f := range own.Figures {
		if strings.Contains(f.Name, "slowest acknowledgement") {
			g.slowest = f
		}
	}
	id, err := duck.someID()
	if err != nil {
		return g, err
	}
	began := time.Now()
	if err := one.start("-query-remember", "0"); err != nil {
		return g, err
	}
	g.opn[0] = time.Since(began).Seconds() * 1e3
	for _, p := range pairs {
		to := map[string]*[2]float64{"needle": &g.needle, "one correlation id": &g.lookup, "count, avg by hour and computer": &g.aggregate}[p.name]
		if to == nil {
			continue
		}
		p.kql, p.sql = strings.ReplaceAll(p.kql, "CORRELATION", id), strings.ReplaceAll(p.sql, "CORRELATION", id)
		ours, base, err := one.time(p, 3)
		if err != nil {
			return g, err
		}
		*to = [2]float64{ours.Seconds() * 1e3, base.Seconds() * 1e3}
	}
	_, err = one.stop()
	return g, err
}

// draw makes a picture of a panel for each figure, as SVG.
func draw(all []grown, date, machine string) string {
	const w, h, left, top = 320, 220, 60, 50
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", 2*w+2*left+40, 3*h+3*top+20)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/><text x="%d" y="20">Growth with the rows that there are: Yagura (blue), DuckDB on one file (grey). %s, %s</text>`+"\n", left, date, machine)
	for i, p := range []struct {
		title string
		of    func(grown) [2]float64
	}{
		{"ingest, CPU, µs a row", func(g grown) [2]float64 { return g.ingest }}, {"needle, ms", func(g grown) [2]float64 { return g.needle }},
		{"one correlation id, ms", func(g grown) [2]float64 { return g.lookup }},
		{"count, avg by hour and computer, ms", func(g grown) [2]float64 { return g.aggregate }}, {"open, ms", func(g grown) [2]float64 { return g.opn }},
	} {
		panel(&b, left+i%2*(w+left), top+i/2*(h+top), w, h-40, p.title, all, p.of)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func panel(b *strings.Builder, x0, y0, w, h int, title string, all []grown, of func(grown) [2]float64) {
	most := 0.0
	for _, g := range all {
		most = max(most, of(g)[0], of(g)[1])
	}
	lo, hi := math.Log10(float64(all[0].rows)), math.Log10(float64(all[len(all)-1].rows))
	x := func(rows int) float64 {
		if hi == lo {
			return float64(x0)
		}
		return float64(x0) + float64(w)*(math.Log10(float64(rows))-lo)/(hi-lo)
	}
	y := func(v float64) float64 { return float64(y0+h) - float64(h)*v/max(most, 1e-9) }
	fmt.Fprintf(b, `<text x="%d" y="%d" font-weight="bold">%s</text><path d="M%d %dV%dH%d" fill="none" stroke="#888"/>`+"\n", x0, y0-8, title, x0, y0, y0+h, x0+w)
	for _, v := range []float64{0, most / 2, most} {
		fmt.Fprintf(b, `<text x="%d" y="%.1f" text-anchor="end">%.4g</text>`, x0-4, y(v)+4, v)
	}
	for which, color := range []string{"#1565c0", "#999"} {
		if of(all[0])[which] == 0 {
			continue
		}
		path := ""
		for i, g := range all {
			path += fmt.Sprintf("%c%.1f %.1f", "ML"[min(i, 1)], x(g.rows), y(of(g)[which]))
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, x(g.rows), y(of(g)[which]), color)
		}
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", path, color)
	}
	for _, g := range all {
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%g M</text>`, x(g.rows), y0+h+16, float64(g.rows)/1e6)
	}
	b.WriteString("\n")
}
