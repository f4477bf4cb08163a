package control

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// View is a materialized view: the aggregation of a table, by its name. Its rows are
// made of the table's when they are read, so that they are never behind them.
// https://learn.microsoft.com/kusto/management/materialized-views/materialized-view-overview
type View struct {
	Name       string    `json:"name"`
	Table      string    `json:"table"`
	Query      string    `json:"query"`
	From       time.Time `json:"from"`              // rows received before are not in it; zero: all are
	Columns    []string  `json:"columns,omitempty"` // of its rows; none: as its table's columns make them
	AutoUpdate bool      `json:"autoUpdateSchema,omitempty"`
	Folder     string    `json:"folder,omitempty"`
	DocString  string    `json:"docString,omitempty"`
	Disabled   bool      `json:"disabled,omitempty"`
	Lookback   string    `json:"lookback,omitempty"`
	LookbackBy string    `json:"lookbackColumn,omitempty"`
}

const kindView = "control.materializedView"

// Source is the view as a query would declare it.
func (v *View) Source() string {
	var b strings.Builder
	b.WriteString("() {\n")
	if !v.From.IsZero() {
		name := syntax.Bracketed(v.Table)
		b.WriteString("let " + name + " = " + name + " | where ingestion_time() >= datetime(" + table.FromGo(v.From).String() + ");\n")
	}
	b.WriteString(strings.TrimRight(strings.TrimSpace(v.Query), ";"))
	if len(v.Columns) > 0 {
		names := make([]string, len(v.Columns))
		for i, c := range v.Columns {
			names[i] = syntax.Bracketed(c)
		}
		b.WriteString("\n| project " + strings.Join(names, ", "))
	}
	b.WriteString("\n}")
	return b.String()
}

// Views lists the materialized views of a workspace, by name.
func (s *Store) Views(workspace string) ([]*View, error) {
	all, err := storedDocs[View](s, kindView, workspace)
	slices.SortFunc(all, func(a, b *View) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// View finds one. Errors wrap ErrNotFound if there is none.
func (s *Store) View(workspace, name string) (*View, error) {
	return storedDoc[View](s, kindView, workspace, name)
}

// PutView creates or replaces a view. Errors: *InvalidError.
func (s *Store) PutView(ctx context.Context, workspace string, v *View) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(v.Query) > maxSavedQuery || len(v.DocString) > maxSavedText || len(v.Folder) > maxSavedText {
		return invalid("InvalidParameter", "A text of the materialized view '%s' is too long.", v.Name)
	}
	return putStored(ctx, s, kindView, "materialized view", workspace, v.Name, v)
}

// DeleteView removes a view.
func (s *Store) DeleteView(ctx context.Context, workspace, name string) error {
	return s.deleteStored(ctx, kindView, workspace, name)
}
