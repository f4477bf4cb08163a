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

func main() {
	bin := flag.String("bin", "bin/yagura", "the binary to measure")
	rows := flag.Int("rows", 5_000_000, "records")
	gen := flag.String("gen", "../shared/bench/gen", "folder of the load generator")
	work := flag.String("work", ".cache/bench", "folder for data")
	out := flag.String("out", ".cache/bench/report.json", "file for the figures")
	keep := flag.Bool("keep", false, "keep the server's data")
	parts := flag.String("parts", "ingest,size,queries,refreshes,freshness", "what to measure; without ingest, of data that was kept")
	flag.Parse()
	log.SetFlags(0)
	if err := run(*bin, *rows, *gen, *work, *out, *keep, strings.Split(*parts, ",")); err != nil {
		log.Fatal("bench: ", err)
	}
}

func run(bin string, rows int, gen, work, out string, keep bool, parts []string) error {
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	lines, err := generate(gen, work, rows)
	if err != nil {
		return err
	}
	r := &report{Date: time.Now().UTC().Format("2006-01-02"), Machine: fmt.Sprintf("%d processors, %s/%s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH), Rows: rows}
	duck, err := openDuck(work)
	if err != nil {
		return err
	}
	defer duck.close()
	if err := duck.load(r, lines, rows); err != nil {
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
	for _, name := range parts {
		part, ok := map[string]func(*report, *bench) error{"ingest": ingestAll, "size": size, "queries": queries, "refreshes": refreshes, "freshness": freshness}[name]
		if !ok {
			return fmt.Errorf("there is no part %q", name)
		}
		b := &bench{bin: bin, data: data, lines: lines, rows: rows, duck: duck}
		if err := part(r, b); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(text, '\n'), 0o644)
}

// generate makes the records once and keeps them.
func generate(gen, work string, rows int) (string, error) {
	name, err := filepath.Abs(filepath.Join(work, fmt.Sprintf("logs-%d.jsonl", rows)))
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
	cmd := exec.Command("go", "run", ".", "-n", fmt.Sprint(rows), "-start", time.Now().UTC().Add(-24*time.Hour).Truncate(time.Hour).Format(time.RFC3339))
	cmd.Dir, cmd.Stdout, cmd.Stderr = gen, f, os.Stderr
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("make records with %s: %w", gen, err)
	}
	return name, os.Rename(name+".part", name)
}
