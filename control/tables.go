package control

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// Azure's limits on tables and columns.
const (
	MaxColumns    = 500
	MaxColumnName = 45
	maxTableName  = 103 // the Data Collector API's 100, and "_CL"

	maxBareColumns   = 10_000 // Kusto's
	maxBareRetention = 36_500 // days: Kusto's default, a hundred years
)

// Table is a table of a workspace: one of Azure's, or a custom one.
type Table struct {
	Ref       table.Ref
	Schema    *table.Schema // as queries see it, standard columns included
	Stored    *table.Schema // as it is stored
	Retention int           // for how many days queries see its rows
	Total     int           // for how many days they are kept
	Custom    bool          // its name ends in _CL, or it is bare
	Bare      bool          // it has its own columns and no others
	TableSettings

	own struct{ retention, total int } // what it says itself; 0: nothing
}

// DefaultRetention reports whether the workspace says how long queries see its rows.
func (t *Table) DefaultRetention() bool { return t.own.retention == 0 }

// DefaultTotal reports whether rows are kept as long as queries see them.
func (t *Table) DefaultTotal() bool { return t.own.total == 0 }

// Own are the columns that rows have which come without names: of a bare table all,
// of others those that the service does not set.
func (t *Table) Own() *table.Schema {
	if t.Bare {
		return t.Schema
	}
	own := &table.Schema{}
	for _, c := range t.Schema.Cols {
		if !isStandard(c.Name) {
			own.Cols = append(own.Cols, c)
		}
	}
	return own
}

