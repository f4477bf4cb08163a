package control

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// Azure's limits on tables and columns.
const (
	MaxColumns    = 500
	MaxColumnName = 45
	maxTableName  = 103 // the Data Collector API's 100, and "_CL"
)

// Table is a table of a workspace: one of Azure's, or a custom one.
type Table struct {
	Ref       table.Ref
	Schema    *table.Schema // as queries see it, standard columns included
	Retention int           // days
	Custom    bool          // its name ends in _CL
	TableSettings
}

// TableSettings are what is kept of a table beside its columns and retention.
type TableSettings struct {
	Description    string `json:"description,omitempty"`
	DisplayName    string `json:"displayName,omitempty"`
	Plan           string `json:"plan"`         // Analytics
	SubType        string `json:"tableSubType"` // DataCollectionRuleBased, Classic, Any
	TotalRetention int    `json:"totalRetentionInDays,omitempty"`
	Folder         string `json:"folder,omitempty"` // in lists of Kusto's clients
}

// The ways in which custom tables are fed.
const (
	ByRule  = "DataCollectionRuleBased"
	Classic = "Classic" // by the HTTP Data Collector API, which extends them
)

const (
	kindTable    = "control.table"
	customSuffix = "_CL"
)

// Table finds a table. Errors wrap ErrNotFound if the workspace does not have it.
func (s *Store) Table(ref table.Ref) (*Table, error) {
	v := s.cat.View()
	def, ok := v.Table(ref)
	if !ok {
		return nil, fmt.Errorf("%w: table %s", ErrNotFound, ref)
	}
	t := &Table{Ref: ref, Schema: def.Schema, Retention: def.Retention, TableSettings: TableSettings{Plan: "Analytics", SubType: "Any"}}
	t.Custom = strings.HasSuffix(ref.Table, customSuffix)
	if doc, ok := v.Doc(kindTable, ref.String()); ok {
		if err := json.Unmarshal(doc.JSON, &t.TableSettings); err != nil {
			return nil, fmt.Errorf("control: read table %s: %w", ref, err)
		}
	}
	return t, nil
}

