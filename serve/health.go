package serve

import "net/http"

var healthRoutes = []endpoint{{"GET /healthz", (*Server).health}}

// health answers 200 once the server can take rows and answer queries.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) error {
	if s.o.Ready != nil {
		if err := s.o.Ready(); err != nil {
			writeJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "unavailable", "reason": err.Error()})
			return nil
		}
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok", "version": s.o.Version})
	return nil
}
