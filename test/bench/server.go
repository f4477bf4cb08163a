package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"
)

func newZstd(w io.Writer) (io.WriteCloser, error) {
	return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedDefault))
}

// bench is the server under test and what it is fed.
type bench struct {
	bin, data, lines string
	rows             int
	table            string   // that they go to
	columns          []string // its columns, each a name and a type
	duck             *duck
	written          float64 // bytes, by servers that are stopped
	queries          string  // file of real queries
	prefer           string  // what queries ask for besides rows
	suffix           string  // of the names of figures

	cmd    *exec.Cmd
	creds  struct{ HTTP, WorkspaceID, TenantID, ClientID, ClientSecret, SubscriptionID, ResourceGroup, WorkspaceName string }
	tokens map[string]string
	client *http.Client
}

// start runs the server, with further settings, and waits until it takes and answers.
func (b *bench) start(more ...string) error {
	b.cmd = exec.Command(b.bin, append([]string{"serve", "-data", b.data, "-http", "127.0.0.1:0", "-https", "", "-log-level", "error", "-memory", "2048", "-query-rate", "0", "-rule-requests", "0", "-rule-bytes", "0"}, more...)...)
	b.cmd.Stderr = os.Stderr
	b.client, b.tokens = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}, map[string]string{}
	b.compressed(false)
	file := filepath.Join(b.data, "credentials.json")
	_ = os.Remove(file + ".old")
	before, _ := os.Stat(file)
	if err := b.cmd.Start(); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		st, err := os.Stat(file)
		if err != nil || before != nil && st.ModTime().Equal(before.ModTime()) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil || json.Unmarshal(text, &b.creds) != nil {
			continue
		}
		res, err := b.client.Get(b.creds.HTTP + "/healthz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return errors.New("the server did not start")
}

// compressed sets whether answers come compressed, which costs more than to send them on one
// machine. What DuckDB answers never is.
func (b *bench) compressed(yes bool) { b.client.Transport.(*http.Transport).DisableCompression = !yes }

// stop ends the server and returns the CPU that it used.
func (b *bench) stop() (time.Duration, error) {
	if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	err := b.cmd.Wait()
	return b.cmd.ProcessState.UserTime() + b.cmd.ProcessState.SystemTime(), err
}

// call sends a request and returns its answer.
func (b *bench) call(method, path, audience string, body []byte) ([]byte, error) {
	var text bytes.Buffer
	err := b.send(&text, method, path, audience, body)
	return text.Bytes(), err
}

// send sends a request and writes its answer to w.
func (b *bench) send(w io.Writer, method, path, audience string, body []byte) error {
	token := b.tokens[audience]
	if token == "" {
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {b.creds.ClientID}, "client_secret": {b.creds.ClientSecret}, "scope": {audience + "/.default"}}
		res, err := b.client.PostForm(b.creds.HTTP+"/"+b.creds.TenantID+"/oauth2/v2.0/token", form)
		if err != nil {
			return err
		}
		var answer struct {
			Token string `json:"access_token"`
		}
		err = json.NewDecoder(res.Body).Decode(&answer)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			return err
		}
		token = answer.Token
		b.tokens[audience] = token
	}
	for {
		req, err := http.NewRequest(method, b.creds.HTTP+path, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		if b.prefer != "" {
			req.Header.Set("Prefer", b.prefer)
		}
		res, err := b.client.Do(req)
		if err != nil {
			return err
		}
		to := w
		var refused bytes.Buffer
		if res.StatusCode >= 300 {
			to = &refused
		}
		_, err = io.Copy(to, res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			return err
		}
		switch {
		case res.StatusCode == http.StatusTooManyRequests:
			time.Sleep(100 * time.Millisecond)
		case res.StatusCode >= 300:
			return fmt.Errorf("%s %s: %d %.300s", method, path, res.StatusCode, &refused)
		default:
			return nil
		}
	}
}

const (
	audienceARM    = "https://management.azure.com"
	audienceQuery  = "https://api.loganalytics.io"
	audienceIngest = "https://monitor.azure.com"
)

// narrow are the columns of the load generator.
var narrow = []string{"TimeGenerated:datetime", "Computer:string", "Source:string", "Level:string", "Pid:int", "DurationMs:real", "CorrelationId:string", "Message:string"}

