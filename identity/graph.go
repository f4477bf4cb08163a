package identity

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/internal/route"
	"github.com/yagura/yagura/store/catalog"
)

// As much of Microsoft Graph as it takes to manage the directory: applications with
// their secrets and certificates, service principals, users, groups, directory roles.
// https://learn.microsoft.com/graph/api/overview
func (d *Directory) graphRoutes() []route.Route {
	return []route.Route{{Pattern: "GET|POST|PATCH|DELETE /v1.0/{path...}", Handle: d.graph}}
}

// graphRequest is one request: by whom, with which parts of the path where the pattern
// has "*", and what it sends.
type graphRequest struct {
	*http.Request
	by   Principal
	ids  []string
	body graphBody
}

// graphBody has the properties of everything that can be sent; each operation reads its
// own.
type graphBody struct {
	AppID              string           `json:"appId"`
	DisplayName        string           `json:"displayName"`
	UserPrincipalName  string           `json:"userPrincipalName"`
	Mail               string           `json:"mail"`
	MailNickname       string           `json:"mailNickname"`
	MailEnabled        bool             `json:"mailEnabled"`
	SecurityEnabled    bool             `json:"securityEnabled"`
	Description        string           `json:"description"`
	SignInAudience     string           `json:"signInAudience"`
	AccountEnabled     *bool            `json:"accountEnabled"`
	IsFallbackPublic   *bool            `json:"isFallbackPublicClient"`
	PasswordProfile    *passwordProfile `json:"passwordProfile"`
	PasswordCredential *graphKey        `json:"passwordCredential"`
	KeyCredentials     []graphKey       `json:"keyCredentials"`
	KeyID              string           `json:"keyId"`
	Web                *graphRedirects  `json:"web"`
	PublicClient       *graphRedirects  `json:"publicClient"`
	SPA                *graphRedirects  `json:"spa"`
	PrincipalID        string           `json:"principalId"`
	RoleDefinitionID   string           `json:"roleDefinitionId"`
	DirectoryScopeID   string           `json:"directoryScopeId"`
	ODataType          string           `json:"@odata.type"`
	ODataID            string           `json:"@odata.id"`
}

type passwordProfile struct {
	Password   string `json:"password"`
	ForceReset bool   `json:"forceChangePasswordNextSignIn"`
	ForceMFA   bool   `json:"forceChangePasswordNextSignInWithMfa"`
}

type graphKey struct {
	KeyID       string     `json:"keyId"`
	DisplayName string     `json:"displayName"`
	Type        string     `json:"type"`
	Usage       string     `json:"usage"`
	Key         string     `json:"key"`
	Start       *time.Time `json:"startDateTime"`
	End         *time.Time `json:"endDateTime"`
	CustomID    string     `json:"customKeyIdentifier"`
	Hint        string     `json:"hint"`
}

type graphRedirects struct {
	RedirectURIs []string `json:"redirectUris"`
}

// graphError is an error in Graph's shape.
type graphError struct {
	status        int
	code, message string
}

func (e *graphError) Error() string { return e.code + ": " + e.message }

func graphBad(format string, args ...any) error {
	return &graphError{http.StatusBadRequest, "Request_BadRequest", fmt.Sprintf(format, args...)}
}

func graphMissing(what string) error {
	return &graphError{http.StatusNotFound, "Request_ResourceNotFound", fmt.Sprintf("Resource '%s' does not exist or one of its queried reference-property objects are not present.", what)}
}

// graphOperation answers a request with a status and a body; writes is what a directory
// role must let its holder change, "" for reading.
type graphOperation struct {
	pattern string // "POST applications/*/addPassword"
	writes  string
	do      func(*Directory, *graphRequest) (int, any, *change, error)
}

var graphOperations []graphOperation

