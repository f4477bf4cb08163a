// Command bench measures Yagura beside DuckDB, both in this run and on this machine,
// and prints ratios. It makes its records with the load generator that stands beside
// the checkout.
//
//	go run ./test/bench -bin bin/yagura -rows 5000000
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// figure is one line of the report.
type figure struct {
	Name     string  `json:"name"`
	Yagura   float64 `json:"yagura"`
	Baseline float64 `json:"baseline,omitempty"`
	Ratio    float64 `json:"ratio,omitempty"`
	Unit     string  `json:"unit"`
	Note     string  `json:"note,omitempty"`
}

type report struct {
	Date    string   `json:"date"`
	Machine string   `json:"machine"`
	Rows    int      `json:"rows"`
	Figures []figure `json:"figures"`
}

func (r *report) add(f figure) {
	if f.Baseline > 0 {
		f.Ratio = f.Yagura / f.Baseline
	}
	r.Figures = append(r.Figures, f)
	line := fmt.Sprintf("%-44s %12.4g %s", f.Name, f.Yagura, f.Unit)
	if f.Baseline > 0 {
		line += fmt.Sprintf("   baseline %10.4g   ratio %.2f", f.Baseline, f.Ratio)
	}
	if f.Note != "" {
		line += "   " + f.Note
	}
	fmt.Println(line)
}

// markdown is the figures as a table.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s, %s, %d records.\n\n| | Yagura | baseline | ratio | |\n| --- | --- | --- | --- | --- |\n", r.Date, r.Machine, r.Rows)
	for _, f := range r.Figures {
		base, ratio := "", ""
		if f.Baseline > 0 {
			base, ratio = fmt.Sprintf("%.4g %s", f.Baseline, f.Unit), fmt.Sprintf("%.2g", f.Ratio)
		}
		fmt.Fprintf(&b, "| %s | %.4g %s | %s | %s | %s |\n", strings.ReplaceAll(f.Name, "|", "\\|"), f.Yagura, f.Unit, base, ratio, f.Note)
	}
	return b.String()
}

func main() {
	bin := flag.String("bin", "bin/yagura", "the binary to measure")
	rows := flag.Int("rows", 5_000_000, "records")
	real := flag.String("queries", "../shared/kql/realworld.jsonl", "file of real queries to compile")
	gen := flag.String("gen", "../shared/bench/gen", "folder of the load generator")
	work := flag.String("work", ".cache/bench", "folder for data")
	out := flag.String("out", ".cache/bench/report.json", "file for the figures, as JSON; beside it are the same as a table of Markdown, and the picture of the growth")
	keep := flag.Bool("keep", false, "keep the server's data")
	parts := flag.String("parts", "ingest,queries,refreshes,compile,size,freshness,small,idle,open,wide,growth", "what to measure; without ingest, of data that was kept")
	grow := flag.String("grow", "1,5", "millions of records at which growth is measured; 1,5,50 needs 40 GB of disk and an hour or two")
	flag.Parse()
	var growing []int
	for n := range strings.SplitSeq(*grow, ",") {
		var millions float64
		if _, err := fmt.Sscan(n, &millions); err != nil || millions <= 0 {
			log.Fatalf("bench: -grow: %q is no number", n)
		}
		growing = append(growing, int(millions*1e6))
	}
	log.SetFlags(0)
	if err := run(*bin, *rows, *gen, *real, *work, *out, *keep, growing, strings.Split(*parts, ",")); err != nil {
		log.Fatal("bench: ", err)
	}
}

func run(bin string, rows int, gen, real, work, out string, keep bool, growing []int, parts []string) error {
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	lines, err := generate(gen, work, rows, 0)
	if err != nil {
		return err
	}
	r := &report{Date: time.Now().UTC().Format("2006-01-02"), Machine: fmt.Sprintf("%d processors, %s/%s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH), Rows: rows}
	duck, err := openDuck(work, "ideal.parquet")
	if err != nil {
		return err
	}
	defer duck.close()
	if err := duck.copy(r, "DuckDB COPY, CPU", lines, narrow, rows); err != nil {
		return err
	}
	data := filepath.Join(work, "data")
	if slices.Contains(parts, "ingest") {
		if err := os.RemoveAll(data); err != nil {
			return err
		}
	}
	if !keep {
		defer os.RemoveAll(data)
	}
	b := &bench{bin: bin, table: "Bench_CL", columns: narrow, data: data, lines: lines, rows: rows, duck: duck, queries: real}
	all := map[string]func(*report, *bench) error{
		"ingest": ingestAll, "queries": queries, "refreshes": refreshes, "size": size, "freshness": freshness, "small": small, "compile": compile, "idle": idle, "open": opening,
		"wide": func(r *report, b *bench) error { return wide(r, b, gen, work) },
		"growth": func(r *report, b *bench) error {
			return growth(r, b, gen, work, growing, strings.TrimSuffix(out, ".json")+".svg")
		},
	}
	began := time.Now()
	for i, name := range parts {
		part, ok := all[name]
		if !ok {
			return fmt.Errorf("there is no part %q", name)
		}
		fmt.Fprintf(os.Stderr, "-- %s, part %d of %d, %v after the start\n", name, i+1, len(parts), time.Since(began).Round(time.Second))
		if err := part(r, b); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := os.WriteFile(strings.TrimSuffix(out, ".json")+".md", []byte(r.markdown()), 0o644); err != nil {
		return err
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(text, '\n'), 0o644)
}

// generate makes records, with so many more columns, once and keeps them.
func generate(gen, work string, rows, more int) (string, error) {
	name, err := filepath.Abs(filepath.Join(work, fmt.Sprintf("logs-%d-%d.jsonl", rows, more)))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	fmt.Printf("making %d records\n", rows)
	f, err := os.Create(name + ".part")
	if err != nil {
		return "", err
	}
	defer f.Close()
	cmd := exec.Command("go", "run", ".", "-n", fmt.Sprint(rows), "-columns", fmt.Sprint(more), "-start", time.Now().UTC().Add(-24*time.Hour).Truncate(time.Hour).Format(time.RFC3339))
	cmd.Dir, cmd.Stdout, cmd.Stderr = gen, f, os.Stderr
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("make records with %s: %w", gen, err)
	}
	return name, os.Rename(name+".part", name)
}
