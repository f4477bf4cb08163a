// Package conformance measures Yagura's KQL against a suite that lies beside the
// checkout, in ../shared/kql: real-world queries, the examples of Kusto's
// documentation and another engine's tests. Its tests are skipped where that is
// absent.
package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// suite is the folder of the suite, seen from this package.
const suite = "../../../shared/kql"

// suiteFile returns the path of a file of the suite.
func suiteFile(name string) string {
	if dir := os.Getenv("YAGURA_CONFORMANCE"); dir != "" {
		return filepath.Join(dir, name)
	}
	return filepath.Join(suite, name)
}

// readLines decodes a file of one JSON value a line.
func readLines[T any](name string) ([]T, error) {
	f, err := os.Open(suiteFile(name))
	if err != nil {
		return nil, fmt.Errorf("open the suite: %w", err)
	}
	defer f.Close()
	var out []T
	d := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
	for {
		var v T
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		out = append(out, v)
	}
}

// tables is a kql.Env of the suite's schemas.
type tables struct {
	schemas map[string]*table.Schema
	names   []string
}

type column struct{ Name, Type string }

// readTables reads files of {table: [{name, type}]}.
func readTables(names ...string) (*tables, error) {
	t := &tables{schemas: map[string]*table.Schema{}}
	for _, name := range names {
		text, err := os.ReadFile(suiteFile(name))
		if err != nil {
			return nil, fmt.Errorf("open the suite: %w", err)
		}
		d := json.NewDecoder(bytes.NewReader(text))
		if _, err := d.Token(); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		for d.More() { // in the order of the file, as the oracle has them
			if err := t.read(d); err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
		}
	}
	return t, nil
}

// read adds one table: its name, then its columns.
func (t *tables) read(d *json.Decoder) error {
	name, err := d.Token()
	if err != nil {
		return err
	}
	var cols []column
	if err := d.Decode(&cols); err != nil {
		return err
	}
	s := &table.Schema{}
	for _, c := range cols {
		ty, ok := table.ParseType(c.Type)
		if !ok {
			return fmt.Errorf("column %v.%s has no such type: %s", name, c.Name, c.Type)
		}
		if s.Index(c.Name) < 0 {
			s.Cols = append(s.Cols, table.Column{Name: c.Name, Type: ty})
		}
	}
	n := fmt.Sprint(name)
	if t.schemas[n] == nil {
		t.names = append(t.names, n)
	}
	t.schemas[n] = s
	return nil
}

func (t *tables) Table(name string) (table.Ref, *table.Schema, bool) {
	s, ok := t.schemas[name]
	return table.Ref{Workspace: "suite", Table: name}, s, ok
}
func (t *tables) Tables() []string { return t.names }

// Stored has what the inventory's queries ask for by name.
func (t *tables) Stored(name string) (kql.Stored, bool) {
	s, ok := map[string]kql.Stored{
		"stored view":     {Kind: kql.StoredView, Text: "() { print x = 1 }"},
		"stored group":    {Kind: kql.StoredGroup, Text: "entity_group [database('y')]"},
		"stored external": {Kind: kql.StoredExternal, External: &plan.ExternalData{Table: &table.Schema{Cols: []table.Column{{Name: "x", Type: table.Long}}}}},
	}[name]
	if name == "stored graph" {
		m, err := kql.ParseGraphModel(`{"Definition": {"Steps": [{"Kind": "AddEdges", "Query": "T", "SourceColumn": "s", "TargetColumn": "s"}]}}`)
		rows := table.NewBatch(t.schemas["T"])
		return kql.Stored{Kind: kql.StoredGraph, Graph: m, Snapshot: func(string) (*kql.GraphSnapshot, bool) {
			return &kql.GraphSnapshot{Model: m, Rows: []*table.Batch{rows}}, true
		}}, err == nil
	}
	return s, ok
}

// kept is the result that the inventory's query asks for by name.
func kept(name string) (*table.Batch, bool) {
	return table.NewBatch(&table.Schema{Cols: []table.Column{{Name: "x", Type: table.Long}}}), name == "stored result"
}

func (t *tables) Workspace(string) (kql.Env, bool) { return t, true }

// alone is the environment of a query that needs no table: it finds the suite's by
// their names, but wildcards, search and find mean none of them.
type alone struct{ kql.Env }

func (alone) Tables() []string { return nil }

// suiteTables are the tables of all queries, read once.
var suiteTables = sync.OnceValues(func() (*tables, error) {
	return readTables("schemas.json", "samples_schema.json")
})
