package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// pair is the same question in KQL and in DuckDB's SQL.
type pair struct{ name, kql, sql string }

var pairs = []pair{
	{"count", `Bench_CL | count`, `SELECT count(*) FROM t`},
	{"count by Level", `Bench_CL | summarize count() by Level`, `SELECT Level, count(*) FROM t GROUP BY 1`},
	{"count by hour", `Bench_CL | summarize count() by bin(TimeGenerated, 1h)`, `SELECT time_bucket(INTERVAL 1 HOUR, TimeGenerated), count(*) FROM t GROUP BY 1`},
	{"count, avg by hour and computer", `Bench_CL | summarize count(), avg(DurationMs) by bin(TimeGenerated, 1h), Computer`, `SELECT time_bucket(INTERVAL 1 HOUR, TimeGenerated), Computer, count(*), avg(DurationMs) FROM t GROUP BY 1, 2`},
	{"needle", `Bench_CL | where Message has "needle-7f3a9c" | project TimeGenerated, Computer, Message`, `SELECT TimeGenerated, Computer, Message FROM t WHERE regexp_matches(Message, '(?i)\bneedle-7f3a9c\b')`},
	{"top 100 by duration", `Bench_CL | top 100 by DurationMs desc | project TimeGenerated, Computer, DurationMs`, `SELECT TimeGenerated, Computer, DurationMs FROM t ORDER BY DurationMs DESC LIMIT 100`},
	{"distinct computer, source", `Bench_CL | distinct Computer, Source`, `SELECT DISTINCT Computer, Source FROM t`},
	{"join errors with their computers", `Bench_CL | where Level == "Critical" | summarize bad = count() by Computer | join kind=inner (Bench_CL | summarize total = count() by Computer) on Computer | project Computer, bad, total`,
		`SELECT a.Computer, bad, total FROM (SELECT Computer, count(*) bad FROM t WHERE Level = 'Critical' GROUP BY 1) a JOIN (SELECT Computer, count(*) total FROM t GROUP BY 1) b ON a.Computer = b.Computer`},

	// The forms that people's queries have most often.
	{"count of errors by source", `Bench_CL | where Level in ("Error", "Critical") | summarize n = count() by Source | order by n desc`, `SELECT Source, count(*) AS n FROM t WHERE Level IN ('Error', 'Critical') GROUP BY 1 ORDER BY n DESC`},
	{"countif by 5 minutes", `Bench_CL | summarize bad = countif(Level == "Error"), all = count() by bin(TimeGenerated, 5m)`, `SELECT time_bucket(INTERVAL 5 MINUTE, TimeGenerated), count(*) FILTER (WHERE Level = 'Error'), count(*) FROM t GROUP BY 1`},
	{"share of errors by computer", `Bench_CL | summarize bad = countif(Level == "Error"), all = count() by Computer | extend share = 100.0 * bad / all | top 10 by share`, `SELECT Computer, bad, n, 100.0 * bad / n AS share FROM (SELECT Computer, count(*) FILTER (WHERE Level = 'Error') bad, count(*) n FROM t GROUP BY 1) ORDER BY share DESC LIMIT 10`},
	{"min, max, avg, sum by source", `Bench_CL | summarize min(DurationMs), max(DurationMs), avg(DurationMs), sum(DurationMs) by Source`, `SELECT Source, min(DurationMs), max(DurationMs), avg(DurationMs), sum(DurationMs) FROM t GROUP BY 1`},
	{"dcount of computers by hour", `Bench_CL | summarize dcount(Computer) by bin(TimeGenerated, 1h)`, `SELECT time_bucket(INTERVAL 1 HOUR, TimeGenerated), approx_count_distinct(Computer) FROM t GROUP BY 1`},
	{"dcount of correlation ids", `Bench_CL | summarize dcount(CorrelationId)`, `SELECT approx_count_distinct(CorrelationId) FROM t`},
	{"percentiles by source", `Bench_CL | summarize percentiles(DurationMs, 50, 95, 99) by Source`, `SELECT Source, approx_quantile(DurationMs, [0.5, 0.95, 0.99]) FROM t GROUP BY 1`},
	{"the last row of each computer", `Bench_CL | summarize arg_max(TimeGenerated, Level, Message) by Computer`, `SELECT Computer, max(TimeGenerated), arg_max(Level, TimeGenerated), arg_max(Message, TimeGenerated) FROM t GROUP BY 1`},
	{"sources of each computer", `Bench_CL | summarize make_set(Source) by Computer`, `SELECT Computer, list(DISTINCT Source) FROM t GROUP BY 1`},
	{manyRows, `Bench_CL | where TimeGenerated between (ago({HOUR}h) .. ago({NEXT}h)) and Level == "Error" | project TimeGenerated, Computer, Message`, `SELECT TimeGenerated, Computer, Message FROM t WHERE TimeGenerated >= now()::TIMESTAMP - INTERVAL {HOUR} HOUR AND TimeGenerated <= now()::TIMESTAMP - INTERVAL {NEXT} HOUR AND Level = 'Error'`},
	{"newest errors", `Bench_CL | where Level == "Error" | top 50 by TimeGenerated desc | project TimeGenerated, Computer, Message`, `SELECT TimeGenerated, Computer, Message FROM t WHERE Level = 'Error' ORDER BY TimeGenerated DESC LIMIT 50`},
	{"take 10", `Bench_CL | where TimeGenerated > ago(20h) | take 10`, `SELECT * FROM t WHERE TimeGenerated > now()::TIMESTAMP - INTERVAL 20 HOUR LIMIT 10`},
	{"one correlation id", `Bench_CL | where CorrelationId == "CORRELATION" | project TimeGenerated, Computer, Message`, `SELECT TimeGenerated, Computer, Message FROM t WHERE CorrelationId = 'CORRELATION'`},
	{"join with one id", `datatable(CorrelationId:string)["CORRELATION"] | join kind=inner Bench_CL on CorrelationId | project TimeGenerated, Computer, Message`, `SELECT TimeGenerated, Computer, Message FROM (VALUES ('CORRELATION')) AS v(id) JOIN t ON CorrelationId = id`},
	{"contains", `Bench_CL | where Message contains "timeout" | summarize count() by Source`, `SELECT Source, count(*) FROM t WHERE contains(lower(Message), 'timeout') GROUP BY 1`},
	{"matches regex", `Bench_CL | where Message matches regex "user[0-9]+ .*denied|error [45][0-9][0-9]" | count`, `SELECT count(*) FROM t WHERE regexp_matches(Message, 'user[0-9]+ .*denied|error [45][0-9][0-9]')`},
	{"extract", `Bench_CL | where Source == "Linux" | extend pid = extract("pid=([0-9]+)", 1, Message) | where isnotempty(pid) | summarize count() by pid | top 10 by count_`, `SELECT regexp_extract(Message, 'pid=([0-9]+)', 1) AS pid, count(*) AS n FROM t WHERE Source = 'Linux' AND regexp_extract(Message, 'pid=([0-9]+)', 1) <> '' GROUP BY 1 ORDER BY n DESC LIMIT 10`},
	{"case", `Bench_CL | extend speed = case(DurationMs < 10, "fast", DurationMs < 100, "fair", "slow") | summarize count() by speed, Level`, `SELECT CASE WHEN DurationMs < 10 THEN 'fast' WHEN DurationMs < 100 THEN 'fair' ELSE 'slow' END AS speed, Level, count(*) FROM t GROUP BY 1, 2`},
	{"computers without errors in an hour", `Bench_CL | summarize by Computer | join kind=leftanti (Bench_CL | where TimeGenerated > ago(23h) and Level == "Critical" and DurationMs > 400) on Computer`, `SELECT DISTINCT Computer FROM t WHERE Computer NOT IN (SELECT Computer FROM t WHERE TimeGenerated > now()::TIMESTAMP - INTERVAL 23 HOUR AND Level = 'Critical' AND DurationMs > 400)`},
	{"startswith, strcat", `Bench_CL | where Computer startswith "node-01" | extend key = strcat(Computer, "/", Source) | summarize count(), max(DurationMs) by key`, `SELECT Computer || '/' || Source AS k, count(*), max(DurationMs) FROM t WHERE Computer ILIKE 'node-01%' GROUP BY 1`},
	{"series of an hour each", `Bench_CL | make-series n = count() default = 0 on TimeGenerated from ago(24h) to now() step 1h by Level`, `SELECT Level, list(n ORDER BY h) FROM (SELECT Level, time_bucket(INTERVAL 1 HOUR, TimeGenerated) AS h, count(*) AS n FROM t GROUP BY 1, 2) GROUP BY 1`},
}

