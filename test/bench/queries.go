package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// pairs are the same questions in KQL and in DuckDB's SQL.
var pairs = []struct{ name, kql, sql string }{
	{"count", `Bench_CL | count`, `SELECT count(*) FROM t`},
	{"count by Level", `Bench_CL | summarize count() by Level`, `SELECT Level, count(*) FROM t GROUP BY 1`},
	{"count by hour", `Bench_CL | summarize count() by bin(TimeGenerated, 1h)`, `SELECT time_bucket(INTERVAL 1 HOUR, TimeGenerated), count(*) FROM t GROUP BY 1`},
	{"count, avg by hour and computer", `Bench_CL | summarize count(), avg(DurationMs) by bin(TimeGenerated, 1h), Computer`, `SELECT time_bucket(INTERVAL 1 HOUR, TimeGenerated), Computer, count(*), avg(DurationMs) FROM t GROUP BY 1, 2`},
	{"needle", `Bench_CL | where Message has "needle-7f3a9c" | project TimeGenerated, Computer, Message`, `SELECT TimeGenerated, Computer, Message FROM t WHERE regexp_matches(Message, '(?i)\bneedle-7f3a9c\b')`},
	{"top 100 by duration", `Bench_CL | top 100 by DurationMs desc | project TimeGenerated, Computer, DurationMs`, `SELECT TimeGenerated, Computer, DurationMs FROM t ORDER BY DurationMs DESC LIMIT 100`},
	{"distinct computer, source", `Bench_CL | distinct Computer, Source`, `SELECT DISTINCT Computer, Source FROM t`},
	{"join errors with their computers", `Bench_CL | where Level == "Critical" | summarize bad = count() by Computer | join kind=inner (Bench_CL | summarize total = count() by Computer) on Computer | project Computer, bad, total`,
		`SELECT a.Computer, bad, total FROM (SELECT Computer, count(*) bad FROM t WHERE Level = 'Critical' GROUP BY 1) a JOIN (SELECT Computer, count(*) total FROM t GROUP BY 1) b ON a.Computer = b.Computer`},
}

func queries(r *report, b *bench) error {
	if err := b.start(); err != nil {
		return err
	}
	if _, err := b.duck.db.Exec(`CREATE OR REPLACE VIEW t AS SELECT * FROM read_parquet('` + b.duck.parquet + `')`); err != nil {
		return err
	}
	for _, p := range pairs {
		base, err := b.duck.time(p.sql, 5)
		if err != nil {
			return err
		}
		body, err := json.Marshal(map[string]string{"query": p.kql})
		if err != nil {
			return err
		}
		ours, err := median(5, func() error {
			_, err := b.call("POST", "/v1/workspaces/"+b.creds.WorkspaceID+"/query", audienceQuery, body)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", p.kql, err)
		}
		r.add(figure{Name: "query: " + p.name, Yagura: ours.Seconds() * 1e3, Baseline: base.Seconds() * 1e3, Unit: "ms"})
	}
	_, err := b.stop()
	return err
}

// freshness sends 20,000 rows a second and asks for the newest all the time: how long
// from sending a batch until a query sees it.
func freshness(r *report, b *bench) error {
	if err := b.start(); err != nil {
		return err
	}
	path, err := b.rule()
	if err != nil {
		return err
	}
	const rate, size, seconds = 20_000, 1000, 10
	var seen []time.Duration
	began := time.Now()
	for i := range rate * seconds / size {
		time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second * size / rate)))
		var rows strings.Builder
		mark := fmt.Sprintf("fresh-%d-%d", began.UnixNano(), i)
		for n := range size {
			if n > 0 {
				rows.WriteByte(',')
			}
			fmt.Fprintf(&rows, `{"TimeGenerated":%q,"Computer":"fresh","Level":"Verbose","CorrelationId":%q,"Message":"row %d of batch %d"}`, time.Now().UTC().Format(time.RFC3339Nano), mark, n, i)
		}
		sent := time.Now()
		if _, err := b.call("POST", path, audienceIngest, []byte("["+rows.String()+"]")); err != nil {
			return err
		}
		if i%5 != 0 {
			continue
		}
		body := []byte(`{"query":"Bench_CL | where TimeGenerated > ago(5m) and CorrelationId == '` + mark + `' | count"}`)
		for {
			text, err := b.call("POST", "/v1/workspaces/"+b.creds.WorkspaceID+"/query", audienceQuery, body)
			if err != nil {
				return err
			}
			if strings.Contains(string(text), fmt.Sprintf(`"rows":[[%d]]`, size)) {
				break
			}
		}
		seen = append(seen, time.Since(sent))
	}
	slices.Sort(seen)
	note := fmt.Sprintf("%d batches watched at %.0f rows/s", len(seen), float64(rate*seconds)/time.Since(began).Seconds())
	r.add(figure{Name: "from sending to visible, 50th percentile", Yagura: seen[len(seen)/2].Seconds() * 1e3, Unit: "ms", Note: note})
	r.add(figure{Name: "from sending to visible, 99th percentile", Yagura: seen[len(seen)*99/100].Seconds() * 1e3, Unit: "ms"})
	_, err = b.stop()
	return err
}
