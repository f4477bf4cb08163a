package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/yagura/yagura/engine"
)

// hard are queries that would run for minutes, each in another operator or function.
var hard = map[string]string{
	"range":           `range x from 1 to 100000000000 step 1 | count`,
	"filter":          `range x from 1 to 100000000000 step 1 | where x % 7 == 8`,
	"regex":           `range x from 1 to 10000000000 step 1 | where strcat("aaaaaaaaaaaaaaaaaaaa", x) matches regex "(a+)+b(c|d)*e$"`,
	"one array":       `range x from 1 to 1000 step 1 | extend l = range(x, x + 1000000, 1) | extend t = tostring(zip(l, l)) | where parse_json(t) has "z"`,
	"one text":        `range x from 1 to 1000 step 1 | extend t = tostring(range(x, x + 1000000, 1)) | where array_length(extract_all("([0-9])([0-9])", t)) < 0`,
	"one URL":         `range x from 1 to 1000 step 1 | extend t = strcat("a=1&", replace_string(tostring(range(x, x + 1000000, 1)), ",", "=1&")) | where parse_urlquery(t) has "z"`,
	"one agent":       `range x from 1 to 10000000 step 1 | extend t = strrep("Mozilla/5.0 (X11; Linux) ", 1024) | where parse_user_agent(strcat(t, x), "browser") has "z"`,
	"one text's keys": `range x from 1 to 1000 step 1 | extend t = tostring(range(x, x + 1000000, 1)) | parse-kv t as (a:long) with (pair_delimiter = ",", kv_delimiter = ":") | where a > 1`,
	"long texts":      `range x from 1 to 1000000 step 1 | extend s = strcat(strrep("ab", 20000), x) | where s matches regex "(a|b)*c"`,
	"sort":            `range x from 1 to 100000000 step 1 | extend h = hash(x) | sort by h`,
	"join":            `range x from 1 to 1000000 step 1 | extend k = x % 3 | join kind=inner (range y from 1 to 1000000 step 1 | extend k = y % 3) on k | count`,
	"left side":       `range x from 1 to 3000000000 step 1 | join kind=leftouter (range x from 1 to 10 step 1) on x | count`,
	"summarize":       `range x from 1 to 1000000000 step 1 | summarize count() by h = hash(x) | count`,
	"percentiles":     `range x from 1 to 1000000000 step 1 | summarize percentiles(x, 5, 50), dcount(x), make_set(x, 10), hll(x)`,
	"make-series":     `range x from 1 to 20000000 step 1 | extend t = datetime(2026-01-01) + x * 1ms, k = x % 100000 | make-series count() on t from datetime(2026-01-01) to datetime(2026-01-02) step 1m by k`,
	"mv-expand":       `range x from 1 to 10000000 step 1 | extend a = range(1, 10000, 1) | mv-expand a | count`,
	"mv-apply":        `range x from 1 to 10000000 step 1 | mv-apply a = range(1, 1000, 1) on (summarize sum(toint(a))) | count`,
	"partition":       `range x from 1 to 3000000 step 1 | extend k = x % 1000000 | partition hint.strategy=native by k (top 1 by x) | count`,
	"top":             `range x from 1 to 100000000000 step 1 | top 5 by hash(x)`,
	"top-nested":      `range x from 1 to 300000000 step 1 | top-nested 3 of hash(x, 1000) by count(), top-nested 3 of x by count()`,
	"serialize":       `range x from 1 to 100000000 step 1 | serialize | extend p = prev(x), s = row_cumsum(x) | count`,
	"scan":            `range x from 1 to 100000000 step 1 | scan declare (s:long = 0) with (step a: true => s = a.s + x;) | count`,
	"parse":           `range x from 1 to 1000000000 step 1 | extend s = strcat("a=", x, " b=c") | parse s with "a=" a:long " b=" b | count`,
	"parse-kv":        `range x from 1 to 1000000000 step 1 | extend s = strcat("a=", x, " b=c") | parse-kv s as (a:long, b:string) with (pair_delimiter = " ", kv_delimiter = "=") | count`,
	"json":            `range x from 1 to 1000000000 step 1 | extend d = parse_json(strcat('{"a":[', x, ',2,3]}')) | summarize sum(tolong(d.a[0]))`,
	"arrays":          `range x from 1 to 1000000 step 1 | extend a = range(x, x + 50000, 1) | summarize sum(tolong(array_sort_desc(a)[0]))`,
	"series":          `range x from 1 to 1000000 step 1 | extend a = range(x, x + 10000, 1) | summarize sum(toreal(series_fir(a, repeat(1, 1000))[0]))`,
	"subquery":        `print toscalar(range x from 1 to 100000000000 step 1 | where x < 0 | count)`,
	"materialize":     `let m = materialize(range x from 1 to 100000000000 step 1 | where x < 0); union m, m | count`,
	"in":              `range x from 1 to 10 step 1 | where x in ((range y from 1 to 100000000000 step 1 | where y < 0))`,
	"union":           `union (range x from 1 to 100000000000 step 1), (range x from 1 to 100000000000 step 1) | where x < 0`,
	"sample":          `range x from 1 to 100000000000 step 1 | sample 3`,
	"sample-distinct": `range x from 1 to 100000000000 step 1 | extend k = x % 2 | sample-distinct 3 of k`,
	"reduce":          `range x from 1 to 1000000000 step 1 | extend s = strcat("word ", hash(x), " end") | reduce by s`,
	"autocluster":     `range x from 1 to 3000000 step 1 | extend a = x % 13, b = x % 17, c = x % 19, d = hash(x, 5), e = hash(x, 7) | evaluate basket(0.001)`,
	"graph":           `range x from 1 to 3000 step 1 | extend d = (x * 7) % 3000 | union (range x from 1 to 3000 step 1 | extend d = (x * 11) % 3000), (range x from 1 to 3000 step 1 | extend d = (x * 13) % 3000) | make-graph x --> d | graph-match (a)-[e*1..14]->(b) project n = array_length(map(e, x)) | count`,
	"search":          `range x from 1 to 100000000000 step 1 | extend s = strcat("hay", x) | search "needle"`,
	"long expression": `range x from 1 to 1000000000 step 1 | where hash_sha256(hash_sha256(hash_sha256(hash_md5(tostring(x))))) has "zz"`,
	"fork":            `range x from 1 to 100000000000 step 1 | fork (where x < 0) (where x < 1)`,
	"window sessions": `range x from 1 to 100000000 step 1 | extend t = datetime(2026-01-01) + x * 1s | sort by t asc | extend s = row_window_session(t, 1h, 1m) | count`,
	"geometry":        `range x from 1 to 1000000000 step 1 | extend d = geo_distance_2points(x % 180, x % 90, 10.0, 20.0) | summarize max(d)`,
}

