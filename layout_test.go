package yagura_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layout says what each package may import of this module. It is the map of the
// project: keep it in the order data flows. A new package or a new arrow is a
// change here, so it is seen in review.
var layout = []struct{ pkg, may string }{
	{"table", ""},
	{"internal/vfs", ""},
	{"internal/route", ""},
	{"format", "table"},

	{"kql/syntax", ""},
	{"kql/fn", "table"},
	{"kql/plan", "kql/fn table"},
	{"kql/eval", "kql/fn kql/plan table"},
	{"kql", "kql/eval kql/fn kql/plan kql/syntax table"},
	{"kql/command", "kql/syntax table"},

	{"store/wal", "internal/vfs"},
	{"store/codec", "table"},
	{"store/terms", "store/codec table"},
	{"store/extent", "internal/vfs store/terms table"},
	{"store/catalog", "internal/vfs store/codec store/extent store/wal table"},
	{"store", "internal/vfs store/catalog store/codec store/extent store/terms store/wal table"},

	{"geoip", "kql/fn"},
	{"outside", "format kql/eval kql/plan table"},

	{"identity", "internal/route store/catalog"},
	{"control", "format identity kql kql/plan kql/syntax store/catalog table"},
	{"ingest", "control kql/eval kql/plan store table"},
	{"receive", "control format identity ingest internal/route table"},

	{"engine/sqlgen", "kql/fn kql/plan table"},
	{"engine", "engine/sqlgen kql kql/eval kql/fn kql/plan store store/catalog store/extent store/terms table"},
	{"engine/duck", "engine engine/sqlgen kql/eval kql/fn kql/plan store store/extent store/terms table"},

	{"purge", "engine kql store store/catalog table"},
	{"arm", "control identity internal/route purge table"},

	{"advise/message", ""},
	{"advise/rollout", ""},
	{"advise/manifest", "advise/message advise/rollout"},
	{"advise/schedule", ""},
	{"advise/windows", "advise/message"},
	{"advise/input", "advise/manifest advise/message advise/windows"},
	{"advise/rule", "advise/manifest advise/message advise/rollout advise/schedule advise/windows"},
	{"advise/report", "advise/message advise/rule"},
	{"advise/explain", "advise/manifest advise/schedule"},
	{"advise/simulate", "advise/manifest advise/message advise/rollout advise/schedule"},

	{"mgmt", "control engine format ingest kql kql/command kql/plan kql/syntax purge table"},
	{"serve", "advise/input advise/message advise/report advise/rule advise/simulate advise/windows control engine format identity ingest internal/route kql kql/command kql/fn kql/plan kql/syntax mgmt table"},
	{"demo", "table"},

	{"app", "arm control demo engine engine/duck geoip identity ingest internal/route internal/vfs mgmt outside purge receive serve store table"},
	{"cli", "advise/explain advise/input advise/manifest advise/report advise/rule advise/simulate advise/windows app engine format kql kql/syntax table"},
	{"cmd/yagura", "cli"},
	{"cmd/docs", "advise/rule advise/windows app kql/fn"},
}

// onlyIn keeps heavy imports where they belong. DuckDB needs cgo and adds a minute to a
// cold build, so no other package may touch it. H3 and Zstandard need cgo too, for seconds.
var onlyIn = map[string][]string{
	"github.com/duckdb/":        {"engine/duck"},
	"github.com/DataDog/zstd":   {"store/extent"},
	"github.com/go-sql-driver/": {"outside"},
	"github.com/jackc/":         {"outside"},
	"github.com/microsoft/":     {"outside"},
	"github.com/Azure/":         {"outside"},
	"github.com/oschwald/":      {"geoip"},
	"github.com/uber/":          {"kql/fn"},
	"k8s.io/":                   {"advise/explain", "advise/manifest", "advise/rollout", "advise/rule", "advise/schedule", "advise/simulate", "cli"},
	"os":                        {"internal/vfs", "format", "app", "cli", "cmd/yagura", "cmd/docs"},
	"embed":                     {"table", "serve", "kql/fn", "demo", "control", "identity", "advise/windows"},
}

// TestLayout reads imports from the files themselves, so that the test cache knows
// when to run it again.
func TestLayout(t *testing.T) {
	may := map[string][]string{}
	for _, l := range layout {
		for m := range strings.FieldsSeq(l.may) {
			if _, ok := may[m]; !ok {
				t.Errorf("layout: %s may import %s, which is not listed before it", l.pkg, m)
			}
		}
		may[l.pkg] = strings.Fields(l.may)
	}
	fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			t.Fatal(err)
		case d.IsDir() && slices.Contains([]string{"test", "testdata", "web", "dist"}, d.Name()):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		pkg := path.Dir(name)
		ok, listed := may[pkg]
		if !listed {
			t.Errorf("%s: package %s is not in the layout", name, pkg)
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			imp, _ := strconv.Unquote(spec.Path.Value)
			if ours, yes := strings.CutPrefix(imp, "github.com/yagura/yagura/"); yes && !slices.Contains(ok, ours) {
				t.Errorf("%s: %s may not import %s", name, pkg, ours)
			}
			for prefix, pkgs := range onlyIn {
				hit := imp == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(imp, prefix)
				if hit && !slices.Contains(pkgs, pkg) {
					t.Errorf("%s: only %v may import %s", name, pkgs, imp)
				}
			}
		}
		return nil
	})
}
