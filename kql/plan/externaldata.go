package plan

import "github.com/yagura/yagura/table"

// ExternalData reads what lies outside of the server: files that a query names, or an
// external table. Props are as they are written: format, ignoreFirstRecord, ….
type ExternalData struct {
	Table *table.Schema
	URIs  []string // of kind=sql: the connection string
	Props map[string]string
	// Source is the name of the table that kind=sql reads, in its parts.
	Source []string
	// Folders says that each of URIs stands for the files under it: that of an external
	// table. Its Path, if it has one, leads from there to the files' folders.
	Folders    bool
	Partitions []FilePartition
	Path       []PathPart
	// Of is the external table that a workspace keeps, for who may read it; zero for what
	// the query itself describes.
	Of table.Ref
}

// FilePartition is a value that the paths of an external table's files tell. With no Of it is
// a column of the table.
type FilePartition struct {
	Name string     `json:"name"`
	Type table.Type `json:"type"`
	Of   string     `json:"of,omitempty"` // what of the rows it is: startofday(Timestamp)
	// Pattern is how a datetime stands in paths that do not say.
	Pattern string `json:"pattern,omitempty"`
}

// PathPart is a piece of a path: a text, or the value of a partition.
type PathPart struct {
	Text      string `json:"text,omitempty"`
	Partition string `json:"partition,omitempty"`
	Pattern   string `json:"pattern,omitempty"` // of a datetime
}

// What names it in messages.
func (n *ExternalData) What() string {
	switch {
	case n.Of.Table != "":
		return "external table " + n.Of.Table
	case n.Folders:
		return "inline_external_table"
	}
	return "externaldata"
}

func (n *ExternalData) Schema() *table.Schema  { return n.Table }
func (n *ExternalData) Inputs() []Node         { return nil }
func (n *ExternalData) WithInputs([]Node) Node { return n }
func (*ExternalData) node()                    {}