// queries compares answers that are made anew each time.
func queries(r *report, b *bench) error {
	return compare(r, b, pairs, "query: ", "-query-remember", "0")
}

// refreshes compares answers of queries that were asked before, as a dashboard does, of
// rows of which most were there then.
func refreshes(r *report, b *bench) error { return compare(r, b, pairs, "asked again: ") }

// compare asks both, of the extents as ingestion has left them: nothing is merged meanwhile.
func compare(r *report, b *bench, pairs []pair, what string, args ...string) error {
	if err := b.start(append(args, "-compact", "1h")...); err != nil {
		return err
	}
	id, err := b.duck.someID()
	if err != nil {
		return err
	}
	of := strings.NewReplacer("CORRELATION", id)
	for _, p := range pairs {
		p.kql, p.sql = of.Replace(p.kql), of.Replace(p.sql)
		ours, base, err := b.time(p, 5)
		if err != nil {
			return err
		}
		r.add(figure{Name: what + p.name, Yagura: ours.Seconds() * 1e3, Baseline: base.Seconds() * 1e3, Unit: "ms"})
		if p.name != manyRows {
			continue
		}
		b.compressed(true)
		if ours, base, err = b.time(p, 5); err != nil {
			return err
		}
		b.compressed(false)
		r.add(figure{Name: what + p.name + ", compressed", Yagura: ours.Seconds() * 1e3, Baseline: base.Seconds() * 1e3, Unit: "ms", Note: "DuckDB compresses nothing"})
	}
	_, err = b.stop()
	return err
}

