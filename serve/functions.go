package serve

import (
	"net/http"
	"sync"

	"github.com/yagura/yagura/kql/fn"
)

// functionDoc is what the editor says of a function, an aggregate or an operator in words.
type functionDoc struct {
	Name    string            `json:"name"`
	Doc     string            `json:"doc"`
	Calls   [][]functionParam `json:"calls"` // the parameters of each way to call it; of an operator none
	Example *functionExample  `json:"example,omitempty"`
}

type functionParam struct {
	Name     string `json:"name"`
	Optional bool   `json:"optional,omitempty"`
	Repeats  bool   `json:"repeats,omitempty"`
}

type functionExample struct {
	In  string `json:"in"`
	Out string `json:"out"`
}

var functionDocs = sync.OnceValue(func() []functionDoc {
	list := []functionDoc{}
	for _, f := range fn.All() {
		d := functionDoc{Name: f.Name, Doc: f.Doc, Calls: [][]functionParam{}}
		if f.Kind != fn.Operator {
			for _, o := range f.Overloads {
				call := make([]functionParam, len(o.Params))
				for i, p := range o.Params {
					call[i] = functionParam{p.Name, p.Opt, p.Rest}
				}
				d.Calls = append(d.Calls, call)
			}
		}
		if len(f.Examples) > 0 {
			d.Example = &functionExample{f.Examples[0].In, f.Examples[0].Out}
		}
		list = append(list, d)
	}
	return list
})

func (s *Server) functions(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, functionDocs())
	return nil
}
