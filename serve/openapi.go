package serve

import (
	_ "embed"
	"net/http"
)

// What this package answers, as OpenAPI 3.1. The page's client is generated from it,
// and the tests hold it to the routes and to what they answer.
//
//go:embed openapi.yaml
var openAPI []byte

var openAPIRoutes = []endpoint{{"GET /openapi.yaml", (*Server).openAPI}}

func (s *Server) openAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Cache-Control", "no-cache")
	_, err := w.Write(openAPI)
	return err
}
