package mgmt

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/table"
)

// Commands that were sent with async. They have ended when they are answered, but with
// the id of an operation in place of the answer, which tools then ask for.
// https://learn.microsoft.com/kusto/management/show-operations
var operationCommands = []entry{
	show(`.show operations`, (*call).showOperations),
	show(`.show operations <names>`, (*call).showOperations),
	show(`.show operations <value:id>`, (*call).showOperations),
	show(`.show operation <value:id> details`, (*call).showOperationDetails),
}

// maxOperations is how many operations are remembered since the server's start.
const maxOperations = 1000

// operation is a command that has run with async.
type operation struct {
	id             table.UUID
	kind           string
	workspace      string
	caller         string
	started, ended time.Time
	answer         *table.Batch
}

// operations remembers the last ones.
type operations struct {
	mu   sync.Mutex
	list []*operation
}

func (o *operations) add(op *operation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, op)
	o.list = o.list[max(0, len(o.list)-maxOperations):]
}

// find lists the operations for which ok is true, the last first.
func (o *operations) find(ok func(*operation) bool) []*operation {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []*operation
	for _, op := range slices.Backward(o.list) {
		if ok(op) {
			out = append(out, op)
		}
	}
	return out
}

// later answers a command that was sent with async, which is done.
func (c *call) later(began time.Time, answer *table.Batch) *table.Batch {
	op := &operation{
		id: table.UUID(uuid.New()), kind: commandType(c.src), workspace: c.id(), caller: c.Caller.ObjectID, started: began, ended: c.o.Now(), answer: answer,
	}
	c.ops.add(op)
	b := columns("OperationId:guid")
	b.AppendRow(op.id)
	return b
}

// operations lists those that the command asks for, and that its caller may see.
func (c *call) operations() ([]*operation, error) {
	want := c.Names["names"]
	if id := c.Text["id"]; id != "" {
		want = []string{id}
	}
	all := c.manages()
	list := c.ops.find(func(op *operation) bool {
		return op.workspace == c.id() && (all || op.caller == c.Caller.ObjectID) && (want == nil || slices.Contains(want, op.id.String()))
	})
	if c.Text["id"] != "" && len(list) == 0 {
		return nil, notFound("Operation", c.Text["id"])
	}
	return list, nil
}

func (c *call) showOperations(context.Context) (*table.Batch, error) {
	b := columns("OperationId:guid Operation:string NodeId:string StartedOn:datetime LastUpdatedOn:datetime Duration:timespan State:string Status:string RootActivityId:guid ShouldRetry:bool Database:string Principal:string User:string AdminEpochStartTime:datetime VirtualCluster:string")
	list, err := c.operations()
	for _, op := range list {
		took := table.Duration(op.ended.Sub(op.started) / (100 * time.Nanosecond))
		b.AppendRow(op.id, op.kind, "", table.FromGo(op.started), table.FromGo(op.ended), took, "Completed", "", op.id, false, c.Workspace.Name, c.principal(op.caller), "", nil, "")
	}
	return b, err
}

// showOperationDetails is the answer that the command would have had without async.
func (c *call) showOperationDetails(context.Context) (*table.Batch, error) {
	list, err := c.operations()
	if err != nil {
		return nil, err
	}
	return list[0].answer, nil
}
