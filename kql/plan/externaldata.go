package plan

import "github.com/yagura/yagura/table"

// ExternalData reads the files at URIs, which a query names. Props are as the query
// writes them: format, ignoreFirstRecord, ….
type ExternalData struct {
	Table *table.Schema
	URIs  []string
	Props map[string]string
}

func (n *ExternalData) Schema() *table.Schema  { return n.Table }
func (n *ExternalData) Inputs() []Node         { return nil }
func (n *ExternalData) WithInputs([]Node) Node { return n }
func (*ExternalData) node()                    {}