func init() {
	graphOperations = []graphOperation{
		{"GET me", "", (*Directory).graphMe},
		{"GET organization", "", (*Directory).graphOrganization},
		{"GET applications", "", (*Directory).listApplications},
		{"POST applications", "applications", (*Directory).createApplication},
		{"GET applications/*", "", (*Directory).getApplication},
		{"PATCH applications/*", "applications", (*Directory).updateApplication},
		{"DELETE applications/*", "applications", (*Directory).deleteApplication},
		{"POST applications/*/addPassword", "applications", (*Directory).addPassword},
		{"POST applications/*/removePassword", "applications", (*Directory).removePassword},
		{"GET servicePrincipals", "", (*Directory).listServicePrincipals},
		{"POST servicePrincipals", "applications", (*Directory).createServicePrincipal},
		{"GET servicePrincipals/*", "", (*Directory).getServicePrincipal},
		{"GET users", "", (*Directory).listUsers},
		{"POST users", "users", (*Directory).createUser},
		{"GET users/*", "", (*Directory).getUser},
		{"PATCH users/*", "users", (*Directory).updateUser},
		{"DELETE users/*", "users", (*Directory).deleteUser},
		{"GET groups", "", (*Directory).listGroups},
		{"POST groups", "groups", (*Directory).createGroup},
		{"GET groups/*", "", (*Directory).getGroup},
		{"DELETE groups/*", "groups", (*Directory).deleteGroup},
		{"GET groups/*/members", "", (*Directory).listMembers},
		{"POST groups/*/members/$ref", "groups", (*Directory).addMember},
		{"DELETE groups/*/members/*/$ref", "groups", (*Directory).removeMember},
		{"GET roleManagement/directory/roleDefinitions", "", (*Directory).listDirectoryRoles},
		{"GET roleManagement/directory/roleAssignments", "", (*Directory).listRoleHolders},
		{"POST roleManagement/directory/roleAssignments", "roles", (*Directory).createRoleHolder},
		{"DELETE roleManagement/directory/roleAssignments/*", "roles", (*Directory).deleteRoleHolder},
	}
}

// keyed is the form of a path's segment that names one thing by another key than its id:
// applications(appId='…').
var keyed = regexp.MustCompile(`^([A-Za-z]+)\((?:[A-Za-z]+=)?'([^']*)'\)$`)

func (d *Directory) graph(w http.ResponseWriter, r *http.Request) {
	correlation := r.Header.Get("client-request-id")
	if _, err := uuid.Parse(correlation); err != nil {
		correlation = uuid.NewString()
	}
	w.Header().Set("request-id", correlation)
	status, body, err := d.graphAnswer(r, correlation)
	if err != nil {
		e := graphErrorOf(err)
		status, body = e.status, map[string]any{"error": map[string]any{
			"code": e.code, "message": e.message,
			"innerError": map[string]string{"date": d.o.Now().UTC().Format("2006-01-02T15:04:05"), "request-id": correlation, "client-request-id": correlation},
		}}
	}
	if body == nil {
		w.WriteHeader(status)
		return
	}
	writeJSON(w, status, body)
}

func graphErrorOf(err error) *graphError {
	var g *graphError
	var t *TokenError
	switch {
	case errors.As(err, &g):
		return g
	case errors.As(err, &t):
		return &graphError{http.StatusUnauthorized, "InvalidAuthenticationToken", t.Message}
	case errors.Is(err, ErrExists):
		return &graphError{http.StatusBadRequest, "Request_BadRequest", "Another object with the same value for property userPrincipalName already exists."}
	case errors.Is(err, ErrNotFound):
		return &graphError{http.StatusNotFound, "Request_ResourceNotFound", "The resource does not exist."}
	}
	return &graphError{http.StatusInternalServerError, "InternalServerError", "The server failed to answer."}
}

func (d *Directory) graphAnswer(r *http.Request, correlation string) (int, any, error) {
	by, err := d.Verify(Credential(r), Graph)
	if err != nil {
		return 0, nil, err
	}
	op, ids := findGraph(r)
	if op == nil {
		return 0, nil, &graphError{http.StatusNotFound, "Request_ResourceNotFound", fmt.Sprintf("%s %s is not there.", r.Method, r.URL.Path)}
	}
	if op.writes != "" && !d.mayWrite(by, op.writes) {
		return 0, nil, &graphError{http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation: no directory role of the caller lets it change " + op.writes + "."}
	}
	q := &graphRequest{Request: r, by: by, ids: ids}
	if r.Method == http.MethodPost || r.Method == http.MethodPatch {
		dec := json.NewDecoder(io.LimitReader(r.Body, maxForm))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&q.body); err != nil && !errors.Is(err, io.EOF) {
			return 0, nil, graphBad("The request body cannot be read: %v.", err)
		}
	}
	status, body, c, err := op.do(d, q)
	if c != nil {
		c.err = err
		a := attempt{r: r}
		d.logChange(r.Context(), by, a.address(), correlation, *c)
	}
	return status, body, err
}

