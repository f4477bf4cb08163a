package serve

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/responses"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/internal/route"
)

// page is the route of what is no API: the page's files and its addresses.
const page = "GET /{path...}"

// described is an operation of the description.
type described struct {
	path string
	item *v3.PathItem
}

// description is the description, by method and the path of the route.
var description = sync.OnceValues(func() (*v3.Document, map[string]described) {
	doc, err := libopenapi.NewDocument(openAPI)
	if err != nil {
		panic(err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		panic(err)
	}
	ops := map[string]described{}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, op := range item.GetOperations().FromOldest() {
			at := path
			if x, ok := op.Extensions.Get("x-route"); ok {
				at = x.Value
			}
			ops[strings.ToUpper(method)+" "+at] = described{path, item}
		}
	}
	return &model.Model, ops
})

// likeDescribed makes each answer of the routes fail the test that is not as the
// description has it.
func likeDescribed(t *testing.T, routes []route.Route) []route.Route {
	t.Helper()
	model, ops := description()
	check := responses.NewResponseBodyValidator(model)
	for i := range routes {
		rt := &routes[i]
		handle, at := rt.Handle, rt.Pattern[strings.IndexByte(rt.Pattern, ' '):]
		if rt.Pattern == page {
			continue
		}
		rt.Handle = func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			handle(rec, r)
			maps.Copy(w.Header(), rec.Header())
			w.WriteHeader(rec.Code)
			_, _ = w.Write(rec.Body.Bytes())
			op, ok := ops[r.Method+at]
			if !ok {
				t.Errorf("%s%s is not described", r.Method, at)
				return
			}
			res := &http.Response{StatusCode: rec.Code, Header: rec.Header(), Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes()))}
			_, wrongs := check.ValidateResponseBodyWithPathItem(r, res, op.item, op.path)
			for _, e := range wrongs {
				t.Errorf("%s%s: the answer is not as it is described: %s\n%.500s", r.Method, at, e, rec.Body)
				for _, s := range e.SchemaValidationErrors {
					t.Errorf("  %s: %s", s.KeywordLocation, s.Reason)
				}
			}
		}
	}
	return routes
}

// TestDescription holds the description to OpenAPI and to the routes: none is missing,
// none invented.
func TestDescription(t *testing.T) {
	w := newWorld(t, engine.Options{})
	status, text := w.do("GET", "/openapi.yaml", "")
	doc, err := libopenapi.NewDocument([]byte(text))
	if status != 200 || err != nil {
		t.Fatalf("%d %v", status, err)
	}
	v, errs := validator.NewValidator(doc)
	if errs != nil {
		t.Fatal(errs)
	}
	if ok, wrongs := v.ValidateDocument(); !ok {
		for _, e := range wrongs {
			t.Errorf("%s: %v", e, e.SchemaValidationErrors)
		}
	}
	_, ops := description()
	var served []string
	for _, rt := range w.server.Routes() {
		methods, at, _ := strings.Cut(rt.Pattern, " ")
		for m := range strings.SplitSeq(methods, "|") {
			if rt.Pattern != page {
				served = append(served, m+" "+at)
			}
		}
	}
	for _, s := range served {
		if _, ok := ops[s]; !ok {
			t.Errorf("openapi.yaml does not describe %s", s)
		}
	}
	for s := range ops {
		if !slices.Contains(served, s) {
			t.Errorf("openapi.yaml describes %s, which is no route", s)
		}
	}
}
