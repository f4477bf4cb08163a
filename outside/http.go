package outside

import (
	"context"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// httpRequest asks for http_request and http_request_post: a row of the answer's headers
// and its body, which is JSON if it says so, else text.
// https://learn.microsoft.com/kusto/query/http-request-plugin
func (r *Reader) httpRequest(n *plan.Plugin, args map[string]table.Value, id string) *answer {
	q := request{method: http.MethodGet, id: id}
	if n.Name == "http_request_post" {
		q.method = http.MethodPost
	}
	q.address, _ = args["Uri"].(string)
	q.content, _ = args["Content"].(string)
	q.headers = bagOf(args["RequestHeaders"])
	return &answer{r: r, q: q, name: n.Name, schema: n.Schema()}
}

// request is what a query asks for.
type request struct {
	method, address string
	headers         *table.Bag // may be nil
	content         string     // JSON
	id              string
}

// answer gives the one row of a request.
type answer struct {
	r      *Reader
	q      request
	name   string
	schema *table.Schema
	done   bool
}

func (a *answer) Schema() *table.Schema { return a.schema }
func (a *answer) Close() error          { return nil }

func (a *answer) Next(ctx context.Context) (*table.Batch, error) {
	if a.done {
		return nil, io.EOF
	}
	a.done = true
	headers, body, err := a.r.ask(ctx, a.q)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", a.name, place(a.q.address), err)
	}
	b := table.NewBatch(a.schema)
	b.AppendRow(headers, body)
	return b, nil
}

// maxHeaders is how many headers a query may send along.
const maxHeaders = 100

func (r *Reader) ask(ctx context.Context, q request) (headers, body table.Dyn, err error) {
	u, e, err := allowed(r.o.Requests, q.address, "http-request")
	if err != nil {
		return headers, body, err
	}
	req, err := http.NewRequestWithContext(ctx, q.method, u.String(), strings.NewReader(q.content))
	if err != nil {
		return headers, body, err
	}
	if q.method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	if err := addHeaders(req, q.headers); err != nil {
		return headers, body, err
	}
	if u.Scheme == "http" && req.Header.Get("Authorization") != "" {
		return headers, body, fmt.Errorf("%w: the header Authorization is sent over https only", ErrNotAllowed)
	}
	req.Header.Set("x-ms-client-request-id", q.id)
	req.Header.Set("x-ms-readonly", "true")
	res, err := r.do(req, r.o.Requests, e)
	if err != nil {
		return headers, body, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return headers, body, fmt.Errorf("read the answer: %w", err)
	}
	bag := &table.Bag{}
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		bag.Set(name, strings.Join(res.Header[name], ", "))
	}
	return table.NewDyn(bag), bodyOf(res.Header.Get("Content-Type"), text), nil
}

// connection are headers that belong to the connection and not to a query.
var connection = map[string]bool{"Host": true, "Connection": true, "Content-Length": true, "Transfer-Encoding": true, "Upgrade": true, "Te": true, "Trailer": true}

func addHeaders(req *http.Request, headers *table.Bag) error {
	if headers == nil {
		return nil
	}
	if len(headers.Keys) > maxHeaders {
		return fmt.Errorf("more than %d headers", maxHeaders)
	}
	for i, name := range headers.Keys {
		value, ok := headers.Vals[i].(string)
		if !ok {
			value = table.TreeText(headers.Vals[i])
		}
		if connection[http.CanonicalHeaderKey(name)] {
			return fmt.Errorf("the header %q cannot be sent: it is the connection's", name)
		}
		req.Header.Set(name, value)
	}
	return nil
}

// bodyOf reads an answer as what its type says it is.
func bodyOf(contentType string, text []byte) table.Dyn {
	kind, _, _ := mime.ParseMediaType(contentType)
	if kind == "application/json" {
		if tree, err := table.ParseTree(string(text)); err == nil {
			return table.NewDyn(tree)
		}
	}
	return table.NewDyn(strings.ToValidUTF8(string(text), "\ufffd"))
}