// findGraph finds the operation of a path, and what stands for its "*".
func findGraph(r *http.Request) (*graphOperation, []string) {
	var segs []string
	for s := range strings.SplitSeq(r.PathValue("path"), "/") {
		if m := keyed.FindStringSubmatch(s); m != nil {
			segs = append(segs, m[1], m[2])
		} else if s != "" {
			segs = append(segs, s)
		}
	}
	for i := range graphOperations {
		method, path, _ := strings.Cut(graphOperations[i].pattern, " ")
		want := strings.Split(path, "/")
		if method != r.Method || len(want) != len(segs) {
			continue
		}
		var ids []string
		ok := true
		for j, w := range want {
			if w == "*" {
				ids = append(ids, segs[j])
			} else if !strings.EqualFold(w, segs[j]) {
				ok = false
			}
		}
		if ok {
			return &graphOperations[i], ids
		}
	}
	return nil, nil
}

func (d *Directory) mayWrite(by Principal, what string) bool {
	return slices.ContainsFunc(d.directoryRoles(by.ObjectID), func(r DirectoryRole) bool { return slices.Contains(r.Writes, what) })
}

// mayChange refuses to give someone the credentials of a principal with directory roles,
// unless they have the highest one themselves: they could take its place.
func (d *Directory) mayChange(by Principal, target string) error {
	if len(d.directoryRoles(target)) == 0 || slices.ContainsFunc(d.directoryRoles(by.ObjectID), func(r DirectoryRole) bool { return r.ID == GlobalAdministrator }) {
		return nil
	}
	return &graphError{http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation: the principal has directory roles, so only a Global Administrator changes it."}
}

var graphFilter = regexp.MustCompile(`^\s*([A-Za-z]+)\s+eq\s+'((?:[^']|'')*)'\s*$`)

// list answers those of all that pass the filter, which is an equality of one property.
func (q *graphRequest) list(all []map[string]any) (int, any, *change, error) {
	text := q.URL.Query().Get("$filter")
	if text != "" {
		m := graphFilter.FindStringSubmatch(text)
		if m == nil {
			return 0, nil, nil, graphBad("The filter '%.200s' is not supported: say property eq 'value'.", text)
		}
		want := strings.ReplaceAll(m[2], "''", "'")
		all = slices.DeleteFunc(all, func(o map[string]any) bool { s, ok := o[m[1]].(string); return !ok || !strings.EqualFold(s, want) })
	}
	if all == nil {
		all = []map[string]any{}
	}
	return http.StatusOK, map[string]any{"value": all}, nil, nil
}

func (d *Directory) graphMe(q *graphRequest) (int, any, *change, error) {
	u, err := d.user(q.by.ObjectID)
	if err != nil {
		return 0, nil, nil, graphBad("/me request is only valid with delegated authentication flow.")
	}
	return http.StatusOK, showUser(u), nil, nil
}

func (d *Directory) graphOrganization(q *graphRequest) (int, any, *change, error) {
	return q.list([]map[string]any{{"id": d.tenant, "displayName": "Yagura", "tenantType": "AAD", "verifiedDomains": []any{}}})
}

func showApplication(a *application) map[string]any {
	secrets, certs := []any{}, []any{}
	for _, s := range a.Secrets {
		secrets = append(secrets, map[string]any{"keyId": s.ID, "displayName": s.Name, "hint": s.Hint, "startDateTime": s.From, "endDateTime": s.To, "secretText": nil})
	}
	for _, c := range a.Certificates {
		sum, _ := c.thumbprints()
		certs = append(certs, map[string]any{"keyId": c.ID, "displayName": c.Name, "type": "AsymmetricX509Cert", "usage": "Verify", "startDateTime": c.From, "endDateTime": c.To, "customKeyIdentifier": upperHex(sum), "key": nil})
	}
	redirects := a.Redirects
	if redirects == nil {
		redirects = []string{}
	}
	return map[string]any{
		"id": a.ID, "appId": a.ClientID, "displayName": a.Name, "createdDateTime": a.Created, "signInAudience": "AzureADMyOrg", "isFallbackPublicClient": a.Public,
		"passwordCredentials": secrets, "keyCredentials": certs, "web": map[string]any{"redirectUris": redirects},
	}
}

func showServicePrincipal(a *application) map[string]any {
	kind := "Application"
	if a.Managed != "" {
		kind = "ManagedIdentity"
	}
	return map[string]any{
		"id": a.ObjectID, "appId": a.ClientID, "displayName": a.Name, "appDisplayName": a.Name, "servicePrincipalType": kind, "accountEnabled": !a.Disabled,
		"servicePrincipalNames": []string{a.ClientID},
	}
}

func showUser(u *user) map[string]any {
	return map[string]any{
		"id": u.ID, "userPrincipalName": u.UPN, "displayName": u.Name, "mail": u.Mail, "accountEnabled": !u.Disabled, "createdDateTime": u.Created, "userType": "Member",
	}
}

func (d *Directory) listApplications(q *graphRequest) (int, any, *change, error) {
	var all []map[string]any
	for a := range d.applications {
		if a.Managed == "" {
			all = append(all, showApplication(a))
		}
	}
	return q.list(all)
}

func (d *Directory) listServicePrincipals(q *graphRequest) (int, any, *change, error) {
	var all []map[string]any
	for a := range d.applications {
		all = append(all, showServicePrincipal(a))
	}
	return q.list(all)
}

// findApplication finds an application by any of its ids.
func (d *Directory) findApplication(id string) (*application, error) {
	for a := range d.applications {
		if strings.EqualFold(a.ID, id) || strings.EqualFold(a.ClientID, id) || strings.EqualFold(a.ObjectID, id) {
			return a, nil
		}
	}
	return nil, graphMissing(id)
}

func appChange(activity, operation string, a *application) *change {
	return &change{activity: activity, category: "ApplicationManagement", operation: operation, target: a.Name, targetID: a.ID, targetType: "Application"}
}

func (d *Directory) createApplication(q *graphRequest) (int, any, *change, error) {
	if q.body.DisplayName == "" || len(q.body.DisplayName) > 256 {
		return 0, nil, nil, graphBad("The property displayName is missing or longer than 256.")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.newApplication(q.body.DisplayName)
	c := appChange("Add application", "Add", a)
	if err := q.change(a); err != nil {
		return 0, nil, c, err
	}
	return http.StatusCreated, showApplication(a), c, d.saveApplication(q.Context(), a)
}

// change makes an application as a request says.
func (q *graphRequest) change(a *application) error {
	if q.body.DisplayName != "" {
		a.Name = q.body.DisplayName
	}
	if q.body.IsFallbackPublic != nil {
		a.Public = *q.body.IsFallbackPublic
	}
	var redirects []string
	sent := false
	for _, r := range []*graphRedirects{q.body.Web, q.body.PublicClient, q.body.SPA} {
		if r != nil {
			redirects, sent = append(redirects, r.RedirectURIs...), true
		}
	}
	for _, uri := range redirects {
		u, err := url.Parse(uri)
		if err != nil || u.Host == "" || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")) {
			return graphBad("The redirect URI '%.200s' must be an https address, or http on this machine.", uri)
		}
	}
	if sent {
		a.Redirects = redirects
	}
	if q.body.KeyCredentials == nil {
		return nil
	}
	var certs []certificate
	for _, k := range q.body.KeyCredentials {
		if i := slices.IndexFunc(a.Certificates, func(c certificate) bool { return c.ID == k.KeyID }); i >= 0 && k.Key == "" {
			certs = append(certs, a.Certificates[i])
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(k.Key)
		if err != nil {
			return graphBad("The key of a key credential must be a certificate in base64.")
		}
		c, err := newCertificate(k.DisplayName, raw)
		if err != nil {
			return graphBad("The key of a key credential is not a certificate: %v.", err)
		}
		if k.End != nil && k.End.Before(c.To) {
			c.To = *k.End
		}
		certs = append(certs, c)
	}
	a.Certificates = certs
	return nil
}

func (d *Directory) getApplication(q *graphRequest) (int, any, *change, error) {
	a, err := d.findApplication(q.ids[0])
	if err != nil {
		return 0, nil, nil, err
	}
	return http.StatusOK, showApplication(a), nil, nil
}

func (d *Directory) getServicePrincipal(q *graphRequest) (int, any, *change, error) {
	a, err := d.findApplication(q.ids[0])
	if err != nil {
		return 0, nil, nil, err
	}
	return http.StatusOK, showServicePrincipal(a), nil, nil
}

// createServicePrincipal answers the service principal, which each application has.
func (d *Directory) createServicePrincipal(q *graphRequest) (int, any, *change, error) {
	a, err := d.findApplication(q.body.AppID)
	if err != nil {
		return 0, nil, nil, err
	}
	return http.StatusCreated, showServicePrincipal(a), appChange("Add service principal", "Add", a), nil
}

func (d *Directory) editApplication(q *graphRequest, activity string, edit func(*application) error) (*application, *change, error) {
	a, err := d.findApplication(q.ids[0])
	if err != nil {
		return nil, nil, err
	}
	c := appChange(activity, "Update", a)
	if err := d.mayChange(q.by, a.ObjectID); err != nil {
		return a, c, err
	}
	return a, c, d.changeApplication(q.Context(), a.ClientID, edit)
}

func (d *Directory) updateApplication(q *graphRequest) (int, any, *change, error) {
	_, c, err := d.editApplication(q, "Update application", q.change)
	return http.StatusNoContent, nil, c, err
}

func (d *Directory) deleteApplication(q *graphRequest) (int, any, *change, error) {
	a, err := d.findApplication(q.ids[0])
	if err != nil {
		return 0, nil, nil, err
	}
	c := appChange("Delete application", "Delete", a)
	if err := d.mayChange(q.by, a.ObjectID); err != nil {
		return 0, nil, c, err
	}
	_, err = d.RemoveApplication(q.Context(), a.ClientID)
	return http.StatusNoContent, nil, c, err
}

func (d *Directory) addPassword(q *graphRequest) (int, any, *change, error) {
	name, to := "", time.Time{}
	if p := q.body.PasswordCredential; p != nil {
		name = p.DisplayName
		if p.End != nil {
			to = *p.End
		}
	}
	var text string
	var s secret
	_, c, err := d.editApplication(q, "Update application – Certificates and secrets management", func(a *application) error {
		text = a.addSecret(name, d.o.Now(), to)
		s = a.Secrets[len(a.Secrets)-1]
		return nil
	})
	return http.StatusOK, map[string]any{
		"keyId": s.ID, "displayName": s.Name, "hint": s.Hint, "secretText": text, "startDateTime": s.From, "endDateTime": s.To,
	}, c, err
}

func (d *Directory) removePassword(q *graphRequest) (int, any, *change, error) {
	_, c, err := d.editApplication(q, "Update application – Certificates and secrets management", func(a *application) error {
		n := len(a.Secrets)
		if a.Secrets = slices.DeleteFunc(a.Secrets, func(s secret) bool { return s.ID == q.body.KeyID }); len(a.Secrets) == n {
			return graphBad("No password credential found with keyId.")
		}
		return nil
	})
	return http.StatusNoContent, nil, c, err
}

func userChange(activity, operation string, u *user) *change {
	return &change{activity: activity, category: "UserManagement", operation: operation, target: u.UPN, targetID: u.ID, targetType: "User"}
}

func (d *Directory) listUsers(q *graphRequest) (int, any, *change, error) {
	var all []map[string]any
	for u := range d.users {
		all = append(all, showUser(u))
	}
	return q.list(all)
}

func (d *Directory) findUser(id string) (*user, error) {
	if u, err := d.user(id); err == nil {
		return u, nil
	}
	u, err := d.userByName(id)
	if err != nil {
		return nil, graphMissing(id)
	}
	return u, nil
}

var userName = regexp.MustCompile(`^[A-Za-z0-9'._\-!#^~+]+@[A-Za-z0-9.\-]+$`)

func (d *Directory) createUser(q *graphRequest) (int, any, *change, error) {
	b := &q.body
	switch {
	case !userName.MatchString(b.UserPrincipalName) || len(b.UserPrincipalName) > 113:
		return 0, nil, nil, graphBad("The property userPrincipalName is invalid: it is name@domain.")
	case b.DisplayName == "" || len(b.DisplayName) > 256:
		return 0, nil, nil, graphBad("The property displayName is missing or longer than 256.")
	case b.PasswordProfile == nil || len(b.PasswordProfile.Password) < minPassword || len(b.PasswordProfile.Password) > maxPassword:
		return 0, nil, nil, graphBad("The specified password does not comply with password complexity requirements: it has from %d to %d bytes.", minPassword, maxPassword)
	}
	p, err := d.AddUser(q.Context(), b.UserPrincipalName, b.DisplayName, b.PasswordProfile.Password)
	if err != nil {
		return 0, nil, nil, err
	}
	u, err := d.user(p.ObjectID)
	if err != nil {
		return 0, nil, nil, err
	}
	return http.StatusCreated, showUser(u), userChange("Add user", "Add", u), nil
}

func (d *Directory) getUser(q *graphRequest) (int, any, *change, error) {
	u, err := d.findUser(q.ids[0])
	if err != nil {
		return 0, nil, nil, err
	}
	return http.StatusOK, showUser(u), nil, nil
}

func (d *Directory) updateUser(q *graphRequest) (int, any, *change, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, err := d.findUser(q.ids[0])
	if err != nil {
		return 0, nil, nil, err
	}
	c := userChange("Update user", "Update", u)
	if err := d.mayChange(q.by, u.ID); err != nil {
		return 0, nil, c, err
	}
	own := *u
	if q.body.DisplayName != "" {
		own.Name = q.body.DisplayName
	}
	if q.body.Mail != "" {
		own.Mail = q.body.Mail
	}
	if q.body.AccountEnabled != nil {
		own.Disabled = !*q.body.AccountEnabled
	}
	if p := q.body.PasswordProfile; p != nil {
		c.activity = "Reset password (by admin)"
		if own.Password, err = newPassword(p.Password); err != nil {
			return 0, nil, c, graphBad("%v.", err)
		}
		own.Since = d.o.Now().UTC()
	}
	return http.StatusNoContent, nil, c, d.saveUser(q.Context(), &own)
}

func (d *Directory) deleteUser(q *graphRequest) (int, any, *change, error) {
	u, err := d.findUser(q.ids[0])
	if err != nil {
		return 0, nil, nil, err
	}
	c := userChange("Delete user", "Delete", u)
	if err := d.mayChange(q.by, u.ID); err != nil {
		return 0, nil, c, err
	}
	return http.StatusNoContent, nil, c, d.commit(q.Context(), catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindUser, ID: u.ID}}})
}

