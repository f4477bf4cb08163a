package control

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// limited says, in a property that the resource shows, what Yagura does not do with it
// yet: a resource that is kept must not look as if it worked.
func (r *Resource) limited(reasons ...string) {
	all := make([]any, len(reasons))
	for i, why := range reasons {
		all[i] = why
	}
	r.Properties["limitations"] = all
}

func newID() string { return uuid.NewString() }

// stampText writes a time as Resource Manager does.
func stampText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// inUse refuses to delete what associations refer to by a property.
func inUse(property string) func(context.Context, *Store, *Resource) error {
	return func(_ context.Context, s *Store, r *Resource) error {
		all, err := s.Associations(r.ID)
		if err != nil {
			return err
		}
		for _, a := range all {
			if key(a.Text(property)) == key(r.ID) && !within(a.ID, r.ID) {
				return &ConflictError{"ResourceInUse", fmt.Sprintf("'%s' cannot be deleted: it is associated with '%s'. Delete the association first.", r.ID, a.ID)}
			}
		}
		return nil
	}
}
