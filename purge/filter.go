package purge

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/yagura/yagura/table"
)

// Filter is a condition as Azure's purge API has it; rows must meet all.
// https://learn.microsoft.com/rest/api/loganalytics/workspace-purge/purge
type Filter struct {
	Column   string          `json:"column"`
	Operator string          `json:"operator"` // ==, =~, in, in~, >, >=, <, <=, between
	Value    json.RawMessage `json:"value"`    // of the operator; a list for in, in~ and between
	Key      string          `json:"key"`      // of a dynamic column: the property that is meant
}

// FilterError says what is wrong with a filter.
type FilterError struct{ Message string }

func (e *FilterError) Error() string { return e.Message }

func wrong(format string, args ...any) error { return &FilterError{fmt.Sprintf(format, args...)} }

// Query is the query of the rows of a table, which has the columns of schema, that meet all
// filters. Errors: *FilterError.
func Query(name string, schema *table.Schema, filters []Filter) (string, error) {
	if len(filters) == 0 {
		return "", wrong("The request has no filters.")
	}
	q := "[" + quoted(name) + "]"
	for _, f := range filters {
		text, err := f.text(schema)
		if err != nil {
			return "", err
		}
		q += " | where " + text
	}
	return q, nil
}

func (f *Filter) text(schema *table.Schema) (string, error) {
	i := schema.Index(f.Column)
	if i < 0 {
		return "", wrong("The table has no column '%s'.", f.Column)
	}
	typ, left := schema.Cols[i].Type, "["+quoted(f.Column)+"]"
	switch {
	case f.Key != "" && typ != table.Dynamic:
		return "", wrong("The column '%s' is %s: only a dynamic one has keys.", f.Column, typ)
	case f.Key != "":
		left, typ = "tostring("+left+"["+quoted(f.Key)+"])", table.String
	case typ == table.Dynamic:
		left, typ = "tostring("+left+")", table.String
	}
	switch f.Operator {
	case "==", "=~", ">", ">=", "<", "<=":
		right, err := f.literal(f.Value, typ)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s %s %s", left, f.Operator, right), nil
	case "in", "in~", "between":
		var list []json.RawMessage
		if err := json.Unmarshal(f.Value, &list); err != nil || len(list) == 0 || f.Operator == "between" && len(list) != 2 {
			return "", wrong("The value of the filter on '%s' must be a list, of two for between.", f.Column)
		}
		all := make([]string, len(list))
		for i, v := range list {
			var err error
			if all[i], err = f.literal(v, typ); err != nil {
				return "", err
			}
		}
		if f.Operator == "between" {
			return fmt.Sprintf("%s between (%s .. %s)", left, all[0], all[1]), nil
		}
		return fmt.Sprintf("%s %s (%s)", left, f.Operator, strings.Join(all, ", ")), nil
	}
	return "", wrong("The operator '%s' is not one of ==, =~, in, in~, >, >=, <, <=, between.", f.Operator)
}

// literal writes a value as one of the column's type.
func (f *Filter) literal(v json.RawMessage, typ table.Type) (string, error) {
	var s string
	if err := json.Unmarshal(v, &s); err != nil { // a number, true or false
		s = string(v)
	}
	bad := wrong("The value %.100s of the filter on '%s' is not %s.", v, f.Column, typ)
	switch typ {
	case table.String:
		return quoted(s), nil
	case table.Datetime:
		t, err := table.ParseTime(s)
		if err != nil {
			return "", bad
		}
		return "datetime(" + t.String() + ")", nil
	case table.Guid:
		u, err := table.ParseUUID(s)
		if err != nil {
			return "", bad
		}
		return "guid(" + u.String() + ")", nil
	case table.Bool:
		if s != "true" && s != "false" {
			return "", bad
		}
		return s, nil
	case table.Timespan:
		d, err := table.ParseDuration(s)
		if err != nil {
			return "", bad
		}
		return "timespan(" + d.String() + ")", nil
	}
	var n json.Number
	if err := json.Unmarshal([]byte(s), &n); err != nil {
		return "", bad
	}
	if typ == table.Long || typ == table.Int {
		if _, err := n.Int64(); err != nil {
			return "", bad
		}
	}
	return fmt.Sprintf("%s(%s)", typ, n), nil
}

// quoted writes a text of KQL.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("purge: a text is not JSON: " + err.Error())
	}
	return string(b)
}
