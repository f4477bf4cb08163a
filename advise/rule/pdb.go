package rule

import (
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/rollout"
)

func budget(b *policyv1.PodDisruptionBudget) rollout.Budget {
	return rollout.Budget{MinAvailable: b.Spec.MinAvailable, MaxUnavailable: b.Spec.MaxUnavailable}
}

// expected is how many pods a budget counts at the least and at the most. Whole
// numbers of minAvailable count pods; everything else asks the controllers.
func (c *run) expected(b *policyv1.PodDisruptionBudget, covered []*manifest.Workload) (least, most int32) {
	integer := b.Spec.MaxUnavailable == nil && b.Spec.MinAvailable != nil && b.Spec.MinAvailable.Type == intstr.Int
	for _, w := range covered {
		lo, hi := c.Scale(w)
		switch {
		case w.DaemonSet != nil:
			if !integer {
				continue
			}
			lo, hi = int32(len(c.Nodes)), int32(len(c.Nodes))
		case w.Kind == "Pod" && !integer:
			continue
		}
		least, most = least+lo, most+hi
	}
	return least, most
}

// scalable reports whether a budget's arithmetic works for a workload: percentages and
// maxUnavailable need a controller with a scale.
func scalable(b *policyv1.PodDisruptionBudget, w *manifest.Workload) bool {
	integer := b.Spec.MaxUnavailable == nil && b.Spec.MinAvailable != nil && b.Spec.MinAvailable.Type == intstr.Int
	return integer || w.DaemonSet == nil && w.Kind != "Pod"
}
