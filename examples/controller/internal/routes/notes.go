package routes

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/konnectkit/konnectkit/crd"
)

// maxNote is the most characters of an Event's text.
const maxNote = 1024

// tell makes an Event of each note that was not the last one of its object.
func (r *reconciler) tell(notes map[crd.Key]note) {
	for key, n := range notes {
		if r.noted[key] == n.text {
			continue
		}
		text := n.text
		if len(text) > maxNote {
			text = text[:maxNote-3] + "..."
		}
		r.events.Eventf(n.about, nil, corev1.EventTypeWarning, "Translated", "translate", "%s", text)
		r.noted[key] = n.text
	}
	for key := range r.noted {
		if _, still := notes[key]; !still {
			delete(r.noted, key)
		}
	}
}
