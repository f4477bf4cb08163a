package simulate

import (
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/yagura/yagura/advise/message"
)

// Change is settings to try instead of those of the manifests' Deployments (PreStop and
// Grace: of all workloads). What is nil stays.
type Change struct {
	Surge, Unavailable       *intstr.IntOrString
	Replicas                 *int32
	MinReady, PreStop, Grace *time.Duration
}

// ParseChange reads maxSurge=1,maxUnavailable=25%,replicas=4,minReady=10s,preStop=15s,grace=60s,
// or some of it.
func ParseChange(text string) (Change, error) {
	var c Change
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if name == "" && !ok {
			continue
		}
		if err := c.set(name, value); err != nil {
			return Change{}, message.Errorf("set %s: %s", part, err)
		}
	}
	return c, nil
}

func (c *Change) set(name, value string) error {
	amount := func(into **intstr.IntOrString) error {
		n, err := strconv.Atoi(strings.TrimSuffix(value, "%"))
		if err != nil || n < 0 || n > 1_000_000 {
			return message.Errorf("%q is no number of pods, and no percentage", value)
		}
		v := intstr.Parse(value)
		*into = &v
		return nil
	}
	span := func(into **time.Duration) error {
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 || d > 24*time.Hour {
			return message.Errorf("%q is no time up to a day, such as 15s", value)
		}
		*into = &d
		return nil
	}
	switch name {
	case "maxSurge":
		return amount(&c.Surge)
	case "maxUnavailable":
		return amount(&c.Unavailable)
	case "replicas":
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < 0 {
			return message.Errorf("%q is no number of pods", value)
		}
		v := int32(n)
		c.Replicas = &v
		return nil
	case "minReady":
		return span(&c.MinReady)
	case "preStop":
		return span(&c.PreStop)
	case "grace":
		return span(&c.Grace)
	}
	return message.Errorf("there is no setting %q: it is maxSurge, maxUnavailable, replicas, minReady, preStop or grace", name)
}

// scale changes how a Deployment is scaled and updated.
func (c Change) scale(v *Workload) error {
	if v.Kind != Deployment {
		return nil
	}
	if c.Replicas != nil {
		v.Replicas = *c.Replicas
	}
	if c.MinReady != nil {
		v.MinReady = *c.MinReady
	}
	if c.Surge == nil && c.Unavailable == nil {
		return nil
	}
	surge, unavailable := intstr.Parse("25%"), intstr.Parse("25%")
	if !v.Recreate && v.Surge != nil && v.Unavailable != nil {
		surge, unavailable = *v.Surge, *v.Unavailable
	}
	if c.Surge != nil {
		surge = *c.Surge
	}
	if c.Unavailable != nil {
		unavailable = *c.Unavailable
	}
	if zero(surge) && zero(unavailable) {
		return message.Errorf("deployment %s: maxSurge and maxUnavailable may not both be 0", v.Name)
	}
	v.Recreate, v.Surge, v.Unavailable = false, &surge, &unavailable
	return nil
}

// end changes how pods end.
func (c Change) end(v *Workload) {
	if c.PreStop != nil {
		v.PreStop = *c.PreStop
	}
	if c.Grace != nil {
		v.Grace = *c.Grace
	}
}

func zero(v intstr.IntOrString) bool { return strings.TrimSuffix(v.String(), "%") == "0" }
