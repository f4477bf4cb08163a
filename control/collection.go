package control

import (
	"slices"
	"strings"
)

// What says where rows are sent and what becomes of them.
var collectionTypes = []*Type{
	{Name: "Microsoft.Insights/dataCollectionRules", in: inGroup, decide: decideRule, aliases: immutableID, dropped: inUse("dataCollectionRuleId")},
	{Name: "Microsoft.Insights/dataCollectionEndpoints", in: inGroup, decide: decideEndpoint, aliases: immutableID, dropped: inUse("dataCollectionEndpointId")},
	{Name: typeAssociation, in: anywhere, decide: decideAssociation},
	{Name: "Microsoft.OperationalInsights/workspaces/dataExports", in: inGroup, decide: decideExport},
}

const typeAssociation = "Microsoft.Insights/dataCollectionRuleAssociations"

func immutableID(r *Resource) []string { return []string{r.Text("immutableId")} }

// decideEndpoint gives a data collection endpoint its id. Where it takes rows is shown
// for the host that is asked.
func decideEndpoint(_ *Store, r, old *Resource) error {
	if !ruleName.MatchString(r.Name) {
		return invalid("InvalidResourceName", "The data collection endpoint name '%s' is invalid: 3 to 44 letters, digits, '_', '-' and '.'.", r.Name)
	}
	r.keep(old, "immutableId", "dce-"+randomHex())
	r.initially("networkAcls", map[string]any{"publicNetworkAccess": "Enabled"})
	r.Properties["provisioningState"] = succeeded
	return tracked(r, old)
}

// decideAssociation connects a resource with a rule, or with an endpoint.
func decideAssociation(s *Store, r, _ *Resource) error {
	rule, endpoint := r.Text("dataCollectionRuleId"), r.Text("dataCollectionEndpointId")
	switch {
	case (rule == "") == (endpoint == ""):
		return invalid("InvalidPayload", "An association needs either a dataCollectionRuleId or a dataCollectionEndpointId.")
	case endpoint != "" && !strings.EqualFold(r.Name, "configurationAccessEndpoint"):
		return invalid("InvalidAssociation", "The association with a data collection endpoint is named 'configurationAccessEndpoint', not '%s'.", r.Name)
	}
	want, target := "Microsoft.Insights/dataCollectionRules", rule
	if endpoint != "" {
		want, target = "Microsoft.Insights/dataCollectionEndpoints", endpoint
	}
	if err := s.refers(target, want); err != nil {
		return err
	}
	r.Properties["provisioningState"] = succeeded
	return nil
}

// refers refuses the id of a resource that is not there, or is of another type.
func (s *Store) refers(text, want string) error {
	id, ok := ParseID(text)
	if !ok || !strings.EqualFold(id.Type, want) {
		return invalid("LinkedInvalidPropertyId", "Property id '%s' is invalid. Expect fully qualified resource Id of type '%s'.", text, want)
	}
	if _, ok, err := s.find(id); err != nil || ok {
		return err
	}
	return invalid("ResourceNotFound", "The resource '%s' that is referred to was not found.", text)
}

// Associations are the associations with a rule or an endpoint.
func (s *Store) Associations(target string) ([]*Resource, error) {
	t, _ := TypeOf(typeAssociation)
	all, err := s.Resources(t, "/")
	return slices.DeleteFunc(all, func(r *Resource) bool {
		return key(r.Text("dataCollectionRuleId")) != key(target) && key(r.Text("dataCollectionEndpointId")) != key(target)
	}), err
}

// maxExports is how many export rules a workspace may have.
const maxExports = 10

// decideExport keeps an export rule. Nothing is exported yet, which it says.
func decideExport(s *Store, r, old *Resource) error {
	t, _ := TypeOf(r.Type)
	id, _ := ParseID(r.ID)
	parent, _ := id.Parent()
	all, err := s.Resources(t, parent.String())
	if err != nil {
		return err
	}
	names := r.texts("tableNames")
	switch {
	case old == nil && len(all) >= maxExports:
		return invalid("BadRequest", "A workspace may have %d data export rules.", maxExports)
	case len(names) == 0:
		return invalid("BadRequest", "tableNames is empty: name the tables to export.")
	}
	dest, _ := r.Properties["destination"].(map[string]any)
	to, _ := dest["resourceId"].(string)
	switch target, ok := ParseID(to); {
	case !ok:
		return invalid("BadRequest", "destination.resourceId '%s' is not the id of a resource.", to)
	case strings.EqualFold(target.Type, "Microsoft.Storage/storageAccounts"):
		dest["type"] = "StorageAccount"
	case strings.EqualFold(target.Type, "Microsoft.EventHub/namespaces"):
		dest["type"] = "EventHub"
	default:
		return invalid("BadRequest", "destination.resourceId must be a storage account or a namespace of event hubs, not a '%s'.", target.Type)
	}
	r.initially("enable", true)
	r.keep(old, "dataExportId", newID())
	r.keep(old, "createdDate", stampText(s.o.Now()))
	r.Properties["lastModifiedDate"] = stampText(s.o.Now())
	r.limited("The rule is kept but no rows are exported yet.")
	return nil
}
