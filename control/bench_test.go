package control

import (
	"testing"

	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/internal/vfs"
	"github.com/yagura/yagura/store/catalog"
)

// BenchmarkAuthorize is what authorisation adds to each request: the decision, and what
// a query may read of one table.
func BenchmarkAuthorize(b *testing.B) {
	cat, err := catalog.Open(vfs.NewMem(), "catalog", catalog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer cat.Close()
	dir, err := identity.Open(ctx, cat, identity.Options{})
	if err != nil {
		b.Fatal(err)
	}
	s, setup, err := Open(ctx, cat, dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	p, err := dir.Application(setup.ClientID)
	if err != nil {
		b.Fatal(err)
	}
	f := &fixture{Store: s, Setup: setup}
	c, scope, ref := Caller{Principal: p}, f.workspaceID(), f.ref("Heartbeat")
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Allow(c, QueryLogs, scope); err != nil {
			b.Fatal(err)
		}
		if a, err := s.Access(c, ref, ""); err != nil || a.Denied != nil {
			b.Fatal(a, err)
		}
	}
}
