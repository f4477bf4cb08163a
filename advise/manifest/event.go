package manifest

import (
	"encoding/json"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Event is an event of either API, the old one in the core group or events.k8s.io.
type Event struct {
	Object          corev1.ObjectReference
	Type, Reason    string
	Message, Source string
	Count           int32
	First, Last     time.Time
}

func (s *Set) event(src Source, text []byte) {
	var e struct {
		InvolvedObject, Regarding corev1.ObjectReference
		Type, Reason              string
		Message, Note             string
		Count, DeprecatedCount    int32
		Source                    corev1.EventSource
		ReportingComponent        string
		ReportingController       string
		FirstTimestamp            metav1.Time
		LastTimestamp             metav1.Time
		EventTime                 metav1.MicroTime
		Series                    *struct {
			Count            int32
			LastObservedTime metav1.MicroTime
		}
	}
	if err := json.Unmarshal(text, &e); err != nil {
		s.problem(src, "", err)
		return
	}
	v := &Event{Object: e.InvolvedObject, Type: e.Type, Reason: e.Reason, Message: e.Message, Count: max(e.Count, e.DeprecatedCount, 1),
		First: e.FirstTimestamp.Time, Last: e.LastTimestamp.Time, Source: e.Source.Component}
	if v.Object.Kind == "" {
		v.Object = e.Regarding
	}
	if v.Message == "" {
		v.Message = e.Note
	}
	for _, name := range []string{e.ReportingComponent, e.ReportingController} {
		if v.Source == "" {
			v.Source = name
		}
	}
	if v.First.IsZero() {
		v.First = e.EventTime.Time
	}
	if v.Last.IsZero() {
		v.Last = v.First
	}
	if e.Series != nil {
		v.Count, v.Last = max(v.Count, e.Series.Count), e.Series.LastObservedTime.Time
	}
	s.Events = append(s.Events, v)
	s.sources[v] = src
}