// TableSettings are what is kept of a table beside its columns and retention.
type TableSettings struct {
	Description string `json:"description,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	Plan        string `json:"plan"`             // Analytics
	SubType     string `json:"tableSubType"`     // DataCollectionRuleBased, Classic, Any
	Folder      string `json:"folder,omitempty"` // in lists of Kusto's clients
	// Dropped are columns that the table had: rows may still be stored with them, so
	// no other may have their names.
	Dropped []string `json:"droppedColumns,omitempty"`
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
	t := &Table{Ref: ref, Schema: def.Schema, Stored: def.Stored(), Bare: def.Bare, TableSettings: TableSettings{Plan: "Analytics", SubType: "Any"}}
	t.Retention, t.Total = v.Retention(def)
	t.own.retention, t.own.total = def.Retention, def.Total
	t.Custom = t.Bare || strings.HasSuffix(ref.Table, customSuffix)
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
	Columns []table.Column
	// Retention is for how many days queries see rows, Total for how many they are kept;
	// 0 is as it was. ByDefault is the workspace's, and the same as Retention.
	Retention, Total int
	Bare             bool // a new table has its own columns and no others; see catalog.Table
	TableSettings
}

// ByDefault says that a table says nothing of a retention itself.
const ByDefault = -1

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
		if is, ok := s.Stored(spec.Ref.Workspace, spec.Ref.Table); ok && is.Kind != kql.StoredFunction {
			return false, invalid("InvalidParameter", "The table name '%s' is taken by the %s of this name.", spec.Ref.Table, storedNames[is.Kind])
		}
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
	def := catalog.Table{Ref: spec.Ref, Schema: cols, Bare: old.Bare}
	if def.Retention, def.Total, err = old.retain(spec, s.cat.View().DefaultRetention(spec.Ref.Workspace)); err != nil {
		return false, err
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

// retain returns the retention that the table says itself, and the total one.
func (t *Table) retain(spec TableSpec, byWorkspace int) (days, total int, err error) {
	given := func(was, is int) int {
		switch is {
		case 0:
			return was
		case ByDefault:
			return 0
		}
		return is
	}
	days, total = given(t.own.retention, spec.Retention), given(t.own.total, spec.Total)
	least, most, mostTotal := minRetention, maxRetention, maxTotalRetention
	if t.Bare {
		least, most, mostTotal = 1, maxBareRetention, maxBareRetention
	}
	if table.Immutable(t.Ref.Table) {
		least = table.LeastDays(t.Ref.Table)
	}
	if days != 0 && (days < least || days > most) {
		return 0, 0, invalid("InvalidParameter", "retentionInDays is %d: it must be from %d to %d.", days, least, most)
	}
	seen := days
	if seen == 0 {
		seen = max(byWorkspace, table.LeastDays(t.Ref.Table))
	}
	if total != 0 && (total < seen || total > mostTotal) {
		return 0, 0, invalid("InvalidParameter", "totalRetentionInDays is %d: it must be from retentionInDays, %d, to %d.", total, seen, mostTotal)
	}
	return days, total, nil
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
	if spec.Bare {
		return s.newBareTable(spec)
	}
	if !names.MatchString(name) || !strings.HasSuffix(name, customSuffix) || len(name) > maxTableName {
		return nil, invalid("InvalidParameter", "The table name '%s' is invalid: a custom table's begins with a letter, has at most %d letters, digits and underscores, and ends in '%s'.", name, maxTableName, customSuffix)
	}
	if _, err := s.Workspace(spec.Ref.Workspace); err != nil {
		return nil, err
	}
	t := &Table{Ref: spec.Ref, Schema: table.WithStandard(nil), Custom: true}
	t.TableSettings = TableSettings{Plan: "Analytics", SubType: ByRule}
	if spec.SubType == Classic {
		t.SubType, t.Schema = Classic, table.WithStandard(classicColumns)
	}
	return t, nil
}

// newBareTable is a table with Kusto's rules for names, before it gets its columns.
func (s *Store) newBareTable(spec TableSpec) (*Table, error) {
	if name := spec.Ref.Table; !entityName.MatchString(name) || len(name) > maxEntityName {
		return nil, invalid("InvalidParameter", "The table name '%s' is invalid: it has at most %d letters, digits, and '_', '.', '-' and blanks.", name, maxEntityName)
	}
	if _, err := s.Workspace(spec.Ref.Workspace); err != nil {
		return nil, err
	}
	return &Table{Ref: spec.Ref, Schema: &table.Schema{}, Custom: true, Bare: true, TableSettings: TableSettings{Plan: "Analytics", SubType: "Any"}}, nil
}

func (s TableSettings) with(n TableSettings) TableSettings {
	for _, f := range []struct{ to, from *string }{{&s.Description, &n.Description}, {&s.DisplayName, &n.DisplayName}, {&s.Plan, &n.Plan}, {&s.SubType, &n.SubType}, {&s.Folder, &n.Folder}} {
		if *f.from != "" {
			*f.to = *f.from
		}
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
		if c.Name == table.TimeGenerated && c.Type != table.Datetime {
			return nil, invalid("InvalidParameter", "The column '%s' must be datetime, not %s.", c.Name, c.Type)
		}
		s.Cols = append(s.Cols, c)
	}
	if t.Bare {
		if len(s.Cols) > maxBareColumns {
			return nil, invalid("InvalidParameter", "Table '%s' would have %d columns: %d are allowed.", t.Ref.Table, len(s.Cols), maxBareColumns)
		}
		return s, nil
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
	if slices.Contains(t.Dropped, name) {
		return invalid("InvalidParameter", "The column '%s' was dropped from table '%s': another cannot have its name.", name, t.Ref.Table)
	}
	if t.Bare {
		return checkBareColumn(name)
	}
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

// checkBareColumn refuses a name that a column of a bare table may not have: one that
// Kusto does not allow, or under which the table stores something itself.
func checkBareColumn(name string) error {
	switch {
	case !entityName.MatchString(name) || len(name) > maxEntityName:
		return invalid("InvalidParameter", "The column name '%s' is invalid: it has at most %d letters, digits, and '_', '.', '-' and blanks.", name, maxEntityName)
	case slices.Contains([]string{table.TimeReceived, table.BilledSize, table.Seq}, name):
		return invalid("InvalidParameter", "The column name '%s' is reserved.", name)
	}
	return nil
}

// DropColumns takes columns away from a bare table; queries do not see their values
// again. Errors: *InvalidError.
func (s *Store) DropColumns(ctx context.Context, ref table.Ref, names ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.Table(ref)
	if err != nil {
		return err
	}
	if !t.Bare {
		return invalid("InvalidParameter", "The columns of table '%s' cannot be dropped: only tables made by .create table can lose columns.", ref.Table)
	}
	left := &table.Schema{}
	for _, c := range t.Schema.Cols {
		if !slices.Contains(names, c.Name) {
			left.Cols = append(left.Cols, c)
		}
	}
	settings := t.TableSettings
	for _, n := range names {
		if t.Schema.Index(n) < 0 {
			return invalid("InvalidParameter", "Table '%s' has no column '%s'.", ref.Table, n)
		}
		settings.Dropped = append(slices.Clone(settings.Dropped), n)
	}
	doc, err := document(kindTable, ref.String(), settings)
	if err != nil {
		return err
	}
	def := catalog.Table{Ref: ref, Schema: left, Retention: t.own.retention, Total: t.own.total, Bare: true}
	if err := s.cat.Commit(ctx, catalog.Edit{PutTables: []catalog.Table{def}, PutDocs: []catalog.Doc{doc}}); err != nil {
		return fmt.Errorf("control: drop columns of %s: %w", ref, err)
	}
	return nil
}

// DescribeColumns sets the descriptions of columns of a table, by their names.
func (s *Store) DescribeColumns(ctx context.Context, ref table.Ref, docs map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.Table(ref)
	if err != nil {
		return err
	}
	cols := slices.Clone(t.Schema.Cols)
	for i := range cols {
		if doc, ok := docs[cols[i].Name]; ok {
			cols[i].Doc = doc
		}
		if len(cols[i].Doc) > maxSavedText {
			return invalid("InvalidParameter", "The description of column '%s' is longer than %d bytes.", cols[i].Name, maxSavedText)
		}
	}
	def := catalog.Table{Ref: ref, Schema: &table.Schema{Cols: cols}, Retention: t.own.retention, Total: t.own.total, Bare: t.Bare}
	if err := s.cat.Commit(ctx, catalog.Edit{PutTables: []catalog.Table{def}}); err != nil {
		return fmt.Errorf("control: describe columns of %s: %w", ref, err)
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
	e := catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindTable, ID: ref.String()}, {Kind: kindUpdate, ID: ref.String()}}}
	s.cat.View().Docs(kindMapping, func(doc catalog.Doc) bool {
		if strings.HasPrefix(doc.ID, mappingsOf(ref)) {
			e.DropDocs = append(e.DropDocs, doc)
		}
		return true
	})
	if err := s.cat.Commit(ctx, e); err != nil {
		return false, fmt.Errorf("control: delete table %s: %w", ref, err)
	}
	return true, nil
}
