package serve

import (
	"net/http"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// access is what a caller may read, as queries ask for it.
func (s *Server) access(c control.Caller) func(table.Ref) (engine.Access, error) {
	return func(ref table.Ref) (engine.Access, error) {
		a, err := s.ctl.Access(c, ref, "")
		return accessOf(a), err
	}
}

func accessOf(a control.Access) engine.Access {
	out := engine.Access{Where: a.Where}
	if a.Denied != nil { // an error in an interface, unlike a nil pointer
		out.Denied = a.Denied
	}
	return out
}

// accessByResource is what a caller may read of the rows about a resource. A workspace
// that does not let them read a table is left out, unless none does:
// https://learn.microsoft.com/azure/azure-monitor/logs/api/azure-resource-queries
func (s *Server) accessByResource(c control.Caller, resource string, workspaces []*control.Workspace) func(table.Ref) (engine.Access, error) {
	return func(ref table.Ref) (engine.Access, error) {
		own, err := s.ctl.Access(c, ref, resource)
		if err != nil || own.Denied == nil {
			return accessOf(own), err
		}
		for _, w := range workspaces {
			other, err := s.ctl.Access(c, table.Ref{Workspace: w.Properties.CustomerID, Table: ref.Table}, resource)
			if err != nil {
				return engine.Access{}, err
			}
			if other.Denied == nil {
				return engine.Access{Where: "false"}, nil
			}
		}
		return accessOf(own), nil
	}
}

// queryResource answers a query of the rows about a resource.
func (s *Server) queryResource(w http.ResponseWriter, r *http.Request, id string) error {
	caller, err := s.ctl.Authenticate(r, control.QueryLogs.For...)
	if err != nil {
		return err
	}
	if _, ok := control.ParseID(id); !ok {
		return &apiError{Code: "PathNotFoundError", Message: "The requested path does not exist", status: http.StatusNotFound}
	}
	all, err := control.List[control.Workspace](s.ctl, "/")
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return &apiError{Code: "ResourceNotFoundError", Message: "There is no workspace that could hold rows about the resource " + id, status: http.StatusNotFound}
	}
	if len(all) > maxWorkspaces {
		return badRequest("TooManyWorkspacesError", "There are more workspaces than one query may read: name those that it shall read")
	}
	body, err := readQuery(r)
	if err != nil {
		return err
	}
	p := parsePrefer(strings.Join(r.Header.Values("Prefer"), ","))
	q, err := s.prepare(r, all[0], caller, body, p)
	if err != nil {
		return err
	}
	q.Access = s.accessByResource(caller, id, all)
	for _, ws := range all[1:] {
		q.Others = append(q.Others, ws.Properties.CustomerID)
	}
	res, err := s.eng.Query(r.Context(), q)
	if err != nil {
		return err
	}
	return s.answer(w, r, answer{res: res, prefer: p, workspace: all[0]})
}

// ResourceLogs answers Resource Manager's query of a resource's logs, at
// {resource id}/providers/Microsoft.Insights/logs.
func (s *Server) ResourceLogs(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimRight(r.URL.Path, "/")
	if err := s.queryResource(w, r, path[:strings.LastIndex(strings.ToLower(path), "/providers/")]); err != nil {
		s.writeError(w, r, err)
	}
}
