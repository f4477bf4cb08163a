package serve

import (
	"net/http"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// What a workspace holds, for query editors:
// https://learn.microsoft.com/rest/api/loganalytics/metadata
var metadataRoutes = []endpoint{{"GET|POST /v1/workspaces/{workspace}/metadata", (*Server).metadata}}

type metadataTable struct {
	ID             string           `json:"id"`
	Name           string           `json:"name"`
	TimespanColumn string           `json:"timespanColumn,omitempty"`
	HasData        bool             `json:"hasData"`
	Columns        []metadataColumn `json:"columns"`
}

// metadataFunction is a function that the workspace stores.
type metadataFunction struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Parameters  string `json:"parameters,omitempty"` // a:long, b:string = "x"
	DisplayName string `json:"displayName,omitempty"`
	Description string `json:"description,omitempty"`
	Body        string `json:"body"`
}

// metadataQuery is a query that the workspace keeps.
type metadataQuery struct {
	ID          string            `json:"id"`
	DisplayName string            `json:"displayName"`
	Description string            `json:"description,omitempty"`
	Body        string            `json:"body"`
	Tags        map[string]string `json:"tags,omitempty"`
	Category    string            `json:"category,omitempty"`
}

// saved lists the functions and the queries that a workspace keeps.
func (s *Server) saved(workspace string) ([]metadataFunction, []metadataQuery, error) {
	functions, queries := []metadataFunction{}, []metadataQuery{}
	all, err := s.ctl.SavedSearches(workspace)
	for _, f := range all {
		if f.FunctionAlias != "" {
			functions = append(functions, metadataFunction{"f/" + f.FunctionAlias, f.FunctionAlias, f.FunctionParameters, f.DisplayName, f.DocString, f.Query})
			continue
		}
		q := metadataQuery{ID: "q/" + f.Name, DisplayName: f.DisplayName, Description: f.DocString, Body: f.Query, Category: f.Category}
		for _, t := range f.Tags {
			if q.Tags == nil {
				q.Tags = map[string]string{}
			}
			q.Tags[t.Name] = t.Value
		}
		queries = append(queries, q)
	}
	return functions, queries, err
}

// externals lists the external tables of a workspace, which Azure's metadata has not.
func (s *Server) externals(workspace string) ([]metadataTable, error) {
	out := []metadataTable{}
	all, err := s.ctl.ExternalTables(workspace)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		m := metadataTable{ID: "e/" + e.Name, Name: e.Name, Columns: []metadataColumn{}}
		for _, c := range e.Columns {
			m.Columns = append(m.Columns, metadataColumn{Name: c.Name, Type: c.Type})
		}
		out = append(out, m)
	}
	return out, nil
}

// views lists the materialized views of a workspace; of one whose query no longer
// compiles nobody knows the columns.
func (s *Server) views(workspace string) ([]metadataTable, error) {
	out := []metadataTable{}
	all, err := s.ctl.Views(workspace)
	for _, v := range all {
		m := metadataTable{ID: "v/" + v.Name, Name: v.Name, Columns: []metadataColumn{}}
		if p, err := s.eng.Compile(engine.Request{Workspace: workspace, Text: v.Name, Now: s.now()}); err == nil {
			m.Columns = metadataColumns(p.Results[0].Root.Schema())
		}
		out = append(out, m)
	}
	return out, err
}

// metadataGroup is an entity group that the workspace stores.
type metadataGroup struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Entities []string `json:"entities"` // cluster("a").database("b")
}

func (s *Server) groups(workspace string) ([]metadataGroup, error) {
	out := []metadataGroup{}
	all, err := s.ctl.EntityGroups(workspace)
	for _, g := range all {
		out = append(out, metadataGroup{"g/" + g.Name, g.Name, g.Entities})
	}
	return out, err
}

type metadataColumn struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description,omitempty"`
}

func metadataColumns(s *table.Schema) []metadataColumn {
	out := []metadataColumn{}
	for _, c := range s.Cols {
		out = append(out, metadataColumn{c.Name, c.Type.String(), c.Doc})
	}
	return out
}

func (s *Server) metadata(w http.ResponseWriter, r *http.Request) error {
	ws, _, err := s.workspace(r, r.PathValue("workspace"), control.ReadMetadata)
	if err != nil {
		return err
	}
	id := ws.Properties.CustomerID
	tables := []metadataTable{}
	names := []string{}
	for _, t := range s.eng.Tables(id) {
		m := metadataTable{ID: "t/" + t.Name, Name: t.Name, HasData: t.HasData, Columns: metadataColumns(t.Schema)}
		if t.Schema.Index(table.TimeGenerated) >= 0 {
			m.TimespanColumn = table.TimeGenerated
		}
		tables = append(tables, m)
		names = append(names, m.ID)
	}
	functions, queries, err := s.saved(id)
	if err != nil {
		return err
	}
	externals, err := s.externals(id)
	if err != nil {
		return err
	}
	views, err := s.views(id)
	if err != nil {
		return err
	}
	groups, err := s.groups(id)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"tables": tables, "externalTables": externals, "materializedViews": views, "entityGroups": groups, "tableGroups": []any{}, "functions": functions, "queries": queries, "savedQueries": queries, "categories": []any{},
		"solutions": []any{}, "resourceTypes": []any{}, "permissions": []any{},
		"workspaces": []any{map[string]any{
			"id": id, "resourceId": ws.ID, "name": ws.Name, "region": ws.Location,
			"related": map[string]any{"tables": names},
		}},
	})
	return nil
}