func showGroup(g *group) map[string]any {
	return map[string]any{"id": g.ID, "displayName": g.Name, "securityEnabled": true, "mailEnabled": false, "createdDateTime": g.Created, "groupTypes": []any{}, "members@odata.count": len(g.Members)}
}

func groupChange(activity, operation string, g *group) *change {
	return &change{activity: activity, category: "GroupManagement", operation: operation, target: g.Name, targetID: g.ID, targetType: "Group"}
}

func (d *Directory) listGroups(q *graphRequest) (int, any, *change, error) {
	var all []map[string]any
	for g := range d.groups {
		all = append(all, showGroup(g))
	}
	return q.list(all)
}

func (d *Directory) findGroup(id string) (*group, error) {
	for g := range d.groups {
		if strings.EqualFold(g.ID, id) {
			return g, nil
		}
	}
	return nil, graphMissing(id)
}

func (d *Directory) createGroup(q *graphRequest) (int, any, *change, error) {
	if q.body.DisplayName == "" || len(q.body.DisplayName) > 256 {
		return 0, nil, nil, graphBad("The property displayName is missing or longer than 256.")
	}
	id, err := d.AddGroup(q.Context(), q.body.DisplayName)
	if err != nil {
		return 0, nil, nil, err
	}
	g, err := d.findGroup(id)
	if err != nil {
		return 0, nil, nil, err
	}
	return http.StatusCreated, showGroup(g), groupChange("Add group", "Add", g), nil
}

