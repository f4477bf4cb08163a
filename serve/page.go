package serve

import (
	"bytes"
	"crypto/rand"
	"embed"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
)

// The built page; dist is made by "make ui" from web/. Without it there is a
// placeholder that says so.
//
//go:embed all:dist
var dist embed.FS

var pageRoutes = []endpoint{
	{"GET /ui/examples.json", (*Server).examples},
	{"GET /ui/functions.json", (*Server).functions},
	{"GET /{path...}", (*Server).page},
}

// contentSecurityPolicy lets the page load nothing but what the server sends, and use
// styles that its scripts make, which carry the nonce of the answer.
func contentSecurityPolicy(nonce string) string {
	return "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "'; worker-src 'self' blob:; " +
		"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}

// noncePlace is what stands in the built index in the place of the nonce.
const noncePlace = "nonce-of-the-answer"

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
	nonce := rand.Text()
	h.Set("Content-Security-Policy", contentSecurityPolicy(nonce))
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
	if slices.Contains(strings.Split(r.URL.Path, "/"), "..") {
		return badRequest("InvalidPath", "A path may not lead upwards")
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
	if name == "index.html" {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, err = w.Write(bytes.ReplaceAll(text, []byte(noncePlace), []byte(nonce)))
		return err
	}
	http.ServeFileFS(w, r, files, name)
	return nil
}
