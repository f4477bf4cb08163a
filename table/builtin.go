package table

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// One JSON file for each table that Azure Monitor defines: its name, and its
// columns as pairs of name and type.
//
//go:embed builtin/*.json
var builtinFiles embed.FS

var builtins struct {
	names func() []string
	mu    sync.Mutex
	read  map[string]*Schema
}

func init() {
	builtins.read = map[string]*Schema{}
	builtins.names = sync.OnceValue(func() []string {
		files, err := builtinFiles.ReadDir("builtin")
		if err != nil {
			panic(fmt.Sprintf("table: read embedded tables: %v", err))
		}
		names := make([]string, len(files))
		for i, f := range files {
			names[i] = strings.TrimSuffix(f.Name(), ".json")
		}
		slices.Sort(names)
		return names
	})
}

// Builtins lists the names of the tables that Azure Monitor defines, sorted.
func Builtins() []string { return builtins.names() }

// Builtin returns the definition of a table that Azure Monitor defines. Names are
// case sensitive, as in Kusto.
func Builtin(name string) (*Schema, bool) {
	builtins.mu.Lock()
	defer builtins.mu.Unlock()
	if s := builtins.read[name]; s != nil {
		return s, true
	}
	if _, ok := slices.BinarySearch(builtins.names(), name); !ok {
		return nil, false
	}
	text, err := builtinFiles.ReadFile("builtin/" + name + ".json")
	if err != nil {
		panic(fmt.Sprintf("table: read embedded table %s: %v", name, err))
	}
	var def struct{ Columns [][2]string }
	if err := json.Unmarshal(text, &def); err != nil {
		panic(fmt.Sprintf("table: embedded table %s: %v", name, err))
	}
	s := &Schema{Cols: make([]Column, len(def.Columns))}
	for i, c := range def.Columns {
		t, ok := ParseType(c[1])
		if !ok {
			panic(fmt.Sprintf("table: embedded table %s: column %s has no such type: %s", name, c[0], c[1]))
		}
		s.Cols[i] = Column{Name: c[0], Type: t}
	}
	builtins.read[name] = s
	return s, true
}

// Immutable reports whether rows of a table of Azure Monitor's can only be added, and
// expire: nobody takes one away or changes it, whatever roles they have. It is so of the
// activity log.
func Immutable(name string) bool { return name == "AzureActivity" }

// LeastDays is for how many days rows of a table of Azure Monitor's are kept at least,
// where nothing that the table says itself is shorter. Of most, 0.
// https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure
func LeastDays(name string) int {
	if name == "AzureActivity" || name == "Usage" {
		return 90
	}
	return 0
}
