package control

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/table"
)

func TestResultsKeepTheirValues(t *testing.T) {
	fs := vfs.NewMem()
	f := open(t, fs)
	rows := table.NewBatch(&table.Schema{Cols: []table.Column{
		{Name: "b", Type: table.Bool}, {Name: "i", Type: table.Int}, {Name: "l", Type: table.Long}, {Name: "r", Type: table.Real}, {Name: "c", Type: table.Decimal},
		{Name: "s", Type: table.String}, {Name: "d", Type: table.Datetime}, {Name: "p", Type: table.Timespan}, {Name: "g", Type: table.Guid}, {Name: "y", Type: table.Dynamic},
	}})
	rows.AppendRow(true, int32(math.MinInt32), int64(math.MinInt64), math.NaN(), table.Dec("1.50"), "\xff\x00é", table.MaxTime, table.Duration(math.MinInt64), table.UUID{15: 1}, table.NewDyn("5"))
	rows.AppendRow(nil, nil, nil, nil, nil, "", nil, nil, nil, nil)
	rows.AppendRow(false, int32(0), int64(1<<53+1), math.Copysign(0, -1), table.Dec("-79228162514264337593543950335"), `{"a":1}`, table.MinTime, table.Duration(0), table.UUID{}, table.NewDyn([]any{1.0, int64(1), nil, "1"}))
	r := &StoredResult{Name: "Kept", Owner: "me", Created: time.Now(), Expires: time.Now().Add(time.Hour)}
	if err := f.PutResult(ctx, f.WorkspaceID, r, rows); err != nil {
		t.Fatal(err)
	}
	if err := f.cat.Close(); err != nil {
		t.Fatal(err)
	}
	f = open(t, fs)
	got, ok := f.ResultRows(f.WorkspaceID, "me", "Kept")
	if !ok || got.Rows != rows.Rows {
		t.Fatalf("%v, %v", got, ok)
	}
	for c, col := range rows.Schema.Cols {
		if got.Schema.Cols[c] != col {
			t.Errorf("column %v is %v", col, got.Schema.Cols[c])
		}
		for i := range rows.Rows {
			want, is := rows.Vecs[c].At(i), got.Vecs[c].At(i)
			if w, ok := want.(float64); ok {
				want, is = math.Float64bits(w), math.Float64bits(is.(float64))
			}
			if w, ok := want.(table.Dyn); ok {
				want, is = string(w.AppendJSON(nil)), string(is.(table.Dyn).AppendJSON(nil))
			}
			if want != is {
				t.Errorf("%s, row %d: %v became %v", col.Name, i, want, is)
			}
		}
	}
}

func TestResultsAreTheirOwnersUntilTheyExpire(t *testing.T) {
	f := open(t, vfs.NewMem())
	now := time.Now()
	f.o.Now = func() time.Time { return now }
	rows := table.NewBatch(&table.Schema{Cols: []table.Column{{Name: "l", Type: table.Long}}})
	rows.AppendRow(int64(1))
	put := func(owner string) error {
		return f.PutResult(ctx, f.WorkspaceID, &StoredResult{Name: "Kept", Owner: owner, Created: now, Expires: now.Add(time.Hour)}, rows)
	}
	if err := put("me"); err != nil {
		t.Fatal(err)
	}
	if _, ok := f.ResultRows(f.WorkspaceID, "you", "Kept"); ok {
		t.Error("another's rows can be read")
	}
	var invalid *InvalidError
	if err := put("you"); !errors.As(err, &invalid) {
		t.Errorf("another's rows are replaced: %v", err)
	}
	now = now.Add(time.Hour)
	if _, ok := f.ResultRows(f.WorkspaceID, "me", "Kept"); ok {
		t.Error("rows can be read after they have expired")
	}
	if err := f.ForgetResults(ctx); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{kindResult, kindResultRows} {
		if docs := f.docsOf(kind, f.WorkspaceID); len(docs) > 0 {
			t.Errorf("%s stay: %v", kind, docs)
		}
	}
	if err := put("you"); err != nil {
		t.Error(err)
	}
}

func TestLargeResultsAreRefused(t *testing.T) {
	f := open(t, vfs.NewMem())
	rows := table.NewBatch(&table.Schema{Cols: []table.Column{{Name: "s", Type: table.String}}})
	rows.AppendRow(string(make([]byte, maxResult)))
	var invalid *InvalidError
	if err := f.PutResult(ctx, f.WorkspaceID, &StoredResult{Name: "Large", Expires: time.Now().Add(time.Hour)}, rows); !errors.As(err, &invalid) {
		t.Error(err)
	}
	for i := range maxResultColumns + 1 {
		rows.Schema.Cols = append(rows.Schema.Cols[:i:i], table.Column{Name: "s" + string(rune('a'+i)), Type: table.String})
	}
	if err := f.PutResult(ctx, f.WorkspaceID, &StoredResult{Name: "Wide", Expires: time.Now().Add(time.Hour)}, rows); !errors.As(err, &invalid) {
		t.Error(err)
	}
}
