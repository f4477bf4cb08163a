package serve

import (
	"net/http"

	"github.com/yagura/yagura/control"
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

type metadataColumn struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description,omitempty"`
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
		m := metadataTable{ID: "t/" + t.Name, Name: t.Name, HasData: t.HasData, Columns: []metadataColumn{}}
		for _, c := range t.Schema.Cols {
			if c.Name == "TimeGenerated" {
				m.TimespanColumn = c.Name
			}
			m.Columns = append(m.Columns, metadataColumn{c.Name, c.Type.String(), c.Doc})
		}
		tables = append(tables, m)
		names = append(names, m.ID)
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"tables": tables, "tableGroups": []any{}, "functions": []any{}, "queries": []any{}, "categories": []any{},
		"solutions": []any{}, "resourceTypes": []any{}, "permissions": []any{},
		"workspaces": []any{map[string]any{
			"id": id, "resourceId": ws.ID, "name": ws.Name, "region": ws.Location,
			"related": map[string]any{"tables": names},
		}},
	})
	return nil
}
