package identity

import (
	"encoding/json"

	"github.com/yagura/yagura/store/catalog"
)

// PrincipalType finds out what a principal is, by its object id.
func (d *Directory) PrincipalType(objectID string) (PrincipalType, bool) {
	found := false
	d.cat.View().Docs(kindApplication, func(doc catalog.Doc) bool {
		var a application
		found = json.Unmarshal(doc.JSON, &a) == nil && a.ObjectID == objectID
		return !found
	})
	return ServicePrincipal, found
}

// GroupsOf are the object ids of the groups that a principal is in.
func (d *Directory) GroupsOf(objectID string) []string { return nil }

// ReadsReports reports whether a principal has a directory role that lets it read the
// tables of sign-ins, audits and risks.
func (d *Directory) ReadsReports(objectID string) bool { return true }
