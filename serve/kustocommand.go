package serve

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/table"
)

// command is one management command: what it looks like, and the table that it answers.
type command struct {
	form *regexp.Regexp
	run  func(s *Server, q *kustoRequest, args []string) (*table.Batch, error)
}

// commands are those that clients and tools send to find their way. Any other is
// refused by name.
var commands = []command{
	{form(`\.show version`), (*Server).showVersion},
	{form(`\.show databases(?: details| schema)?`), (*Server).showDatabases},
	{form(`\.show tables(?: details)?`), (*Server).showTables},
	{form(`\.show table (\S+)(?: cslschema)?`), (*Server).showTable},
	{form(`\.show database (\S+) schema as json`), (*Server).showSchemaJSON},
	{form(`\.show (?:database \S+ )?schema`), (*Server).showSchema},
	{form(`\.show functions`), (*Server).showFunctions},
}

func form(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)^\s*` + strings.ReplaceAll(pattern, " ", `\s+`) + `\s*;?\s*$`)
}

// kustoCommand answers a management command with one table, as version 1 does.
func (s *Server) kustoCommand(w http.ResponseWriter, r *http.Request, q *kustoRequest) error {
	if !isCommand(q.CSL) {
		return s.kustoQueryV1(w, r, q)
	}
	for _, c := range commands {
		m := c.form.FindStringSubmatch(q.CSL)
		if m == nil {
			continue
		}
		b, err := c.run(s, q, m[1:])
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		k := &kustoWriter{w: bufio.NewWriter(w), v1: true}
		k.raw(`{"Tables":[{"TableName":"Table_0","Columns":`)
		k.columns(b.Schema)
		k.raw(`,"Rows":[`)
		_, err = k.rows(r.Context(), table.NewReader(b.Schema, b))
		k.raw(`]}]}`)
		return s.tooLate(errors.Join(err, k.w.Flush()))
	}
	words := strings.Fields(q.CSL)
	return badRequest("General_BadRequest", fmt.Sprintf("The management command %s is not there yet", strings.Join(words[:min(len(words), 3)], " ")))
}

// batchOf makes an empty table of columns "Name:type".
func batchOf(columns ...string) *table.Batch {
	s := &table.Schema{}
	for _, c := range columns {
		name, typ, _ := strings.Cut(c, ":")
		t, ok := table.ParseType(typ)
		if !ok {
			panic("serve: no such type: " + c)
		}
		s.Cols = append(s.Cols, table.Column{Name: name, Type: t})
	}
	return table.NewBatch(s)
}

func (s *Server) showVersion(*kustoRequest, []string) (*table.Batch, error) {
	b := batchOf("BuildVersion:string", "BuildTime:datetime", "ServiceType:string", "ProductVersion:string", "ServiceOffering:string")
	b.AppendRow(s.o.Version, nil, "Engine", "Yagura "+s.o.Version, "")
	return b, nil
}

func (s *Server) showDatabases(q *kustoRequest, _ []string) (*table.Batch, error) {
	b := batchOf("DatabaseName:string", "PersistentStorage:string", "Version:string", "IsCurrent:bool", "DatabaseAccessMode:string", "PrettyName:string", "DatabaseId:guid")
	all, err := control.List[control.Workspace](s.ctl, "/")
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		if s.ctl.Allow(q.caller, control.QueryLogs, w.ID) != nil {
			continue
		}
		id, err := table.ParseUUID(w.Properties.CustomerID)
		if err != nil {
			return nil, fmt.Errorf("read workspace %s: %w", w.ID, err)
		}
		b.AppendRow(w.Name, "", "v1.0", w.ID == q.workspace.ID, "ReadOnly", w.Name, id)
	}
	return b, nil
}

func (s *Server) showTables(q *kustoRequest, _ []string) (*table.Batch, error) {
	b := batchOf("TableName:string", "DatabaseName:string", "Folder:string", "DocString:string")
	for _, t := range s.eng.Tables(q.workspace.Properties.CustomerID) {
		b.AppendRow(t.Name, q.workspace.Name, "", "")
	}
	return b, nil
}

func (s *Server) showTable(q *kustoRequest, args []string) (*table.Batch, error) {
	name := strings.Trim(args[0], `[]'"`)
	b := batchOf("TableName:string", "Schema:string", "DatabaseName:string", "Folder:string", "DocString:string")
	for _, t := range s.eng.Tables(q.workspace.Properties.CustomerID) {
		if t.Name == name {
			var cols []string
			for _, c := range t.Schema.Cols {
				cols = append(cols, c.Name+":"+c.Type.String())
			}
			b.AppendRow(t.Name, strings.Join(cols, ","), q.workspace.Name, "", "")
			return b, nil
		}
	}
	return nil, badRequest("BadRequest_EntityNotFound", fmt.Sprintf("Entity ID '%s' of kind 'Table' was not found.", name))
}

func (s *Server) showSchema(q *kustoRequest, _ []string) (*table.Batch, error) {
	b := batchOf("DatabaseName:string", "TableName:string", "ColumnName:string", "ColumnType:string", "IsDefaultTable:bool", "IsDefaultColumn:bool", "PrettyName:string", "Version:string", "Folder:string", "DocString:string")
	for _, t := range s.eng.Tables(q.workspace.Properties.CustomerID) {
		b.AppendRow(q.workspace.Name, t.Name, "", "", false, false, "", "v1.0", "", "")
		for _, c := range t.Schema.Cols {
			b.AppendRow(q.workspace.Name, t.Name, c.Name, "System."+dotnetTypes[c.Type], false, false, "", "", "", "")
		}
	}
	return b, nil
}

func (s *Server) showSchemaJSON(q *kustoRequest, _ []string) (*table.Batch, error) {
	tables := map[string]any{}
	for _, t := range s.eng.Tables(q.workspace.Properties.CustomerID) {
		cols := []map[string]string{}
		for _, c := range t.Schema.Cols {
			cols = append(cols, map[string]string{"Name": c.Name, "Type": "System." + dotnetTypes[c.Type], "CslType": c.Type.String()})
		}
		tables[t.Name] = map[string]any{"Name": t.Name, "OrderedColumns": cols}
	}
	text, err := json.Marshal(map[string]any{"Databases": map[string]any{q.workspace.Name: map[string]any{
		"Name": q.workspace.Name, "Tables": tables, "MajorVersion": 1, "MinorVersion": 0, "Functions": map[string]any{}, "DatabaseAccessMode": "ReadOnly",
	}}})
	if err != nil {
		return nil, err
	}
	b := batchOf("DatabaseSchema:string")
	b.AppendRow(string(text))
	return b, nil
}

func (s *Server) showFunctions(*kustoRequest, []string) (*table.Batch, error) {
	return batchOf("Name:string", "Parameters:string", "Body:string", "Folder:string", "DocString:string"), nil
}
