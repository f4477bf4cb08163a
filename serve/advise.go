package serve

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/input"
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/report"
	"github.com/yagura/yagura/advise/rule"
	"github.com/yagura/yagura/advise/simulate"
	"github.com/yagura/yagura/advise/windows"
	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
)

// The page's advice: files come in, answers go out, and nothing is kept.
var adviseRoutes = []endpoint{
	{"POST /ui/advise/read", (*Server).adviseRead},
	{"POST /ui/advise/kube", (*Server).adviseKube},
	{"POST /ui/advise/simulate", (*Server).adviseSimulate},
	{"POST /ui/advise/search", (*Server).adviseSearch},
	{"GET /ui/advise/windows", (*Server).windowsFacts},
	{"POST /ui/advise/windows", (*Server).adviseWindows},
}

// useAdvice is what one must be allowed to ask for advice: it shows no data, but takes
// the server's time.
var useAdvice = control.Action{Name: "Microsoft.OperationalInsights/workspaces/read", For: []identity.Audience{identity.LogAnalytics}}

// How much one request may bring and take.
const (
	adviseBody     = 8 << 20 // of the request
	adviseText     = 4 << 20 // of all files, unpacked
	adviseFiles    = 2000
	adviseObjects  = 5000
	adviseNodes    = 500
	advisePods     = 20_000
	adviseEvents   = 5_000_000
	adviseHorizon  = 24 * time.Hour
	advisePoints   = 20_000
	adviseFindings = 2000
	adviseTime     = 30 * time.Second
	searchTime     = 120 * time.Second
	// adviseAtOnce is how many requests for advice are answered at a time, and adviseWait
	// how long one waits for its turn.
	adviseAtOnce = 2
	adviseWait   = 15 * time.Second
)

// adviseFile is a file as the page sends it: text, or a zip archive.
type adviseFile struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Zip  []byte `json:"zip"` // base64
}

// adviseRequest is a request for advice. Durations are as Go writes them: 1m30s.
type adviseRequest struct {
	Files    []adviseFile `json:"files"`
	Images   []string     `json:"images"`
	Hosts    []string     `json:"hosts"`
	Settings adviseNumbers
	Event    adviseEvent
	Goal     float64 // percent of requests that must be answered, of a search

	Isolation string
	Now       string // RFC 3339
}

// adviseNumbers are what files cannot say.
type adviseNumbers struct {
	RPS, Capacity, Connections, Cost                                float64
	Start, Request, Propagation, Provision                          string // distributions
	Drain, Database, Horizon, NodeMonitorGrace, Deregistration, Set string
	Broken                                                          bool
	Nodes, MinimumHealthy, Maximum                                  int
	Seed                                                            uint64
	Policy                                                          string
}

// adviseEvent is what happens in a simulation.
type adviseEvent struct {
	Kind, Workload, Node, Pool, Zone, NodeSurge, NodeUnavailable string
	Factor                                                       float64
	For                                                          string
}

// adviseProblem is something in a file that cannot be read.
type adviseProblem struct {
	File string       `json:"file"`
	Line int          `json:"line"`
	Text message.Text `json:"text"`
}

// advice is one request for advice, its files read.
type advice struct {
	adviseRequest
	files    *input.Files
	problems []adviseProblem
}

// advise reads a request for advice, and lets f answer it when it is its turn, for as
// long as the client waits and the time that it may take.
func (s *Server) advise(w http.ResponseWriter, r *http.Request, most time.Duration, f func(context.Context, *advice) (any, error)) error {
	if _, _, err := s.workspace(r, s.o.Workspace, useAdvice); err != nil {
		return err
	}
	in := &advice{files: input.New(), problems: []adviseProblem{}}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, adviseBody)).Decode(&in.adviseRequest); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return err
		}
		return badRequest("InvalidJsonBody", "The request's body is not the JSON of files and settings: "+err.Error())
	}
	turn, stop := context.WithTimeout(r.Context(), adviseWait)
	defer stop()
	select {
	case s.advising <- struct{}{}:
		defer func() { <-s.advising }()
	case <-turn.Done():
		if err := r.Context().Err(); err != nil {
			return err
		}
		why := message.New("Others are being given advice. Try again later.")
		return &apiError{Code: "ThrottledError", Message: why.String(), Inner: told("", why), status: http.StatusTooManyRequests, retryAfter: "5"}
	}
	ctx, cancel := context.WithTimeout(r.Context(), most)
	defer cancel()
	if err := in.read(); err != nil {
		return err
	}
	answer, err := f(ctx, in)
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, answer)
		return nil
	case errors.Is(err, simulate.ErrTooLarge):
		return refuse("TooLarge", message.Of(err))
	case errors.Is(err, context.DeadlineExceeded):
		return refuse("TooLarge", message.New("It took more than the %v that the page gives: try fewer files, or the command line", most))
	}
	return err
}

