package outside

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// artifact is a file of an external table, with the values that its path tells of the
// partitions.
type artifact struct {
	file
	values map[string]table.Value
}

// Artifacts lists the files of an external table, at most so many; most is 0 for all.
// https://learn.microsoft.com/kusto/management/show-external-table-artifacts
func (r *Reader) Artifacts(ctx context.Context, n *plan.ExternalData, most int) (*table.Batch, error) {
	b := table.NewBatch(&table.Schema{Cols: []table.Column{{Name: "Uri", Type: table.String}, {Name: "Partition", Type: table.Dynamic}, {Name: "Size", Type: table.Long}}})
	d, err := dataOf(n)
	if err != nil {
		return nil, err
	}
	all, err := r.artifacts(ctx, n, d)
	if err != nil {
		return nil, err
	}
	for i, a := range all {
		if most > 0 && i == most {
			break
		}
		bag, size := &table.Bag{}, table.Value(nil)
		for _, p := range n.Partitions {
			bag.Set(p.Name, a.values[p.Name])
		}
		if a.size >= 0 {
			size = a.size
		}
		b.AppendRow(a.place, table.DynValue(bag), size)
	}
	return b, nil
}

// artifacts finds the files that n means.
func (r *Reader) artifacts(ctx context.Context, n *plan.ExternalData, d data) ([]artifact, error) {
	m, err := newPathPattern(n)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.What(), err)
	}
	var all []artifact
	for _, address := range n.URIs {
		address = httpsAddress(address)
		if !n.Folders {
			all = append(all, artifact{file: r.file(address)})
			continue
		}
		found, err := r.under(ctx, address, m, d)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", n.What(), place(address), err)
		}
		if all = append(all, found...); len(all) > maxFiles {
			return nil, fmt.Errorf("%s: there are more than %d files", n.What(), maxFiles)
		}
	}
	return all, nil
}

// httpsAddress is the address by which https finds what abfss://filesystem@host/path names.
func httpsAddress(address string) string {
	rest, ok := strings.CutPrefix(address, "abfss://")
	system, rest, at := strings.Cut(rest, "@")
	if !ok || !at {
		return address
	}
	end := strings.IndexAny(rest, "/;?")
	if end < 0 {
		end = len(rest)
	}
	return "https://" + rest[:end] + "/" + system + rest[end:]
}

// file is what lies at an address.
func (r *Reader) file(address string) file {
	return file{place: place(address), size: -1, open: func(ctx context.Context) (io.ReadCloser, error) { return r.get(ctx, address) }}
}

// under finds the files under an address, or the one that it is.
func (r *Reader) under(ctx context.Context, address string, m *pathPattern, d data) ([]artifact, error) {
	s, err := r.storageAt(address)
	switch {
	case err != nil:
		return nil, err
	case s == nil && m != nil:
		return nil, errors.New("it is no container of Azure's storage: what paths there tell is not known")
	case s == nil:
		return []artifact{{file: r.file(address)}}, nil
	}
	top := strings.Trim(s.parts.BlobName, "/")
	found, err := r.list(ctx, address, func(name string) bool {
		return (top == "" || name == top || strings.HasPrefix(name, top+"/")) && strings.HasPrefix(path.Base(name), d.prefix) && strings.HasSuffix(name, d.extension)
	})
	switch {
	case err != nil && top != "" && m == nil: // all may read a file of a container that not all may list
		return []artifact{{file: r.file(address)}}, nil
	case err != nil:
		return nil, err
	}
	var out []artifact
	for _, f := range found {
		if f.size == 0 { // a folder, of accounts that have some
			continue
		}
		if values, ok := m.match(strings.Trim(strings.TrimPrefix(f.name, top), "/")); ok {
			out = append(out, artifact{f, values})
		}
	}
	return out, nil
}
