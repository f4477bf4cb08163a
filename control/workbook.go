package control

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Workbooks: pages of queries, texts and parameters. The page's dashboards are kept as
// such, so that Azure's tools can read and write them:
// https://learn.microsoft.com/rest/api/application-insights/workbooks
var workbookTypes = []*Type{
	{Name: typeWorkbook, in: inGroup, decide: decideWorkbook, with: workbookRevisions},
}

const typeWorkbook = "Microsoft.Insights/workbooks"

// What a workbook may be at most, and how many of its earlier versions are kept.
const (
	maxWorkbook  = 2 << 20 // bytes of serializedData
	maxRevisions = 20
)

// Workbook is a page of queries.
type Workbook struct {
	Meta
	Properties WorkbookProperties `json:"properties"`
}

// WorkbookProperties are what a workbook says.
type WorkbookProperties struct {
	DisplayName    string `json:"displayName"`
	SerializedData string `json:"serializedData"` // the JSON of its items
	Category       string `json:"category"`
	Description    string `json:"description,omitempty"`
	SourceID       string `json:"sourceId,omitempty"`
	Version        string `json:"version,omitempty"`
	Revision       string `json:"revision,omitempty"`
	TimeModified   string `json:"timeModified,omitempty"`
	UserID         string `json:"userId,omitempty"`
}

// ResourceType is Azure's name of the type.
func (*Workbook) ResourceType() string { return typeWorkbook }

// NewWorkbook is a workbook with a new id, in the group of the workspace that it is
// about.
func NewWorkbook(w *Workspace, name string) *Workbook {
	id, _ := ParseID(w.ID)
	b := &Workbook{}
	b.ID = ID{Subscription: id.Subscription, Group: id.Group, Type: typeWorkbook, Name: name}.String()
	b.Location, b.Kind = w.Location, "shared"
	b.Properties.Category, b.Properties.SourceID, b.Properties.Version = "workbook", w.ID, "Notebook/1.0"
	return b
}

func decideWorkbook(s *Store, r, old *Resource) error {
	if _, err := uuid.Parse(r.Name); err != nil {
		return invalid("InvalidResourceName", "The name of a workbook must be a UUID; '%s' is none.", r.Name)
	}
	if r.Kind == "" {
		r.Kind = "shared"
	}
	if r.Kind != "shared" {
		return invalid("BadRequest", "The kind of a workbook must be 'shared'; it is '%s'.", r.Kind)
	}
	data := r.Text("serializedData")
	if len(data) > maxWorkbook {
		return invalid("RequestEntityTooLarge", "The workbook has %d bytes of serializedData; at most %d are kept.", len(data), maxWorkbook)
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(data), &object); err != nil {
		return invalid("BadRequest", "The serializedData of the workbook is not the JSON of an object: %s", err)
	}
	if n := len(r.Text("displayName")); n == 0 || n > 1024 {
		return invalid("BadRequest", "The displayName of a workbook must have 1 to 1024 bytes; it has %d.", n)
	}
	r.Properties["revision"] = newID()
	r.Properties["timeModified"] = stampText(s.o.Now())
	r.Properties["userId"] = r.SystemData.LastModifiedBy
	return tracked(r, old)
}

// WorkbookRevision is a workbook as it was.
type WorkbookRevision struct {
	Revision       string    `json:"revision"`
	DisplayName    string    `json:"displayName"`
	SerializedData string    `json:"serializedData"`
	Modified       time.Time `json:"modified"`
	By             string    `json:"by"`
}

const kindWorkbookRevisions = "control.workbookRevisions"

// workbookRevisions keeps what a workbook was before it is written.
func workbookRevisions(s *Store, r, old *Resource) ([]Companion, error) {
	if r == nil {
		return []Companion{{kindWorkbookRevisions, key(old.ID), nil}}, nil
	}
	if old == nil {
		return nil, nil
	}
	all, err := s.WorkbookRevisions(old.ID)
	if err != nil {
		return nil, err
	}
	was := WorkbookRevision{old.Text("revision"), old.Text("displayName"), old.Text("serializedData"), old.SystemData.LastModifiedAt, old.SystemData.LastModifiedBy}
	all = append([]WorkbookRevision{was}, all...)
	return []Companion{{kindWorkbookRevisions, key(old.ID), all[:min(len(all), maxRevisions)]}}, nil
}

// WorkbookRevisions are the earlier versions of a workbook that are kept, newest first.
func (s *Store) WorkbookRevisions(id string) ([]WorkbookRevision, error) {
	doc, ok := s.cat.View().Doc(kindWorkbookRevisions, key(id))
	if !ok {
		return nil, nil
	}
	var all []WorkbookRevision
	if err := json.Unmarshal(doc.JSON, &all); err != nil {
		return nil, fmt.Errorf("control: read the revisions of %s: %w", id, err)
	}
	return all, nil
}
