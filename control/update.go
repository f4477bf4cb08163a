package control

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// Update is one element of a table's update policy: rows that come to Source go, by
// Query, to the table too.
// https://learn.microsoft.com/kusto/management/update-policy
type Update struct {
	IsEnabled                    bool    `json:"IsEnabled"`
	Source                       string  `json:"Source"`
	SourceIsWildCard             bool    `json:"SourceIsWildCard"`
	Query                        string  `json:"Query"`
	IsTransactional              bool    `json:"IsTransactional"` // rows of Source are refused if the query fails
	PropagateIngestionProperties bool    `json:"PropagateIngestionProperties"`
	ManagedIdentity              *string `json:"ManagedIdentity"`

	To table.Ref `json:"-"`
	// By is the object id of who set the policy: its query reads what they may.
	By string `json:"-"`
}

const kindUpdate = "control.updatePolicy"

// maxUpdates is how many elements a policy has.
const maxUpdates = 100

// updatePolicy is a table's policy as it is kept.
type updatePolicy struct {
	Table   string   `json:"table"`
	Updates []Update `json:"updates"`
	By      string   `json:"by,omitempty"`
}

// UpdatePolicy returns a table's policy; none if it has none.
func (s *Store) UpdatePolicy(ref table.Ref) ([]Update, error) {
	doc, ok := s.cat.View().Doc(kindUpdate, ref.String())
	if !ok {
		return nil, nil
	}
	p, err := s.readUpdates(doc)
	return p.Updates, err
}

func (s *Store) readUpdates(doc catalog.Doc) (updatePolicy, error) {
	var p updatePolicy
	if err := json.Unmarshal(doc.JSON, &p); err != nil {
		return p, fmt.Errorf("control: read the update policy of %s: %w", doc.ID, err)
	}
	return p, nil
}

// Updates lists what rows that come to a table set off in others, by the other
// table's name.
func (s *Store) Updates(from table.Ref) ([]Update, error) {
	var all []Update
	var err error
	s.cat.View().Docs(kindUpdate, func(doc catalog.Doc) bool {
		if !strings.HasPrefix(doc.ID, from.Workspace+"/") {
			return true
		}
		var p updatePolicy
		if p, err = s.readUpdates(doc); err != nil {
			return false
		}
		for _, u := range p.Updates {
			if u.IsEnabled && u.Source == from.Table {
				u.To, u.By = table.Ref{Workspace: from.Workspace, Table: p.Table}, p.By
				all = append(all, u)
			}
		}
		return true
	})
	return all, err
}

// PutUpdatePolicy sets a table's policy on behalf of by; an empty one removes it. Errors:
// *InvalidError.
func (s *Store) PutUpdatePolicy(ctx context.Context, by Caller, ref table.Ref, updates []Update) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(updates) > maxUpdates {
		return invalid("InvalidParameter", "The update policy has %d elements: %d are allowed.", len(updates), maxUpdates)
	}
	for _, u := range updates {
		if err := s.checkUpdate(ref, &u); err != nil {
			return err
		}
	}
	e := catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindUpdate, ID: ref.String()}}}
	if len(updates) > 0 {
		doc, err := document(kindUpdate, ref.String(), updatePolicy{ref.Table, updates, by.ObjectID})
		if err != nil {
			return err
		}
		e = catalog.Edit{PutDocs: []catalog.Doc{doc}}
	}
	if err := s.cat.Commit(ctx, e); err != nil {
		return fmt.Errorf("control: save the update policy of %s: %w", ref, err)
	}
	return nil
}

func (s *Store) checkUpdate(ref table.Ref, u *Update) error {
	switch {
	case u.SourceIsWildCard:
		return invalid("InvalidParameter", "The update policy's SourceIsWildCard is not supported: name the source table.")
	case u.ManagedIdentity != nil && *u.ManagedIdentity != "":
		return invalid("InvalidParameter", "The update policy's ManagedIdentity is not supported: the query reads the database only.")
	case strings.TrimSpace(u.Query) == "" || len(u.Query) > maxSavedQuery:
		return invalid("InvalidParameter", "The update policy has no query, or one that is too long.")
	}
	if _, err := s.Table(table.Ref{Workspace: ref.Workspace, Table: u.Source}); err != nil {
		return err
	}
	if !u.IsEnabled {
		return nil
	}
	return s.checkCycle(ref, u.Source, map[string]bool{})
}

// checkCycle refuses a policy by which rows of a table would come to it again.
func (s *Store) checkCycle(to table.Ref, from string, seen map[string]bool) error {
	if from == to.Table {
		return &InvalidError{"UpdatePolicy_Cyclic_Update_Not_Allowed", fmt.Sprintf("The update policy of table '%s' would lead its rows back to it.", to.Table)}
	}
	if seen[from] {
		return nil
	}
	seen[from] = true
	into, err := s.UpdatePolicy(table.Ref{Workspace: to.Workspace, Table: from})
	if err != nil {
		return err
	}
	for _, u := range into {
		if err := s.checkCycle(to, u.Source, seen); err != nil {
			return err
		}
	}
	return nil
}
