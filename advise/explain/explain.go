// Package explain says in a paragraph why a pod is pending or restarts, and why a
// rollout or drain does not go on, with the evidence: from objects as kubectl and the
// API server give them.
package explain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/manifest"
)

// Explanation is an answer.
type Explanation struct {
	Subject string `json:"subject"`
	// Text is the answer, in one paragraph.
	Text string `json:"explanation"`
	// Evidence is what it rests on, a fact a line.
	Evidence []string `json:"evidence"`
}

// ErrNotFound is a subject that was not read.
var ErrNotFound = errors.New("not found among what was read")

func (e *Explanation) say(format string, args ...any) {
	if e.Text != "" {
		e.Text += " "
	}
	e.Text += fmt.Sprintf(format, args...)
}

func (e *Explanation) saw(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); !slices.Contains(e.Evidence, line) {
		e.Evidence = append(e.Evidence, line)
	}
}

// split reads namespace/name.
func split(name string) (namespace, rest string) {
	if ns, n, ok := strings.Cut(name, "/"); ok {
		return ns, n
	}
	return "", name
}

func matches(m *metav1.ObjectMeta, namespace, name string) bool {
	return m.Name == name && (namespace == "" || m.Namespace == namespace)
}

// events are those of an object, the newest first.
func events(set *manifest.Set, kind, namespace, name string) []*manifest.Event {
	var out []*manifest.Event
	for _, e := range set.Events {
		if o := e.Object; o.Kind == kind && o.Name == name && (namespace == "" || o.Namespace == "" || o.Namespace == namespace) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b *manifest.Event) int { return b.Last.Compare(a.Last) })
	return out
}

func newest(list []*manifest.Event, reasons ...string) *manifest.Event {
	for _, e := range list {
		if slices.Contains(reasons, e.Reason) {
			return e
		}
	}
	return nil
}

func eventLine(e *manifest.Event) string {
	times := ""
	if e.Count > 1 {
		times = fmt.Sprintf(" (%d times)", e.Count)
	}
	return fmt.Sprintf("event %s%s: %s", e.Reason, times, e.Message)
}

func podCondition(p *corev1.Pod, t corev1.PodConditionType) *corev1.PodCondition {
	for i := range p.Status.Conditions {
		if p.Status.Conditions[i].Type == t {
			return &p.Status.Conditions[i]
		}
	}
	return nil
}

func ready(p *corev1.Pod) bool {
	c := podCondition(p, corev1.PodReady)
	return c != nil && c.Status == corev1.ConditionTrue
}
