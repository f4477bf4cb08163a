package serve

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
)

// The page's dashboards: workbooks of the workspace's resource group, and those that
// come with the demo, which cannot be changed. A version is named by its ETag.
var dashboardRoutes = []endpoint{
	{"GET /ui/dashboards", (*Server).dashboards},
	{"GET /ui/dashboards/{id}", (*Server).dashboard},
	{"PUT /ui/dashboards/{id}", (*Server).putDashboard},
	{"DELETE /ui/dashboards/{id}", (*Server).deleteDashboard},
	{"GET /ui/dashboards/{id}/revisions", (*Server).dashboardRevisions},
}

// Dashboard is one that comes with the demo.
type Dashboard struct {
	ID string
	Workbook
	Japanese Workbook
}

// Workbook is a dashboard in a language.
type Workbook struct {
	Title string `json:"title"`
	JSON  string `json:"content,omitempty"` // a workbook's serializedData
}

var (
	readDashboards   = dashboardAction("read")
	writeDashboards  = dashboardAction("write")
	deleteDashboards = dashboardAction("delete")
)

func dashboardAction(verb string) control.Action {
	return control.Action{Name: "Microsoft.Insights/workbooks/" + verb, For: []identity.Audience{identity.LogAnalytics, identity.Management}}
}

// dashboardItem is a dashboard as the page reads it.
type dashboardItem struct {
	ID       string     `json:"id"`
	Title    string     `json:"title"`
	Modified *time.Time `json:"modified,omitempty"`
	By       string     `json:"by,omitempty"`
	Shipped  bool       `json:"shipped"` // it comes with the demo
	Etag     string     `json:"etag,omitempty"`
	Content  string     `json:"content,omitempty"` // a workbook's serializedData
	Japanese *Workbook  `json:"ja,omitempty"`      // of what comes with the demo
}

func itemOf(b *control.Workbook) dashboardItem {
	return dashboardItem{ID: b.Name, Title: b.Properties.DisplayName, Modified: &b.SystemData.LastModifiedAt, By: b.SystemData.LastModifiedBy, Etag: b.Etag}
}

// dashboardScope finds the workspace whose dashboards these are, and says who asks, if
// they may.
func (s *Server) dashboardScope(r *http.Request, a control.Action) (*control.Workspace, control.Caller, error) {
	return s.workspace(r, s.o.Workspace, a)
}

func (s *Server) dashboards(w http.ResponseWriter, r *http.Request) error {
	ws, _, err := s.dashboardScope(r, readDashboards)
	if err != nil {
		return err
	}
	id, _ := control.ParseID(ws.ID)
	all, err := control.List[control.Workbook](s.ctl, id.Scope())
	if err != nil {
		return err
	}
	list := []dashboardItem{}
	for _, d := range s.o.Dashboards {
		list = append(list, dashboardItem{ID: d.ID, Title: d.Title, Shipped: true, Japanese: &Workbook{Title: d.Japanese.Title}})
	}
	for _, b := range all {
		list = append(list, itemOf(b))
	}
	writeJSON(w, http.StatusOK, list)
	return nil
}

func (s *Server) dashboard(w http.ResponseWriter, r *http.Request) error {
	ws, _, err := s.dashboardScope(r, readDashboards)
	if err != nil {
		return err
	}
	for _, d := range s.o.Dashboards {
		if d.ID == r.PathValue("id") {
			writeJSON(w, http.StatusOK, dashboardItem{ID: d.ID, Title: d.Title, Shipped: true, Content: d.JSON, Japanese: &d.Japanese})
			return nil
		}
	}
	b, err := s.findDashboard(ws, r)
	if err != nil {
		return err
	}
	item := itemOf(b)
	item.Content = b.Properties.SerializedData
	w.Header().Set("ETag", b.Etag)
	writeJSON(w, http.StatusOK, item)
	return nil
}

func (s *Server) findDashboard(ws *control.Workspace, r *http.Request) (*control.Workbook, error) {
	id, err := dashboardID(r)
	if err != nil {
		return nil, err
	}
	b, err := control.Get[control.Workbook](s.ctl, control.NewWorkbook(ws, id).ID)
	if control.IsNotFound(err) {
		return nil, &apiError{Code: "PathNotFoundError", Message: "There is no dashboard " + id, status: http.StatusNotFound}
	}
	return b, err
}

func dashboardID(r *http.Request) (string, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return "", &apiError{Code: "PathNotFoundError", Message: "The id of a dashboard is a UUID", status: http.StatusNotFound}
	}
	return id.String(), nil
}

// putDashboard creates or replaces a dashboard, if it is still at the version that
// If-Match names, or, with If-None-Match: *, if there is none.
func (s *Server) putDashboard(w http.ResponseWriter, r *http.Request) error {
	ws, caller, err := s.dashboardScope(r, writeDashboards)
	if err != nil {
		return err
	}
	id, err := dashboardID(r)
	if err != nil {
		return err
	}
	match := control.Match{Is: r.Header.Get("If-Match"), IsNot: r.Header.Get("If-None-Match")}
	if match.Is == "" && match.IsNot == "" {
		return &apiError{Code: "PreconditionRequired", Message: "Say with If-Match which version is replaced, or with If-None-Match: * that there is none", status: http.StatusPreconditionRequired}
	}
	var in struct{ Title, Content string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return badRequest("InvalidJsonBody", "The request's body is not the JSON of a dashboard: "+err.Error())
	}
	b := control.NewWorkbook(ws, id)
	b.Properties.DisplayName, b.Properties.SerializedData = in.Title, in.Content
	created, err := control.PutIf(r.Context(), s.ctl, caller, b, match)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	w.Header().Set("ETag", b.Etag)
	writeJSON(w, status, itemOf(b))
	return nil
}

func (s *Server) deleteDashboard(w http.ResponseWriter, r *http.Request) error {
	ws, caller, err := s.dashboardScope(r, deleteDashboards)
	if err != nil {
		return err
	}
	b, err := s.findDashboard(ws, r)
	if err != nil {
		return err
	}
	if _, err := s.ctl.Delete(r.Context(), caller, b.ID, control.Match{Is: r.Header.Get("If-Match")}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) dashboardRevisions(w http.ResponseWriter, r *http.Request) error {
	ws, _, err := s.dashboardScope(r, readDashboards)
	if err != nil {
		return err
	}
	b, err := s.findDashboard(ws, r)
	if err != nil {
		return err
	}
	all, err := s.ctl.WorkbookRevisions(b.ID)
	if err != nil {
		return err
	}
	list := []dashboardItem{}
	for _, v := range all {
		list = append(list, dashboardItem{ID: v.Revision, Title: v.DisplayName, Modified: &v.Modified, By: v.By, Content: v.SerializedData})
	}
	writeJSON(w, http.StatusOK, list)
	return nil
}