// TestCancel cancels queries in the middle of their work, and waits until the one place
// that there is has been given back.
func TestCancel(t *testing.T) {
	for name, text := range hard {
		t.Run(name, func(t *testing.T) {
			e := engine.New(nil, nil, engine.Options{Concurrent: 1, MaxMemory: 2 << 30})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- drain(ctx, e, text) }()
			select {
			case err := <-done:
				cancel()
				if !errors.Is(err, engine.ErrMemory) { // it had no time to fill the memory
					t.Fatalf("it ended: %v", err)
				}
				return
			case <-time.After(100 * time.Millisecond):
			}
			cancelled := time.Now()
			cancel()
			select {
			case err := <-done:
				t.Logf("%v after %v", err, time.Since(cancelled).Round(time.Millisecond))
				if !errors.Is(err, context.Canceled) {
					t.Errorf("it ended with %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("it goes on")
			}
			if err := drain(t.Context(), e, "print 1"); err != nil {
				t.Errorf("the place is not free: %v", err)
			}
		})
	}
}

// drain reads a query's answer to its end.
func drain(ctx context.Context, e *engine.Engine, text string) (err error) {
	res, err := e.Query(ctx, engine.Request{Workspace: "w", Text: text})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Close()) }()
	for _, tb := range res.Tables {
		for {
			_, err := tb.Rows.Next(ctx)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// TestCancelCompiling cancels a query that takes long to compile.
func TestCancelCompiling(t *testing.T) {
	text := "range x from 1 to 10 step 1"
	for i := range 2000 {
		text += fmt.Sprintf(" | extend c%d = x + %d", i, i)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, context.Canceled)
	defer cancel()
	began := time.Now()
	_, err := engine.New(nil, nil, engine.Options{}).Query(ctx, engine.Request{Workspace: "w", Text: text})
	if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after %v it ended with %v", time.Since(began), err)
	}
	t.Logf("%v after %v", err, time.Since(began))
}
