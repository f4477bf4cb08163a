package mgmt_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
)

// TestCancelQuery finds a running query by its client's id, and ends it; someone who
// may not manage the workspace neither sees nor ends it.
func TestCancelQuery(t *testing.T) {
	w := newWorld(t)
	owner := w.owner()
	ended := make(chan error, 1)
	go func() {
		res, err := w.eng.Query(context.Background(), engine.Request{
			Workspace: w.setup.WorkspaceID, Text: "range x from 1 to 100000000000 step 1 | count", ID: "KE.RunQuery;1", Caller: owner.ObjectID, About: engine.About{Application: "test"},
		})
		if err == nil {
			err = res.Close()
		}
		ended <- err
	}()
	show := `.show running queries | where Text startswith "range" | project strcat(ClientActivityId, " ", State, " ", Application)`
	for deadline := time.Now().Add(time.Minute); !strings.Contains(w.run(owner, show), "KE.RunQuery;1 InProgress test"); {
		if time.Now().After(deadline) {
			t.Fatal("the query is not listed:", w.run(owner, show))
		}
	}
	if got := w.run(control.Caller{}, show); strings.Contains(got, "KE.RunQuery") {
		t.Errorf("someone else sees %s", got)
	}
	if got := w.run(control.Caller{}, `.cancel query "KE.RunQuery;1"`); !strings.Contains(got, "was not found") {
		t.Errorf("someone else ends it: %s", got)
	}
	if got := w.run(owner, `.cancel query "KE.RunQuery;1" with (reason = "enough")`); !strings.Contains(got, `"KE.RunQuery;1"`) {
		t.Errorf("got %s", got)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, engine.ErrCancelled) || !strings.Contains(err.Error(), "enough") {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
	if got := w.run(owner, `.show queries | where ClientActivityId == "KE.RunQuery;1" | project State`); !strings.Contains(got, `"Cancelled"`) {
		t.Errorf("afterwards: %s", got)
	}
}
