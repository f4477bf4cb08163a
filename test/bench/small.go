package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// small asks 50 small queries a second, while 20,000 rows a second come in: the newest
// rows, and a lookup by index.
func small(r *report, b *bench) error {
	if err := b.start(); err != nil {
		return err
	}
	path, err := b.rule()
	if err != nil {
		return err
	}
	id, err := b.duck.someID()
	if err != nil {
		return err
	}
	asked := map[string]string{
		"where TimeGenerated > ago(5m) | take 10": `Bench_CL | where TimeGenerated > ago(5m) | take 10`,
		"where CorrelationId == …":                `Bench_CL | where CorrelationId == "` + id + `"`,
	}
	const seconds, rate, size = 10, 20_000, 1000
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	fail := func(err error) {
		mu.Lock()
		failed = errors.Join(failed, err)
		mu.Unlock()
	}
	began := time.Now()
	wg.Go(func() {
		for i := range rate * seconds / size {
			time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second * size / rate)))
			if _, err := b.call("POST", path, audienceIngest, freshRows(size, fmt.Sprintf("small-%d", i))); err != nil {
				fail(err)
			}
		}
	})
	took := map[string][]time.Duration{}
	for i := range 50 * seconds {
		time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / 50)))
		for name, kql := range asked {
			if i%2 == len(name)%2 {
				continue
			}
			body, err := json.Marshal(map[string]string{"query": kql})
			if err != nil {
				return err
			}
			wg.Go(func() {
				sent := time.Now()
				if _, err := b.call("POST", "/v1/workspaces/"+b.creds.WorkspaceID+"/query", audienceQuery, body); err != nil {
					fail(err)
				}
				mu.Lock()
				took[name] = append(took[name], time.Since(sent))
				mu.Unlock()
			})
		}
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	for name, all := range took {
		slices.Sort(all)
		r.add(figure{Name: "small query, 99th percentile: " + name, Yagura: all[len(all)*99/100].Seconds() * 1e3, Unit: "ms", Note: fmt.Sprintf("median %.1f ms of %d", all[len(all)/2].Seconds()*1e3, len(all))})
	}
	_, err = b.stop()
	return err
}

// freshRows are rows of now, as JSON.
func freshRows(n int, mark string) []byte {
	var rows strings.Builder
	for i := range n {
		fmt.Fprintf(&rows, `,{"TimeGenerated":%q,"Computer":"fresh","Level":"Verbose","CorrelationId":%q,"Pid":%d,"Message":"row %d of batch"}`, time.Now().UTC().Format(time.RFC3339Nano), mark, rand.IntN(65536), i)
	}
	return []byte("[" + rows.String()[1:] + "]")
}

// compile tells how long real queries take to compile and plan, on tables without rows.
func compile(r *report, b *bench) error {
	f, err := os.Open(b.queries)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Println("compile: no", b.queries)
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := b.start(); err != nil {
		return err
	}
	b.prefer = "include-statistics=true"
	defer func() { b.prefer = "" }()
	var took []float64
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var q struct{ Query string }
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return fmt.Errorf("%s: %w", b.queries, err)
		}
		body, err := json.Marshal(map[string]string{"query": q.Query})
		if err != nil {
			return err
		}
		text, err := b.call("POST", "/v1/workspaces/"+b.creds.WorkspaceID+"/query", audienceQuery, body)
		if err != nil {
			continue // of tables that nobody has made here
		}
		var answer struct {
			Statistics struct {
				Query struct{ CompileSeconds float64 }
			}
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			return err
		}
		took = append(took, answer.Statistics.Query.CompileSeconds*1e3)
	}
	if len(took) == 0 {
		return errors.New("compile: no query was answered")
	}
	slices.Sort(took)
	r.add(figure{Name: "compile and plan a real query, median", Yagura: took[len(took)/2], Unit: "ms", Note: fmt.Sprintf("99th percentile %.1f ms of %d", took[len(took)*99/100], len(took))})
	_, err = b.stop()
	return errors.Join(err, lines.Err())
}
