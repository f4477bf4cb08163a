package arm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/table"
)

// tables are the tables of a workspace. They are not documents: the store knows their
// columns and retention.
var tables = kind{
	list: func(a *API, r *request) ([]any, error) {
		w, err := control.Get[control.Workspace](a.control, r.path.ID.String())
		if err != nil {
			return nil, err
		}
		var out []any
		for _, name := range a.control.Tables(w.Properties.CustomerID) {
			t, err := a.control.Table(table.Ref{Workspace: w.Properties.CustomerID, Table: name})
			if err != nil {
				return nil, err
			}
			out = append(out, showTable(w, t))
		}
		return out, nil
	},
	get: func(a *API, r *request) (answer, error) {
		w, t, err := a.table(r)
		if err != nil {
			return answer{}, err
		}
		return ok(showTable(w, t)), nil
	},
	put:   func(a *API, r *request) (answer, error) { return a.putTable(r, true) },
	patch: func(a *API, r *request) (answer, error) { return a.putTable(r, false) },
	delete: func(a *API, r *request) (answer, error) {
		w, err := a.workspace(r)
		if err != nil {
			return answer{}, err
		}
		existed, err := a.control.DeleteTable(r.Context(), r.caller, tableRef(w, r))
		if !existed {
			return answer{http.StatusNoContent, nil}, err
		}
		return answer{http.StatusOK, nil}, err
	},
}

// tableDoc is a table as Resource Manager shows it.
type tableDoc struct {
	ID         string          `json:"id,omitempty"`
	Name       string          `json:"name,omitempty"`
	Type       string          `json:"type,omitempty"`
	Tags       json.RawMessage `json:"tags,omitempty"`
	SystemData json.RawMessage `json:"systemData,omitempty"`
	Properties tableProperties `json:"properties"`
}

type tableProperties struct {
	Schema                  *tableSchema `json:"schema,omitempty"`
	Plan                    string       `json:"plan,omitempty"`
	Retention               *int         `json:"retentionInDays,omitempty"`
	TotalRetention          *int         `json:"totalRetentionInDays,omitempty"`
	Archive                 int          `json:"archiveRetentionInDays"`
	RetentionIsDefault      bool         `json:"retentionInDaysAsDefault"`
	TotalRetentionIsDefault bool         `json:"totalRetentionInDaysAsDefault"`
	ProvisioningState       string       `json:"provisioningState,omitempty"`
	LastPlanModified        string       `json:"lastPlanModifiedDate,omitempty"`
}

type tableSchema struct {
	Name            string        `json:"name"`
	DisplayName     string        `json:"displayName,omitempty"`
	Description     string        `json:"description,omitempty"`
	TableType       string        `json:"tableType,omitempty"`
	TableSubType    string        `json:"tableSubType,omitempty"`
	Columns         []tableColumn `json:"columns"`
	StandardColumns []tableColumn `json:"standardColumns,omitempty"`
	Source          string        `json:"source,omitempty"`
	Categories      []string      `json:"categories,omitempty"`
	Labels          []string      `json:"labels,omitempty"`
	Solutions       []string      `json:"solutions,omitempty"`
}

type tableColumn struct {
	Name           string `json:"name"`
	Type           string `json:"type"`
	DataTypeHint   string `json:"dataTypeHint,omitempty"`
	DisplayName    string `json:"displayName,omitempty"`
	Description    string `json:"description,omitempty"`
	DefaultDisplay bool   `json:"isDefaultDisplay"`
	Hidden         bool   `json:"isHidden"`
}

// columnTypes are the names of types in a table's schema; those that are missing are
// Kusto's.
var columnTypes = map[table.Type]string{table.Bool: "boolean", table.Datetime: "dateTime"}

func (a *API) workspace(r *request) (*control.Workspace, error) {
	parent, _ := r.path.ID.Parent()
	return control.Get[control.Workspace](a.control, parent.String())
}

func tableRef(w *control.Workspace, r *request) table.Ref {
	return table.Ref{Workspace: w.Properties.CustomerID, Table: r.path.ID.Leaf()}
}

func (a *API) table(r *request) (*control.Workspace, *control.Table, error) {
	w, err := a.workspace(r)
	if err != nil {
		return nil, nil, err
	}
	t, err := a.control.Table(tableRef(w, r))
	return w, t, err
}

