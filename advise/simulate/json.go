package simulate

import (
	"time"

	"github.com/yagura/yagura/advise/message"
)

// Document is a result as JSON has it; times are seconds after the event began.
type Document struct {
	Done      bool           `json:"done"`
	Seconds   float64        `json:"seconds,omitempty"`
	Stall     *DocumentStall `json:"stall,omitempty"`
	Peak      int32          `json:"peakPods"`
	Answered  float64        `json:"answeredPercent"`
	Restarts  int64          `json:"restarts"`
	Evictions int64          `json:"evictions"`
	Refused   int64          `json:"evictionsRefused"`
	Added     int64          `json:"nodesAdded"`
	Events    int64          `json:"podEvents"`
	Traffic   []Traffic      `json:"traffic"`
	Notes     []DocumentNote `json:"notes"`
	Points    []State        `json:"points"`
}

// State is a Point.
type State struct {
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

// Traffic is what became of a workload's requests.
type Traffic struct {
	Workload    string             `json:"workload"`
	Requests    float64            `json:"requests"`
	Lost        map[string]float64 `json:"lost"`
	Connections float64            `json:"connectionsCut"`
}

// DocumentStall is a Stall.
type DocumentStall struct {
	At  float64      `json:"at"`
	Who message.Text `json:"who"`
	Why message.Text `json:"why"`
}

// DocumentNote is a Note.
type DocumentNote struct {
	At   float64      `json:"at"`
	Text message.Text `json:"text"`
}

// Texts are what the result says in words.
func (d Document) Texts() []message.Text {
	var out []message.Text
	if d.Stall != nil {
		out = append(out, d.Stall.Who, d.Stall.Why)
	}
	for _, n := range d.Notes {
		out = append(out, n.Text)
	}
	return out
}

// Document gives a result its JSON form.
func (r *Result) Document() Document {
	d := Document{Done: r.Done, Peak: r.Peak(""), Answered: r.Success(), Restarts: r.Restarts, Evictions: r.Evictions, Refused: r.Refused, Added: r.Added, Events: r.Events,
		Traffic: []Traffic{}, Notes: []DocumentNote{}, Points: []State{}}
	if r.Done {
		d.Seconds = time.Duration(r.Finished - r.Began).Seconds()
	}
	if r.Stall != nil {
		d.Stall = &DocumentStall{r.Stall.At.Seconds(), r.Stall.Who, r.Stall.Why}
	}
	for _, t := range r.Traffic {
		d.Traffic = append(d.Traffic, Traffic{t.Workload, t.All, t.Lost, t.Connections})
	}
	for _, n := range r.Notes {
		d.Notes = append(d.Notes, DocumentNote{n.At.Seconds(), n.Text})
	}
	for _, p := range r.Points {
		d.Points = append(d.Points, State{p.At.Seconds(), p.Workload, p.Ready, p.Available, p.Total, p.Updated, p.Pending, p.Terminating, p.Lost})
	}
	return d
}
