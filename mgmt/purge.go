package mgmt

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/purge"
	"github.com/yagura/yagura/table"
)

// Rows that are deleted by a predicate. Both commands delete them from the files too.
// https://learn.microsoft.com/kusto/concepts/data-purge
// https://learn.microsoft.com/kusto/management/soft-delete-command
var purgeCommands = []entry{
	change(`.delete table <name> records [<with>] <| <rest:data>`, &control.PurgeRows, (*call).deleteRecords),
	change(`.purge table <name> records [in database <value:database>] [<with>] <| <rest:data>`, &control.PurgeRows, (*call).purgeRecords),
	show(`.show purges [<value:id>]`, (*call).showPurges),
	show(`.show purges in database <value:database>`, (*call).showPurges),
}

// operation is what the command's predicate deletes.
func (c *call) operation() (purge.Operation, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return purge.Operation{}, err
	}
	if c.o.Purger == nil {
		return purge.Operation{}, fail(codeRefused, "Single rows cannot be deleted here.")
	}
	return purge.Operation{Workspace: c.id(), Table: t.Ref.Table, Query: c.Text["data"], By: c.Caller.ObjectID, Client: c.Query.ID}, nil
}

func (c *call) deleteRecords(ctx context.Context) (*table.Batch, error) {
	if err := c.with("whatif"); err != nil {
		return nil, err
	}
	op, err := c.operation()
	if err != nil {
		return nil, err
	}
	b := columns("TableName:string RecordsMatchPredicate:long")
	if c.flag("whatif") {
		c.looked = true
		p, err := c.o.Purger.Count(ctx, op)
		if err != nil {
			return nil, err
		}
		b.AppendRow(op.Table, p.Rows)
		return b, nil
	}
	if op, err = c.purgeNow(ctx, op); err != nil {
		return nil, err
	}
	b.AppendRow(op.Table, op.Rows)
	return b, nil
}

// purgeNow deletes the rows.
func (c *call) purgeNow(ctx context.Context, op purge.Operation) (purge.Operation, error) {
	op, err := c.o.Purger.Do(ctx, op)
	switch {
	case errors.Is(err, purge.ErrMany):
		err = fail(codeInvalid, "The database takes no more purges for now: %v.", err)
	case errors.Is(err, purge.ErrImmutable):
		err = fail(codeRefused, "The rows of table '%s' cannot be deleted.", op.Table)
	}
	return op, err
}

// purgeRecords deletes in one step, with noregrets, or in two: the first answers how many
// rows there are and a token, with which the second deletes them.
func (c *call) purgeRecords(ctx context.Context) (*table.Batch, error) {
	if _, err := c.database(); err != nil {
		return nil, err
	}
	if err := c.with("noregrets", "verificationtoken"); err != nil {
		return nil, err
	}
	op, err := c.operation()
	if err != nil {
		return nil, err
	}
	token, given := c.With["verificationtoken"]
	if !given && !c.flag("noregrets") {
		c.looked = true
		p, err := c.o.Purger.Count(ctx, op)
		if err != nil {
			return nil, err
		}
		b := columns("NumRecordsToPurge:long EstimatedPurgeExecutionTime:timespan VerificationToken:string")
		b.AppendRow(p.Rows, table.Duration(p.Extents)*table.TicksPerSecond, c.purgeToken(op, c.o.Now()))
		return b, nil
	}
	if given && !c.isPurgeToken(token, op) {
		return nil, fail(codeInvalid, "The verification token is not one that this predicate was given within the last hour.")
	}
	if op, err = c.purgeNow(ctx, op); err != nil {
		return nil, err
	}
	b := purgeTable()
	c.addPurge(b, op)
	return b, nil
}

// purgeKey signs the tokens of this process.
var purgeKey = func() []byte {
	b := make([]byte, 32)
	rand.Read(b)
	return b
}()

// purgeToken says that the caller was told at a time what a purge would delete.
func (c *call) purgeToken(op purge.Operation, at time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(at.Unix()))
	mac := hmac.New(sha256.New, purgeKey)
	for _, s := range []string{string(b), op.Workspace, op.Table, op.Query, op.By} {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(s))))
		mac.Write([]byte(s))
	}
	return hex.EncodeToString(mac.Sum(b))
}

func (c *call) isPurgeToken(token string, op purge.Operation) bool {
	b, err := hex.DecodeString(token)
	if err != nil || len(b) < 8 {
		return false
	}
	at := time.Unix(int64(binary.BigEndian.Uint64(b)), 0)
	age := c.o.Now().Sub(at)
	return age < time.Hour && age > -time.Minute && hmac.Equal([]byte(token), []byte(c.purgeToken(op, at)))
}

func (c *call) showPurges(context.Context) (*table.Batch, error) {
	if err := c.ctl.Allow(c.Caller, control.PurgeRows, c.Workspace.ID); err != nil {
		return nil, err
	}
	if _, err := c.database(); err != nil {
		return nil, err
	}
	b := purgeTable()
	if c.o.Purger == nil {
		return b, nil
	}
	if text, ok := c.Text["id"]; ok {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, fail(codeInvalid, "'%s' is not the id of an operation.", text)
		}
		op, err := c.o.Purger.Get(c.id(), id)
		if errors.Is(err, purge.ErrNotFound) {
			return nil, fail(codeNotFound, "There is no purge '%s'.", text)
		}
		if err != nil {
			return nil, err
		}
		c.addPurge(b, op)
		return b, nil
	}
	all, err := c.o.Purger.List(c.id())
	for _, op := range all {
		c.addPurge(b, op)
	}
	return b, err
}

func purgeTable() *table.Batch {
	return columns("OperationId:guid DatabaseName:string TableName:string ScheduledTime:datetime Duration:timespan LastUpdatedOn:datetime EngineOperationId:guid State:string StateDetails:string EngineStartTime:datetime EngineDuration:timespan Retries:int ClientRequestId:string Principal:string")
}

func (c *call) addPurge(b *table.Batch, op purge.Operation) {
	span := func(from time.Time) table.Value {
		if from.IsZero() {
			return nil
		}
		end := op.Finished
		if end.IsZero() {
			end = c.o.Now()
		}
		return table.Duration(end.Sub(from) / (100 * time.Nanosecond))
	}
	at := func(t time.Time) table.Value {
		if t.IsZero() {
			return nil
		}
		return table.FromGo(t)
	}
	last := op.Finished
	if last.IsZero() {
		last = op.Requested
	}
	details := op.Failure
	if op.Completed() {
		details = "Purge completed successfully"
	}
	b.AppendRow(table.UUID(op.ID), c.Workspace.Name, op.Table, at(op.Requested), span(op.Requested), at(last), table.UUID(op.ID), op.State(), details, at(op.Started), span(op.Started), int32(max(0, op.Tries-1)), op.Client, op.By)
}