// manyRows is the pair whose answer is large: it is asked for compressed too.
const manyRows = "errors of an hour"

// hours are before how many hours one begins that is asked about, in turn: how many extents
// and row groups it cuts is chance.
var hours = []int{6, 9, 12, 15, 20}

// time asks a question of the server and of DuckDB, several times, and returns the medians.
// The answers of both are read to their ends and not kept.
func (b *bench) time(p pair, runs int) (ours, base time.Duration, err error) {
	asked := 0
	at := func(text string) string {
		hour := hours[asked/2%len(hours)] // the same for both
		asked++
		return strings.NewReplacer("{HOUR}", fmt.Sprint(hour), "{NEXT}", fmt.Sprint(hour-1)).Replace(text)
	}
	return medians(runs, func() error {
		body, err := json.Marshal(map[string]string{"query": at(p.kql)})
		if err != nil {
			return err
		}
		if err := b.send(io.Discard, "POST", "/v1/workspaces/"+b.creds.WorkspaceID+"/query", audienceQuery, body); err != nil {
			return fmt.Errorf("%s: %w", p.kql, err)
		}
		return nil
	}, func() error { return b.duck.run(at(p.sql)) })
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
		mark := fmt.Sprintf("fresh-%d-%d", began.UnixNano(), i)
		rows := freshRows(size, mark)
		sent := time.Now()
		if _, err := b.call("POST", path, audienceIngest, rows); err != nil {
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