func (d *Directory) getGroup(q *graphRequest) (int, any, *change, error) {
	g, err := d.findGroup(q.ids[0])
	if err != nil {
		return 0, nil, nil, err
	}
	return http.StatusOK, showGroup(g), nil, nil
}

func (d *Directory) deleteGroup(q *graphRequest) (int, any, *change, error) {
	g, err := d.findGroup(q.ids[0])
	if err != nil {
		return 0, nil, nil, err
	}
	c := groupChange("Delete group", "Delete", g)
	if err := d.mayChange(q.by, g.ID); err != nil {
		return 0, nil, c, err
	}
	return http.StatusNoContent, nil, c, d.commit(q.Context(), catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindGroup, ID: g.ID}}})
}

func (d *Directory) listMembers(q *graphRequest) (int, any, *change, error) {
	g, err := d.findGroup(q.ids[0])
	if err != nil {
		return 0, nil, nil, err
	}
	var all []map[string]any
	for _, id := range g.Members {
		if one := d.showMember(id); one != nil {
			all = append(all, one)
		}
	}
	return q.list(all)
}

// showMember is a principal as a list of several kinds shows it; nil if it is gone.
func (d *Directory) showMember(id string) map[string]any {
	var one map[string]any
	if u, err := d.user(id); err == nil {
		one = showUser(u)
		one["@odata.type"] = "#microsoft.graph.user"
	} else if a, err := d.findApplication(id); err == nil {
		one = showServicePrincipal(a)
		one["@odata.type"] = "#microsoft.graph.servicePrincipal"
	} else if g, err := d.findGroup(id); err == nil {
		one = showGroup(g)
		one["@odata.type"] = "#microsoft.graph.group"
	}
	return one
}