// read unpacks archives and reads what is known among the files.
func (in *advice) read() error {
	texts, order := map[string][]byte{}, []string{}
	size := 0
	add := func(name string, text []byte) error {
		name = strings.TrimLeft(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
		if size += len(text); size > adviseText {
			return refuse("TooLarge", message.New("The files have more than %d MiB of text; the command line takes more", adviseText>>20))
		}
		if len(order) >= adviseFiles {
			return refuse("TooLarge", message.New("There are more than %d files; the command line takes more", adviseFiles))
		}
		if _, twice := texts[name]; !twice {
			order = append(order, name)
		}
		texts[name] = text
		return nil
	}
	for _, f := range in.Files {
		if f.Zip != nil {
			if err := unzip(f, add, adviseText-size); err != nil {
				return err
			}
		} else if err := add(f.Name, []byte(f.Text)); err != nil {
			return err
		}
	}
	open := func(name string) ([]byte, error) {
		text, ok := texts[path.Clean(name)]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return text, nil
	}
	for _, name := range order {
		in.files.Set.Kustomize(name, texts[name])
	}
	for _, name := range order {
		if err := in.files.Add(name, texts[name], open); err != nil {
			in.problems = append(in.problems, adviseProblem{name, 1, message.Of(err)})
		}
	}
	for _, p := range in.files.Set.Problems {
		in.problems = append(in.problems, adviseProblem{p.Source.File, p.Source.Line(), message.Of(p.Err)})
	}
	for _, ref := range in.Images {
		in.files.Uses = append(in.files.Uses, windows.Use{File: ref, Line: 1, Image: ref})
	}
	if n := in.files.Set.Len() + len(in.files.Uses) + len(in.files.Projects); n > adviseObjects {
		return refuse("TooLarge", message.New("There are %d objects in the files, and the page takes %d; the command line takes more", n, adviseObjects))
	}
	return nil
}

// refuse says why a request for advice is not answered, in words that the page can say in its reader's language.
func refuse(code string, why message.Text) error { return invalid(told(code, why)) }

func told(code string, why message.Text) *innerError {
	said := message.Catalog{}
	said.Add(why)
	return &innerError{Code: code, Message: why.String(), Messages: said}
}

// unzip adds an archive's files that are known, up to an amount of text.
func unzip(f adviseFile, add func(string, []byte) error, most int) error {
	z, err := zip.NewReader(bytes.NewReader(f.Zip), int64(len(f.Zip)))
	if err != nil {
		return refuse("InvalidArchive", message.New("%s is no zip archive: %s", f.Name, err))
	}
	for _, e := range z.File {
		parts := strings.Split(strings.ReplaceAll(e.Name, `\`, "/"), "/")
		if e.FileInfo().IsDir() || !input.Knows(e.Name) || slices.ContainsFunc(parts[:len(parts)-1], input.Skips) {
			continue
		}
		text, err := unpack(e, most)
		if err != nil {
			return refuse("InvalidArchive", message.New("%s in %s cannot be unpacked: %s", e.Name, f.Name, err))
		}
		if most -= len(text); most < 0 {
			most = 0
		}
		if err := add(e.Name, text); err != nil {
			return err
		}
	}
	return nil
}

// unpack reads an entry; it does not believe what the archive says of its size.
func unpack(e *zip.File, most int) (text []byte, err error) {
	r, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return io.ReadAll(io.LimitReader(r, int64(most)+1))
}

// said tells how the problems were made.
func (in *advice) said() message.Catalog {
	c := message.Catalog{}
	for _, p := range in.problems {
		c.Add(p.Text)
	}
	return c
}

// adviseSeen is what was found in files.
type adviseSeen struct {
	Workloads []seenWorkload  `json:"workloads"`
	Nodes     []string        `json:"nodes"`
	Zones     []string        `json:"zones"`
	Pools     []string        `json:"pools"`
	Services  int             `json:"services"`
	Budgets   int             `json:"budgets"`
	Scalers   int             `json:"autoscalers"`
	Images    int             `json:"images"`
	Projects  []string        `json:"projects"`
	Others    map[string]int  `json:"others"` // kinds that pass by
	Problems  []adviseProblem `json:"problems"`
}

type seenWorkload struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Replicas int32  `json:"replicas"`
}

// adviseRead says what is in files.
func (s *Server) adviseRead(w http.ResponseWriter, r *http.Request) error {
	return s.advise(w, r, adviseTime, func(_ context.Context, in *advice) (any, error) {
		set := in.files.Set
		seen := adviseSeen{Workloads: []seenWorkload{}, Nodes: []string{}, Zones: []string{}, Pools: []string{}, Projects: []string{},
			Services: len(set.Services), Budgets: len(set.Budgets), Scalers: len(set.Autoscalers), Images: len(windows.Answers(in.files.Images())), Others: set.Others, Problems: in.problems}
		for _, v := range set.Workloads {
			seen.Workloads = append(seen.Workloads, seenWorkload{simulate.NameOf(v), v.Kind, v.Replicas})
		}
		for _, n := range simulate.NodesOf(set, 0) {
			seen.Nodes = append(seen.Nodes, n.Name)
			seen.Zones = appendNew(seen.Zones, n.Zone)
			seen.Pools = appendNew(seen.Pools, n.Pool)
		}
		for _, p := range in.files.Projects {
			seen.Projects = append(seen.Projects, p.File)
		}
		return seen, nil
	})
}

func appendNew(list []string, name string) []string {
	if name == "" || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

// adviseAnswer is findings with the rules that they are of.
type adviseAnswer struct {
	Findings []report.Finding      `json:"findings"`
	More     int                   `json:"more"` // findings that are left out
	Rules    map[string]adviseRule `json:"rules"`
	Problems []adviseProblem       `json:"problems"`
	Messages message.Catalog       `json:"messages"`
}

type adviseRule struct {
	Doc     string   `json:"doc"`
	Fix     string   `json:"fix"`
	Sources []string `json:"sources"`
}

// rules runs rules, and writes what they find.
func (in *advice) rules(ctx context.Context, now time.Time, check func(context.Context, rule.Input) ([]rule.Finding, error)) ([]rule.Finding, adviseAnswer, error) {
	out := adviseAnswer{Rules: map[string]adviseRule{}, Problems: in.problems, Messages: in.said()}
	input, err := in.input(now)
	if err != nil {
		return nil, out, err
	}
	all, err := check(ctx, input)
	if err != nil {
		return nil, out, err
	}
	shown := all[:min(len(all), adviseFindings)]
	out.Findings, out.More = report.Findings(shown), len(all)-len(shown)
	for _, f := range shown {
		out.Messages.Add(f.Reason, f.Failure)
		out.Rules[f.Rule.ID] = adviseRule{f.Rule.Doc, f.Rule.Fix, append([]string{}, f.Rule.Sources...)}
	}
	return all, out, nil
}

// input is what the rules look at.
func (in *advice) input(now time.Time) (rule.Input, error) {
	out := rule.Input{Set: in.files.Set, Images: in.files.Uses, Isolation: in.Isolation, Measured: rule.Measured{Now: now, RPS: in.Settings.RPS}}
	if in.Isolation != "" && in.Isolation != "process" && in.Isolation != "hyperv" {
		return out, refuse("InvalidSetting", message.New("There is no isolation %q: it is process or hyperv", in.Isolation))
	}
	if in.Now != "" {
		t, err := time.Parse(time.RFC3339, in.Now)
		if err != nil {
			return out, badRequest("InvalidSetting", "now: "+err.Error())
		}
		out.Measured.Now = t
	}
	for _, name := range in.Hosts {
		h, v, err := windows.ParseHost(name)
		if err != nil {
			return out, refuse("InvalidSetting", message.Of(err))
		}
		out.Hosts = append(out.Hosts, rule.Host{Host: h, Version: v})
	}
	p := settings{}
	m := &out.Measured
	m.Start, m.Request, m.Propagation, m.Provision = p.dist("start", in.Settings.Start, "").Most(), p.dist("request", in.Settings.Request, "").Most(), p.dist("propagation", in.Settings.Propagation, "").Most(), p.dist("provision", in.Settings.Provision, "").Most()
	m.Drain, m.Database = p.span("drain", in.Settings.Drain, 0), p.span("database", in.Settings.Database, 0)
	return out, p.err
}

// settings reads texts, and keeps the first that cannot be read.
type settings struct{ err error }

func (p *settings) wrong(name string, err error) {
	if p.err == nil {
		p.err = refuse("InvalidSetting", message.New("%s: %s", name, err))
	}
}

func (p *settings) dist(name, text, fallback string) simulate.Dist {
	if text == "" {
		text = fallback
	}
	if text == "" {
		return simulate.Dist{}
	}
	d, err := simulate.ParseDist(text)
	if err != nil {
		p.wrong(name, err)
	}
	return d
}

func (p *settings) span(name, text string, fallback time.Duration) time.Duration {
	if text == "" {
		return fallback
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		p.wrong(name, message.Errorf("%q is no time of nothing or more, such as 30s", text))
	}
	return d
}

// adviseKube judges files. With ?format=json or sarif the answer is as the command line
// writes it.
func (s *Server) adviseKube(w http.ResponseWriter, r *http.Request) error {
	return s.findings(w, r, func(ctx context.Context, in *advice) ([]rule.Finding, any, error) {
		all, out, err := in.rules(ctx, s.now(), rule.Check)
		return all, out, err
	})
}

// findings answers with what f says, or with a report of the findings alone.
func (s *Server) findings(w http.ResponseWriter, r *http.Request, f func(context.Context, *advice) ([]rule.Finding, any, error)) error {
	name := r.URL.Query().Get("format")
	write, ok := report.Formats[name]
	if name != "" && (!ok || name == "text") {
		return badRequest("InvalidFormat", "The format is json or sarif")
	}
	return s.advise(w, r, adviseTime, func(ctx context.Context, in *advice) (any, error) {
		all, out, err := f(ctx, in)
		if err != nil || name == "" {
			return out, err
		}
		var b bytes.Buffer
		err = write(&b, report.Report{Findings: all, Rules: rule.All(), Version: s.o.Version})
		return json.RawMessage(b.Bytes()), err
	})
}

// scenario makes a scenario of files and settings.
func (in *advice) scenario() (*simulate.Scenario, error) {
	n, e := in.Settings, in.Event
	p := settings{}
	o := simulate.Options{Seed: max(n.Seed, 1), Policy: simulate.Policy(n.Policy), Start: p.dist("start", n.Start, "10s"), Guessed: n.Start == "", Request: p.dist("request", n.Request, "200ms"),
		Propagation: p.dist("propagation", n.Propagation, "1s"), Provision: p.dist("provision", n.Provision, "2m"), RPS: n.RPS, Capacity: n.Capacity, Connections: n.Connections, Cost: n.Cost,
		Drain: p.span("drain", n.Drain, 0), Broken: n.Broken, Horizon: min(p.span("horizon", n.Horizon, 2*time.Hour), adviseHorizon), NodeMonitorGrace: p.span("nodeMonitorGrace", n.NodeMonitorGrace, 50*time.Second),
		Nodes: min(max(n.Nodes, 0), adviseNodes), Deregistration: p.span("deregistration", n.Deregistration, 300*time.Second),
		MinimumHealthy: int32(min(max(n.MinimumHealthy, 0), 100)), Maximum: int32(min(max(n.Maximum, 100), 1000)), MaxPods: advisePods, MaxEvents: adviseEvents}
	for _, v := range []float64{n.RPS, n.Capacity, n.Connections, n.Cost} {
		if v < 0 || v > 1e9 {
			p.wrong("settings", message.Errorf("rates and amounts are from 0 to a thousand million"))
		}
	}
	switch o.Policy {
	case "":
		o.Policy = simulate.Kubernetes
	case simulate.Kubernetes, simulate.ECS:
	default:
		p.wrong("policy", message.Errorf("there is no policy %q: it is kubernetes or ecs", n.Policy))
	}
	var err error
	if o.Change, err = simulate.ParseChange(n.Set); err != nil {
		p.wrong("set", err)
	}
	o.Event, err = simulate.Happening{Kind: e.Kind, Workload: e.Workload, Node: e.Node, Pool: e.Pool, Zone: e.Zone, NodeSurge: e.NodeSurge, NodeUnavailable: e.NodeUnavailable,
		Provision: o.Provision, Factor: e.Factor, For: p.span("for", e.For, 10*time.Minute)}.Event()
	if err != nil {
		p.wrong("event", err)
	}
	if p.err != nil {
		return nil, p.err
	}
	if len(in.files.Set.Nodes) > adviseNodes {
		return nil, refuse("TooLarge", message.New("There are %d nodes in the files, and the page plays %d; the command line takes more", len(in.files.Set.Nodes), adviseNodes))
	}
	sc, err := simulate.FromManifests(in.files.Set, o)
	switch {
	case errors.Is(err, simulate.ErrTooLarge):
		return nil, err
	case err != nil:
		return nil, refuse("InvalidScenario", message.Of(err))
	}
	return sc, nil
}

// adviseRun is a simulation's result, and what the page must know to draw it.
type adviseRun struct {
	simulate.Document
	Imagined int             `json:"imaginedNodes"` // nodes that were made up, for want of any in the files
	Cut      int             `json:"pointsLeftOut"`
	Problems []adviseProblem `json:"problems"`
	Messages message.Catalog `json:"messages"`
}

// adviseSimulate plays what would happen; a client that hangs up ends it.
func (s *Server) adviseSimulate(w http.ResponseWriter, r *http.Request) error {
	return s.advise(w, r, adviseTime, func(ctx context.Context, in *advice) (any, error) {
		sc, err := in.scenario()
		if err != nil {
			return nil, err
		}
		res, err := simulate.Run(ctx, sc)
		if err != nil {
			return nil, err
		}
		out := adviseRun{Document: res.Document(), Problems: in.problems, Messages: in.said()}
		out.Messages.Add(out.Texts()...)
		if len(in.files.Set.Nodes) == 0 {
			out.Imagined = len(sc.Nodes)
		}
		if n := len(out.Points); n > advisePoints {
			out.Points, out.Cut = out.Points[:advisePoints], n-advisePoints
		}
		return out, nil
	})
}

// adviseSearch looks for the cheapest settings that answer enough.
func (s *Server) adviseSearch(w http.ResponseWriter, r *http.Request) error {
	return s.advise(w, r, searchTime, func(ctx context.Context, in *advice) (any, error) {
		if in.Goal <= 0 || in.Goal > 100 {
			return nil, refuse("InvalidSetting", message.New("The goal is a percentage above 0, up to 100"))
		}
		sc, err := in.scenario()
		if err != nil {
			return nil, err
		}
		met, err := simulate.Search(ctx, sc, in.Event.Workload, in.Goal)
		if errors.Is(err, simulate.ErrNothing) {
			return nil, refuse("InvalidScenario", message.Of(err))
		}
		if err != nil {
			return nil, err
		}
		return map[string]any{"choices": simulate.Choices(met[:min(len(met), 20)]), "met": len(met)}, nil
	})
}

// windowsTable is the facts, and how their texts were made.
type windowsTable struct {
	windows.FactsDocument
	Messages message.Catalog `json:"messages"`
}

// windowsFacts are the facts about Windows containers, the host and isolation matrix
// among them, with support as of now.
func (s *Server) windowsFacts(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := s.workspace(r, s.o.Workspace, useAdvice); err != nil {
		return err
	}
	facts := windowsTable{windows.Table(s.now()), message.Catalog{}}
	facts.Messages.Add(facts.Texts()...)
	writeJSON(w, http.StatusOK, facts)
	return nil
}

// windowsAnswer is findings on Windows containers, and what is known of each image and project.
type windowsAnswer struct {
	adviseAnswer
	Images   []windows.ImageDocument   `json:"images"`
	Projects []windows.ProjectDocument `json:"projects"`
}

// adviseWindows says of each image and project where it runs, and writes for projects a
// Dockerfile and a manifest.
func (s *Server) adviseWindows(w http.ResponseWriter, r *http.Request) error {
	return s.findings(w, r, func(ctx context.Context, in *advice) ([]rule.Finding, any, error) {
		for _, ref := range in.Images {
			if _, ok := windows.ParseImage(ref); !ok {
				return nil, nil, refuse("InvalidSetting", message.New("%s is no reference that names a Windows image", ref))
			}
		}
		all, out, err := in.rules(ctx, s.now(), rule.Windows)
		if err != nil {
			return nil, nil, err
		}
		answer := windowsAnswer{out, windows.Documents(windows.Answers(in.files.Images()), s.now()), windows.ProjectDocuments(in.files.Projects, s.now())}
		for _, d := range answer.Images {
			out.Messages.Add(d.Texts()...)
		}
		for _, d := range answer.Projects {
			out.Messages.Add(d.Texts()...)
		}
		return all, answer, nil
	})
}
