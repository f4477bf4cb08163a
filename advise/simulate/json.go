package simulate

import (
	"encoding/json"
	"io"
	"time"
)

type jsonPoint struct {
	At          float64 `json:"at"`
	Workload    string  `json:"workload"`
	Ready       int32   `json:"ready"`
	Available   int32   `json:"available"`
	Total       int32   `json:"total"`
	Updated     int32   `json:"updated"`
	Pending     int32   `json:"pending"`
	Terminating int32   `json:"terminating"`
	Lost        float64 `json:"lost"`
}

type jsonTraffic struct {
	Workload    string             `json:"workload"`
	Requests    float64            `json:"requests"`
	Lost        map[string]float64 `json:"lost"`
	Connections float64            `json:"connectionsCut"`
}

type jsonStall struct {
	At  float64 `json:"at"`
	Who string  `json:"who"`
	Why string  `json:"why"`
}

type jsonNote struct {
	At   float64 `json:"at"`
	Text string  `json:"text"`
}

// JSON writes a result; times are seconds after the event began.
func JSON(w io.Writer, r *Result) error {
	out := struct {
		Done      bool          `json:"done"`
		Seconds   float64       `json:"seconds,omitempty"`
		Stall     *jsonStall    `json:"stall,omitempty"`
		Peak      int32         `json:"peakPods"`
		Answered  float64       `json:"answeredPercent"`
		Restarts  int64         `json:"restarts"`
		Evictions int64         `json:"evictions"`
		Refused   int64         `json:"evictionsRefused"`
		Added     int64         `json:"nodesAdded"`
		Traffic   []jsonTraffic `json:"traffic"`
		Notes     []jsonNote    `json:"notes"`
		Points    []jsonPoint   `json:"points"`
	}{Done: r.Done, Peak: r.Peak(""), Answered: r.Success(), Restarts: r.Restarts, Evictions: r.Evictions, Refused: r.Refused, Added: r.Added, Traffic: []jsonTraffic{}, Notes: []jsonNote{}, Points: []jsonPoint{}}
	if r.Done {
		out.Seconds = time.Duration(r.Finished - r.Began).Seconds()
	}
	if r.Stall != nil {
		out.Stall = &jsonStall{r.Stall.At.Seconds(), r.Stall.Who, r.Stall.Why}
	}
	for _, t := range r.Traffic {
		out.Traffic = append(out.Traffic, jsonTraffic{t.Workload, t.All, t.Lost, t.Connections})
	}
	for _, n := range r.Notes {
		out.Notes = append(out.Notes, jsonNote{n.At.Seconds(), n.Text})
	}
	for _, p := range r.Points {
		out.Points = append(out.Points, jsonPoint{p.At.Seconds(), p.Workload, p.Ready, p.Available, p.Total, p.Updated, p.Pending, p.Terminating, p.Lost})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
