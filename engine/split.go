package engine

import (
	"context"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// job is a plan that is split: some of its subtrees run in the backend.
type job struct {
	run   *run
	parts map[plan.Node]Fragment
}

// split finds the largest subtrees of n that the backend can run.
func (r *run) split(plan.Node) (*job, error) {
	return &job{run: r, parts: map[plan.Node]Fragment{}}, nil
}

// open is the eval.Source of the part that runs in Go.
func (j *job) open(ctx context.Context, n plan.Node) (table.Reader, error) {
	if f, ok := j.parts[n]; ok {
		return j.run.e.backend.Run(ctx, f, &j.run.res.Stats)
	}
	if s, ok := n.(*plan.Scan); ok {
		return j.run.scan(s)
	}
	return nil, nil
}