func (d *Directory) addMember(q *graphRequest) (int, any, *change, error) {
	who := q.body.ODataID[strings.LastIndexByte(q.body.ODataID, '/')+1:]
	if _, ok := d.PrincipalType(who); !ok {
		return 0, nil, nil, graphMissing(who)
	}
	return d.editMembers(q, "Add member to group", func(members []string) []string {
		if slices.Contains(members, who) {
			return members
		}
		return append(members, who)
	})
}

func (d *Directory) removeMember(q *graphRequest) (int, any, *change, error) {
	return d.editMembers(q, "Remove member from group", func(members []string) []string {
		return slices.DeleteFunc(members, func(m string) bool { return m == q.ids[1] })
	})
}

func (d *Directory) editMembers(q *graphRequest, activity string, edit func([]string) []string) (int, any, *change, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g, err := d.findGroup(q.ids[0])
	if err != nil {
		return 0, nil, nil, err
	}
	c := groupChange(activity, "Update", g)
	if err := d.mayChange(q.by, g.ID); err != nil {
		return 0, nil, c, err
	}
	own := *g
	own.Members = edit(slices.Clone(g.Members))
	return http.StatusNoContent, nil, c, d.saveGroup(q.Context(), &own)
}

func (d *Directory) listDirectoryRoles(q *graphRequest) (int, any, *change, error) {
	var all []map[string]any
	for _, r := range DirectoryRoles {
		all = append(all, map[string]any{"id": r.ID, "templateId": r.ID, "displayName": r.Name, "isBuiltIn": true, "isEnabled": true})
	}
	return q.list(all)
}