func showTable(w *control.Workspace, t *control.Table) any {
	own, standard := []tableColumn{}, []tableColumn{}
	var azure *table.Schema
	if !t.Custom {
		azure, _ = table.Builtin(t.Ref.Table)
	}
	for _, c := range t.Schema.Cols {
		col := tableColumn{Name: c.Name, Type: columnTypes[c.Type], Description: c.Doc}
		if col.Type == "" {
			col.Type = c.Type.String()
		}
		isStandard := slices.ContainsFunc(table.Standard, func(s table.Column) bool { return s.Name == c.Name })
		if isStandard || azure != nil && azure.Index(c.Name) >= 0 {
			standard = append(standard, col)
		} else {
			own = append(own, col)
		}
	}
	kind := "Microsoft"
	if t.Custom {
		kind = "CustomLog"
	}
	return &tableDoc{
		ID: w.ID + "/tables/" + t.Ref.Table, Name: t.Ref.Table, Type: tablesType,
		Properties: tableProperties{
			Schema: &tableSchema{
				Name: t.Ref.Table, DisplayName: t.DisplayName, Description: t.Description, TableType: kind, TableSubType: t.SubType,
				Columns: own, StandardColumns: standard, Solutions: []string{"LogManagement"},
			},
			Plan: t.Plan, Retention: &t.Retention, TotalRetention: &t.Total, Archive: t.Total - t.Retention,
			RetentionIsDefault: t.DefaultRetention(), TotalRetentionIsDefault: t.DefaultTotal(),
			ProvisioningState: "Succeeded",
		},
	}
}

// putTable creates or changes a table. A schema that is sent whole must have all the
// columns that the table has: columns cannot be removed yet.
func (a *API) putTable(r *request, whole bool) (answer, error) {
	var doc tableDoc
	if err := decodeStrictly(r.body, &doc); err != nil {
		return answer{}, err
	}
	w, err := a.workspace(r)
	if err != nil {
		return answer{}, err
	}
	spec, err := tableSpec(tableRef(w, r), &doc.Properties)
	if err != nil {
		return answer{}, err
	}
	old, err := a.control.Table(spec.Ref)
	if err != nil && !control.IsNotFound(err) {
		return answer{}, err
	}
	if old != nil && old.Custom && whole && doc.Properties.Schema != nil {
		for _, c := range showTable(w, old).(*tableDoc).Properties.Schema.Columns {
			if !slices.ContainsFunc(spec.Columns, func(n table.Column) bool { return n.Name == c.Name }) && c.Name != table.TimeGenerated {
				return answer{}, &fault{status: http.StatusBadRequest, code: "InvalidParameter", message: fmt.Sprintf("The schema does not have the table's column '%s': removing a column is not supported yet.", c.Name)}
			}
		}
	}
	if _, err := a.control.PutTable(r.Context(), r.caller, spec); err != nil {
		return answer{}, err
	}
	_, t, err := a.table(r)
	if err != nil {
		return answer{}, err
	}
	return answer{http.StatusOK, showTable(w, t)}, nil // not 201, which clients do not expect here
}

// decodeStrictly reads what a client sends. A property that is not known is an error that
// names it.
func decodeStrictly(body []byte, doc any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(doc); err != nil {
		return &fault{status: http.StatusBadRequest, code: "InvalidRequestContent", message: fmt.Sprintf("The request content was invalid and could not be deserialized: '%s'.", err)}
	}
	return nil
}

func tableSpec(ref table.Ref, p *tableProperties) (control.TableSpec, error) {
	spec := control.TableSpec{Ref: ref}
	bad := func(format string, args ...any) (control.TableSpec, error) {
		return spec, &fault{status: http.StatusBadRequest, code: "InvalidParameter", message: fmt.Sprintf(format, args...)}
	}
	spec.Plan = p.Plan
	for _, days := range []struct{ to, from *int }{{&spec.Retention, p.Retention}, {&spec.Total, p.TotalRetention}} {
		if days.from == nil {
			continue
		}
		if *days.to = *days.from; *days.from == -1 { // as Azure has it
			*days.to = control.ByDefault
		} else if *days.from < 1 {
			return bad("A retention of %d days: it must be -1, for the default, or a number of days.", *days.from)
		}
	}
	s := p.Schema
	if s == nil {
		return spec, nil
	}
	if s.Name != "" && s.Name != ref.Table {
		return bad("The schema's name '%s' is not the table's: '%s'.", s.Name, ref.Table)
	}
	spec.Description, spec.DisplayName = s.Description, s.DisplayName
	for _, c := range s.Columns {
		t, ok := table.ParseType(c.Type)
		if !ok {
			return bad("The type '%s' of column '%s' is not one of string, int, long, real, boolean, dateTime, guid, dynamic.", c.Type, c.Name)
		}
		spec.Columns = append(spec.Columns, table.Column{Name: c.Name, Type: t, Doc: c.Description})
	}
	return spec, nil
}

// migrate makes a table that the Data Collector API has made one that data collection
// rules feed. One that is so already stays as it is.
// https://learn.microsoft.com/rest/api/loganalytics/tables/migrate
func (a *API) migrate(r *request) (answer, error) {
	_, t, err := a.table(r)
	switch {
	case err != nil:
		return answer{}, err
	case !t.Custom || t.Bare:
		return answer{}, &fault{status: http.StatusBadRequest, code: "InvalidParameter", message: fmt.Sprintf("The table '%s' is not one that the Data Collector API has made.", t.Ref.Table)}
	case t.SubType == control.Classic:
		spec := control.TableSpec{Ref: t.Ref}
		spec.SubType = control.ByRule
		_, err = a.control.PutTable(r.Context(), r.caller, spec)
	}
	return answer{status: http.StatusOK}, err
}