// rule makes the table and its data collection rule, and returns where rows go.
func (b *bench) rule() (string, error) {
	group := "/subscriptions/" + b.creds.SubscriptionID + "/resourceGroups/" + b.creds.ResourceGroup + "/providers/"
	workspace := group + "Microsoft.OperationalInsights/workspaces/" + b.creds.WorkspaceName
	stream := "Custom-" + b.table
	var cols []map[string]string
	for _, c := range b.columns {
		name, typ, _ := strings.Cut(c, ":")
		cols = append(cols, map[string]string{"name": name, "type": typ})
	}
	body, err := json.Marshal(map[string]any{"properties": map[string]any{"schema": map[string]any{"name": b.table, "columns": cols}}})
	if err != nil {
		return "", err
	}
	if _, err := b.call("PUT", workspace+"/tables/"+b.table+"?api-version=2022-10-01", audienceARM, body); err != nil {
		return "", err
	}
	body, err = json.Marshal(map[string]any{"location": "local", "kind": "Direct", "properties": map[string]any{
		"streamDeclarations": map[string]any{stream: map[string]any{"columns": cols}},
		"destinations":       map[string]any{"logAnalytics": []any{map[string]string{"name": "w", "workspaceResourceId": workspace}}},
		"dataFlows":          []any{map[string]any{"streams": []string{stream}, "destinations": []string{"w"}, "transformKql": "source", "outputStream": stream}},
	}})
	if err != nil {
		return "", err
	}
	text, err := b.call("PUT", group+"Microsoft.Insights/dataCollectionRules/"+b.table+"?api-version=2023-03-11", audienceARM, body)
	if err != nil {
		return "", err
	}
	var made struct{ Properties struct{ ImmutableID string } }
	if err := json.Unmarshal(text, &made); err != nil {
		return "", err
	}
	return "/dataCollectionRules/" + made.Properties.ImmutableID + "/streams/" + stream + "?api-version=2023-01-01", nil
}

// batches gives the lines as JSON arrays of just under 1 MB.
func batches(name string, f func(body []byte, rows int) error) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	sc := bufio.NewScanner(in)
	sc.Buffer(make([]byte, 1<<20), 1<<20)
	buf, n := []byte{'['}, 0
	for sc.Scan() {
		if len(buf)+len(sc.Bytes())+2 > 1_000_000 {
			if err := f(append(buf, ']'), n); err != nil {
				return err
			}
			buf, n = append(make([]byte, 0, 1<<20), '['), 0
		}
		if n > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, sc.Bytes()...)
		n++
	}
	if n > 0 {
		if err := f(append(buf, ']'), n); err != nil {
			return err
		}
	}
	return sc.Err()
}

// ingestAll sends every record over HTTP and reports what that costs the server, until
// all of it is in extents.
func ingestAll(r *report, b *bench) error {
	if err := b.start(); err != nil {
		return err
	}
	path, err := b.rule()
	if err != nil {
		return err
	}
	const senders = 4
	work := make(chan []byte, senders)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	var slow []time.Duration
	began := time.Now()
	for range senders {
		wg.Go(func() {
			for body := range work {
				sent := time.Now()
				_, err := b.call("POST", path, audienceIngest, body)
				mu.Lock()
				failed = errors.Join(failed, err)
				slow = append(slow, time.Since(sent))
				mu.Unlock()
			}
		})
	}
	peak := b.watchMemory()
	err = batches(b.lines, func(body []byte, _ int) error { work <- body; return nil })
	close(work)
	wg.Wait()
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	took := time.Since(began)
	rss := peak()
	b.written += b.writes()
	used, err := b.stop()
	if err != nil {
		return err
	}
	slices.Sort(slow)
	r.add(figure{Name: "ingest over HTTP to extents, CPU" + b.suffix, Yagura: used.Seconds() * 1e6 / float64(b.rows), Baseline: b.duck.load, Unit: "µs/row", Note: fmt.Sprintf("%.0f rows/s", float64(b.rows)/took.Seconds())})
	r.add(figure{Name: "ingest, largest RSS" + b.suffix, Yagura: rss, Unit: "MB"})
	r.add(figure{Name: "ingest, slowest acknowledgement" + b.suffix, Yagura: slow[len(slow)-1].Seconds() * 1e3, Unit: "ms", Note: fmt.Sprintf("99th percentile %.0f ms", slow[len(slow)*99/100].Seconds()*1e3)})
	return nil
}

// resident is the server's resident memory in MB; 0 if that cannot be known.
func (b *bench) resident() float64 {
	var total, resident float64
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", b.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	if n, _ := fmt.Sscan(string(text), &total, &resident); n < 2 {
		return 0
	}
	return resident * float64(os.Getpagesize()) / 1e6
}

// watchMemory samples the server's resident memory until the function that it
// returns is called, which gives the largest, in MB.
func (b *bench) watchMemory() func() float64 {
	stop, result := make(chan struct{}), make(chan float64)
	go func() {
		var most float64
		for {
			select {
			case <-stop:
				result <- most
				return
			case <-time.After(50 * time.Millisecond):
			}
			most = max(most, b.resident())
		}
	}()
	return func() float64 { close(stop); return <-result }
}

// medians runs two ways to do a thing by turns, so that what else the machine does meets
// both, and returns how long each takes.
func medians(runs int, ours, base func() error) (o, b time.Duration, err error) {
	var all [2][]time.Duration
	for i := range runs + 1 {
		for k, f := range []func() error{base, ours} {
			began := time.Now()
			if err := f(); err != nil {
				return 0, 0, err
			}
			if i > 0 { // the first warms up
				all[k] = append(all[k], time.Since(began))
			}
		}
	}
	slices.Sort(all[0])
	slices.Sort(all[1])
	return all[1][runs/2], all[0][runs/2], nil
}