// Tables lists the tables of a workspace by name: all of Azure's, and the custom ones.
func (s *Store) Tables(workspace string) []string {
	names := slices.Clone(table.Builtins())
	for _, t := range s.cat.View().Tables(workspace) {
		names = append(names, t.Ref.Table)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TableSpec is how a table shall be.
type TableSpec struct {
	Ref table.Ref
	// Columns are the custom table's own, or those added to one of Azure's. Columns
	// that the table has already stay, and must be given with the same type or not.
	Columns   []table.Column
	Retention int // days; 0 is as it was, or the workspace's
	TableSettings
}

// PutTable creates or changes a table. Columns can be added, but not be removed or
// change their type. Errors: *InvalidError.
func (s *Store) PutTable(ctx context.Context, by Caller, spec TableSpec) (created bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.putTable(ctx, spec)
}

func (s *Store) putTable(ctx context.Context, spec TableSpec) (created bool, err error) {
	old, err := s.Table(spec.Ref)
	switch {
	case err == nil:
	case IsNotFound(err):
		if old, err = s.newTable(spec); err != nil {
			return false, err
		}
		created = true
	default:
		return false, err
	}
	cols, err := old.with(spec.Columns)
	if err != nil {
		return false, err
	}
	def := catalog.Table{Ref: spec.Ref, Schema: cols, Retention: old.Retention}
	if spec.Retention != 0 {
		def.Retention = spec.Retention
	}
	if def.Retention < minRetention || def.Retention > maxRetention {
		return false, invalid("InvalidParameter", "retentionInDays is %d: it must be from %d to %d.", def.Retention, minRetention, maxRetention)
	}
	settings := old.TableSettings.with(spec.TableSettings)
	if settings.Plan != "Analytics" {
		return false, invalid("InvalidParameter", "The plan '%s' is not supported yet: only Analytics is.", settings.Plan)
	}
	doc, err := document(kindTable, spec.Ref.String(), settings)
	if err != nil {
		return false, err
	}
	if err := s.cat.Commit(ctx, catalog.Edit{PutTables: []catalog.Table{def}, PutDocs: []catalog.Doc{doc}}); err != nil {
		return false, fmt.Errorf("control: save table %s: %w", spec.Ref, err)
	}
	return created, nil
}

// Names of custom tables and their columns. Those of Classic tables, which the Data
// Collector API makes of what it is sent, may begin with a digit or '_' too.
var (
	customName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	classicName = regexp.MustCompile(`^[A-Za-z0-9_]+$`)
)

// classicColumns are what Classic tables have beside what they are sent.
var classicColumns = []table.Column{
	{Name: table.TimeGenerated, Type: table.Datetime}, {Name: "SourceSystem", Type: table.String},
	{Name: "Computer", Type: table.String}, {Name: "MG", Type: table.String},
	{Name: "ManagementGroupName", Type: table.String}, {Name: "RawData", Type: table.String},
}

// newTable is a custom table before it gets its columns.
func (s *Store) newTable(spec TableSpec) (*Table, error) {
	name, names := spec.Ref.Table, customName
	if spec.SubType == Classic {
		names = classicName
	}
	if !names.MatchString(name) || !strings.HasSuffix(name, customSuffix) || len(name) > maxTableName {
		return nil, invalid("InvalidParameter", "The table name '%s' is invalid: a custom table's begins with a letter, has at most %d letters, digits and underscores, and ends in '%s'.", name, maxTableName, customSuffix)
	}
	w, err := s.Workspace(spec.Ref.Workspace)
	if err != nil {
		return nil, err
	}
	t := &Table{Ref: spec.Ref, Schema: table.WithStandard(nil), Retention: w.Properties.RetentionInDays, Custom: true}
	t.TableSettings = TableSettings{Plan: "Analytics", SubType: ByRule}
	if spec.SubType == Classic {
		t.SubType, t.Schema = Classic, table.WithStandard(classicColumns)
	}
	return t, nil
}

func (s TableSettings) with(n TableSettings) TableSettings {
	for _, f := range []struct{ to, from *string }{{&s.Description, &n.Description}, {&s.DisplayName, &n.DisplayName}, {&s.Plan, &n.Plan}, {&s.SubType, &n.SubType}} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	if n.TotalRetention != 0 {
		s.TotalRetention = n.TotalRetention
	}
	return s
}

// with returns the table's schema and the further columns.
func (t *Table) with(more []table.Column) (*table.Schema, error) {
	s := &table.Schema{Cols: slices.Clone(t.Schema.Cols)}
	for _, c := range more {
		if i := s.Index(c.Name); i >= 0 {
			if s.Cols[i].Type != c.Type {
				return nil, invalid("InvalidParameter", "Column '%s' of table '%s' is of type %s: it cannot become %s.", c.Name, t.Ref.Table, s.Cols[i].Type, c.Type)
			}
			continue
		}
		if err := t.checkColumn(c.Name); err != nil {
			return nil, err
		}
		s.Cols = append(s.Cols, c)
	}
	own := &table.Schema{}
	for _, c := range s.Cols {
		if !isStandard(c.Name) {
			own.Cols = append(own.Cols, c)
		}
	}
	if len(own.Cols) > MaxColumns {
		return nil, invalid("InvalidParameter", "Table '%s' would have %d columns: %d are allowed.", t.Ref.Table, len(own.Cols), MaxColumns)
	}
	return table.WithStandard(own.Cols), nil
}

// checkColumn refuses a name that a new column may not have.
func (t *Table) checkColumn(name string) error {
	names, most := customName, MaxColumnName
	if t.SubType == Classic {
		names, most = classicName, MaxColumnName+len("_s")
	}
	switch {
	case !names.MatchString(name) || len(name) > most:
		return invalid("InvalidParameter", "The column name '%s' is invalid: it begins with a letter and has at most %d letters, digits and underscores.", name, most)
	case slices.ContainsFunc(reservedColumns, func(r string) bool { return strings.EqualFold(r, name) }):
		return invalid("InvalidParameter", "The column name '%s' is reserved.", name)
	case !t.Custom && !strings.HasSuffix(name, "_CF"):
		return invalid("InvalidParameter", "A column added to Azure's table '%s' must have a name that ends in '_CF': '%s' does not.", t.Ref.Table, name)
	}
	return nil
}

// reservedColumns are names that custom columns may not have.
var reservedColumns = []string{"_ResourceId", "id", "_SubscriptionId", "TenantId", "Type", "UniqueId", "Title"}

func isStandard(name string) bool {
	return slices.ContainsFunc(table.Standard, func(c table.Column) bool { return c.Name == name })
}

// ExtendTable gives a Classic table the columns that choose asks for, creating the
// table if it is not there. choose sees the table as it is, or nil, and may be called
// with no other change between its call and the table's.
func (s *Store) ExtendTable(ctx context.Context, ref table.Ref, choose func(*Table) ([]table.Column, error)) (*Table, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.Table(ref)
	if err != nil && !IsNotFound(err) {
		return nil, err
	}
	cols, err := choose(t)
	if err != nil {
		return nil, err
	}
	if t == nil || len(cols) > 0 {
		spec := TableSpec{Ref: ref, Columns: cols}
		if t == nil {
			spec.SubType = Classic
		}
		if _, err := s.putTable(ctx, spec); err != nil {
			return nil, err
		}
	}
	return s.Table(ref)
}

// DeleteTable removes a custom table and its rows. It reports whether there was one.
// Errors: *InvalidError for one of Azure's tables.
func (s *Store) DeleteTable(ctx context.Context, by Caller, ref table.Ref) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.Table(ref)
	switch {
	case IsNotFound(err):
		return false, nil
	case err != nil:
		return false, err
	case !t.Custom:
		return false, invalid("InvalidParameter", "The table '%s' is one of Azure's: it cannot be deleted.", ref.Table)
	case s.o.DropTable == nil:
		return false, fmt.Errorf("control: delete table %s: no store to delete it from", ref)
	}
	// The settings that an interrupted deletion leaves are those of no table, and are
	// overwritten if there is one of the name again.
	if err := s.o.DropTable(ctx, ref); err != nil {
		return false, fmt.Errorf("control: delete table %s: %w", ref, err)
	}
	if err := s.cat.Commit(ctx, catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindTable, ID: ref.String()}}}); err != nil {
		return false, fmt.Errorf("control: delete table %s: %w", ref, err)
	}
	return true, nil
}
