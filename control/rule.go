package control

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/yagura/yagura/table"
)

// DataCollectionRule says which streams of rows are taken, how each is transformed,
// and which tables its rows go to.
type DataCollectionRule struct {
	Meta
	Properties RuleProperties `json:"properties"`
}

// RuleProperties are those of a rule's settings that say what becomes of rows; agents
// read the others.
type RuleProperties struct {
	Description              string                       `json:"description,omitempty"`
	ImmutableID              string                       `json:"immutableId"`
	DataCollectionEndpointID string                       `json:"dataCollectionEndpointId,omitempty"`
	Endpoints                *Endpoints                   `json:"endpoints,omitempty"`
	StreamDeclarations       map[string]StreamDeclaration `json:"streamDeclarations,omitempty"`
	Destinations             Destinations                 `json:"destinations"`
	DataFlows                []DataFlow                   `json:"dataFlows"`
	ProvisioningState        string                       `json:"provisioningState"`
}

// Endpoints are where a rule of kind Direct takes rows.
type Endpoints struct {
	LogsIngestion    string `json:"logsIngestion,omitempty"`
	MetricsIngestion string `json:"metricsIngestion,omitempty"`
}

// StreamDeclaration is the columns of a stream that clients send.
type StreamDeclaration struct {
	Columns []StreamColumn `json:"columns"`
}

// StreamColumn names and types a column of a stream.
type StreamColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Destinations are where flows may lead, by name.
type Destinations struct {
	LogAnalytics []LogAnalyticsDestination `json:"logAnalytics,omitempty"`
}

// LogAnalyticsDestination is a workspace.
type LogAnalyticsDestination struct {
	Name                string `json:"name"`
	WorkspaceResourceID string `json:"workspaceResourceId"`
	WorkspaceID         string `json:"workspaceId"` // its customer id
}

// DataFlow leads streams to a table.
type DataFlow struct {
	Streams      []string `json:"streams"`
	Destinations []string `json:"destinations"`
	TransformKql string   `json:"transformKql,omitempty"`
	OutputStream string   `json:"outputStream,omitempty"` // "": the stream's own name
}

// The prefixes of streams: those that a rule declares, and those of Azure's tables.
const (
	customStream    = "Custom-"
	microsoftStream = "Microsoft-"
)

// streamTypes are the types that a stream's column may have.
var streamTypes = map[string]table.Type{
	"string": table.String, "int": table.Int, "long": table.Long, "real": table.Real,
	"boolean": table.Bool, "datetime": table.Datetime, "dynamic": table.Dynamic,
}

// ResourceType is Azure's name of the type.
func (*DataCollectionRule) ResourceType() string { return "Microsoft.Insights/dataCollectionRules" }

// decideRule gives a rule the id by which clients send rows to it.
func decideRule(s *Store, r, old *Resource) error {
	r.keep(old, "immutableId", "dcr-"+randomHex())
	r.Properties["provisioningState"] = succeeded
	for _, d := range r.list("destinations.logAnalytics") {
		name, _ := d["workspaceResourceId"].(string)
		if w, err := s.Workspace(name); err == nil {
			d["workspaceId"] = w.Properties.CustomerID
		}
	}
	rule, err := as[DataCollectionRule](r)
	if err != nil {
		return err
	}
	return rule.validate(s)
}

func randomHex() string {
	var raw [16]byte
	rand.Read(raw[:])
	return hex.EncodeToString(raw[:])
}

var ruleName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.\-]{0,62}[A-Za-z0-9_]$`)

func (r *DataCollectionRule) validate(s *Store) error {
	p := &r.Properties
	if !ruleName.MatchString(r.Name) {
		return invalid("InvalidResourceName", "The data collection rule name '%s' is invalid: 2 to 64 letters, digits, '_', '-' and '.'.", r.Name)
	}
	for name, decl := range p.StreamDeclarations {
		if err := decl.validate(name); err != nil {
			return err
		}
	}
	names := map[string]bool{}
	for _, d := range p.Destinations.LogAnalytics {
		switch {
		case d.Name == "" || names[d.Name]:
			return invalid("InvalidPayload", "Destinations: each needs a name of its own; '%s' is empty or there twice.", d.Name)
		case d.WorkspaceID == "":
			return invalid("InvalidPayload", "Destination '%s': the workspace '%s' does not exist.", d.Name, d.WorkspaceResourceID)
		}
		names[d.Name] = true
	}
	if len(p.DataFlows) == 0 && len(p.StreamDeclarations) > 0 {
		return invalid("InvalidPayload", "Data collection rule has no data flows.")
	}
	for i := range p.DataFlows {
		if err := p.DataFlows[i].validate(names); err != nil {
			return err
		}
	}
	c, err := s.compile(r)
	if err != nil {
		return err
	}
	return s.checkOutputs(c)
}

func (d StreamDeclaration) validate(name string) error {
	if !strings.HasPrefix(name, customStream) || len(name) == len(customStream) {
		return invalid("InvalidPayload", "Stream declaration '%s': its name must begin with '%s'.", name, customStream)
	}
	if len(d.Columns) == 0 || len(d.Columns) > MaxColumns {
		return invalid("InvalidPayload", "Stream declaration '%s' has %d columns: there must be from 1 to %d.", name, len(d.Columns), MaxColumns)
	}
	seen := map[string]bool{}
	for _, c := range d.Columns {
		switch {
		case c.Name == "" || len(c.Name) > maxStreamColumnName:
			return invalid("InvalidPayload", "Stream declaration '%s': '%s' is not the name of a column.", name, c.Name)
		case seen[c.Name]:
			return invalid("InvalidPayload", "Stream declaration '%s' has the column '%s' twice.", name, c.Name)
		case streamTypes[strings.ToLower(c.Type)] == 0:
			return invalid("InvalidPayload", "Stream declaration '%s': the type '%s' of column '%s' is not one of string, int, long, real, boolean, datetime, dynamic.", name, c.Type, c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// maxStreamColumnName is the length of a stream's column name. It may be longer than a
// table's: a transform can rename it.
const maxStreamColumnName = 128

func (f *DataFlow) validate(destinations map[string]bool) error {
	if len(f.Streams) == 0 || len(f.Destinations) == 0 {
		return invalid("InvalidDataFlow", "A data flow needs streams and destinations.")
	}
	for _, d := range f.Destinations {
		if !destinations[d] {
			return invalid("InvalidDataFlow", "The data flow's destination '%s' is not among the rule's Log Analytics destinations, the only kind that is supported yet.", d)
		}
	}
	if f.OutputStream != "" && !strings.HasPrefix(f.OutputStream, customStream) && !strings.HasPrefix(f.OutputStream, microsoftStream) {
		return invalid("InvalidOutputStream", "The output stream '%s' begins neither with '%s' nor with '%s'.", f.OutputStream, customStream, microsoftStream)
	}
	return nil
}

// tableOfStream names the table that an output stream leads to.
func tableOfStream(stream string) string {
	if t, ok := strings.CutPrefix(stream, customStream); ok {
		return t
	}
	return strings.TrimPrefix(strings.TrimPrefix(stream, microsoftStream), "Table-")
}
