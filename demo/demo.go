// Package demo is a small shop whose telemetry tells stories: a rollout that drops
// requests, a pod that cannot be placed, a database that times out, a credential that
// expires, a node that its host stops, an attacker among the sign-ins.
//
// The shop runs on Kubernetes, with a Windows container for invoices, and reports as
// Azure's agents and SDKs do, to Azure's tables. What happens at an instant follows
// from the seed and the instant alone, so that history and live data are one, and a
// second run says the same. Every day tells every story, at the times in stories.go.
package demo

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Record is one row, by column.
type Record map[string]any

// Rows are the rows of one table.
type Rows struct {
	Table   string
	Records []Record
}

// Scenario makes the shop's telemetry.
type Scenario struct{ seed uint64 }

// New returns the scenario of a seed.
func New(seed uint64) *Scenario { return &Scenario{seed} }

// Minute returns what the shop reported in the minute that begins at t.
func (s *Scenario) Minute(t time.Time) []Rows {
	t = t.UTC().Truncate(time.Minute)
	m := &minute{
		at: t, day: t.Truncate(24 * time.Hour), rows: map[string][]Record{},
		rng: rand.New(rand.NewPCG(s.seed, uint64(t.Unix()))),
	}
	m.world = worldAt(t)
	for _, part := range []func(*minute){traffic, cluster, machines, directory, operations} {
		part(m)
	}
	out := make([]Rows, 0, len(m.order))
	for _, name := range m.order {
		out = append(out, Rows{name, m.rows[name]})
	}
	return out
}

// minute is the telemetry of one minute as it is made.
type minute struct {
	at    time.Time
	day   time.Time
	rng   *rand.Rand
	world world
	rows  map[string][]Record
	order []string
}

// add reports one row at an instant; kv are names and values in turn.
func (m *minute) add(table string, at time.Time, kv ...any) {
	r := Record{"TimeGenerated": stamp(at)}
	for i := 0; i < len(kv); i += 2 {
		r[kv[i].(string)] = kv[i+1]
	}
	if m.rows[table] == nil {
		m.order = append(m.order, table)
	}
	m.rows[table] = append(m.rows[table], r)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// within returns an instant of this minute.
func (m *minute) within() time.Time {
	return m.at.Add(time.Duration(m.rng.Int64N(int64(time.Minute)/100)) * 100)
}

// offset is how long the day had lasted when the minute began.
func (m *minute) offset() time.Duration { return m.at.Sub(m.day) }

// once reports whether a moment of the day is in this minute.
func (m *minute) once(at time.Duration) bool {
	return m.offset() <= at && at < m.offset()+time.Minute
}

func (m *minute) hex(digits int) string {
	return fmt.Sprintf("%016x%016x", m.rng.Uint64(), m.rng.Uint64())[:digits]
}

func (m *minute) guid() string {
	h := m.hex(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:]
}

func pick[T any](m *minute, from []T) T { return from[m.rng.IntN(len(from))] }

// fixedGUID names a thing that is always the same.
func fixedGUID(n uint64) string {
	h := fmt.Sprintf("%016x%016x", n*0x9e3779b97f4a7c15, (n+7)*0xbf58476d1ce4e5b9)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-9" + h[17:20] + "-" + h[20:]
}
