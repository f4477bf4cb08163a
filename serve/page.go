package serve

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// The built page; dist is made by "make ui" from web/. Without it there is a
// placeholder that says so.
//
//go:embed all:dist
var dist embed.FS

var pageRoutes = []endpoint{
	{"GET /ui/examples.json", (*Server).examples},
	{"GET /{path...}", (*Server).page},
}

// contentSecurityPolicy lets the page load nothing but what the server sends. The
// editor sets inline styles.
const contentSecurityPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; " +
	"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func (s *Server) examples(w http.ResponseWriter, _ *http.Request) error {
	list := s.o.Examples
	if list == nil {
		list = []Example{}
	}
	writeJSON(w, http.StatusOK, list)
	return nil
}

// page serves the built files; any other path without an extension is a view of the
// page, which finds its way by the address.
func (s *Server) page(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if r.URL.Query().Has("signin") {
		if s.signInByKey(r) {
			if err := s.setCookie(w, r, s.o.Principal); err != nil {
				return err
			}
		}
		http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
		return nil
	}
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(path.Clean("/"+r.PathValue("path")), "/")
	if f, err := fs.Stat(files, name); err != nil || f.IsDir() {
		if path.Ext(name) != "" {
			return &apiError{Code: "PathNotFoundError", Message: "The requested path does not exist", status: http.StatusNotFound}
		}
		name = "index.html"
		if _, err := fs.Stat(files, name); err != nil {
			name = "placeholder.html"
		}
	}
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable") // the names carry a hash
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	http.ServeFileFS(w, r, files, name)
	return nil
}