func showHolder(h *roleHolder) map[string]any {
	return map[string]any{"id": h.ID, "principalId": h.PrincipalID, "roleDefinitionId": h.RoleID, "directoryScopeId": "/"}
}

func (d *Directory) listRoleHolders(q *graphRequest) (int, any, *change, error) {
	var all []map[string]any
	for h := range d.roleHolders {
		all = append(all, showHolder(h))
	}
	return q.list(all)
}

func (d *Directory) createRoleHolder(q *graphRequest) (int, any, *change, error) {
	b := &q.body
	if s := b.DirectoryScopeID; s != "" && s != "/" {
		return 0, nil, nil, graphBad("directoryScopeId '%.100s' is not supported: roles are of the whole directory ('/').", s)
	}
	if _, ok := d.PrincipalType(b.PrincipalID); !ok {
		return 0, nil, nil, graphMissing(b.PrincipalID)
	}
	c := &change{activity: "Add member to role", category: "RoleManagement", operation: "Assign", target: b.RoleDefinitionID, targetID: b.PrincipalID, targetType: "Role"}
	d.mu.Lock()
	defer d.mu.Unlock()
	h, err := d.assignRole(q.Context(), b.PrincipalID, b.RoleDefinitionID)
	if errors.Is(err, ErrNotFound) {
		err = graphMissing(b.RoleDefinitionID)
	}
	return http.StatusCreated, showHolder(&h), c, err
}

func (d *Directory) deleteRoleHolder(q *graphRequest) (int, any, *change, error) {
	for h := range d.roleHolders {
		if h.ID == q.ids[0] {
			c := &change{activity: "Remove member from role", category: "RoleManagement", operation: "Unassign", target: h.RoleID, targetID: h.PrincipalID, targetType: "Role"}
			return http.StatusNoContent, nil, c, d.commit(q.Context(), catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindRole, ID: h.ID}}})
		}
	}
	return 0, nil, nil, graphMissing(q.ids[0])
}
