package provision

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	eventrecorder "k8s.io/client-go/tools/events"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// Reasons of Events besides those of the condition Programmed.
const (
	reasonProgrammed   = "Programmed"
	reasonDrift        = "DriftCorrected"
	reasonUnavailable  = "KonnectUnavailable"
	reasonLeftBehind   = "LeftInKonnect"
	reasonCannotDelete = "DeletionBlocked"
)

// maxNote is the longest note that the Events API accepts.
const maxNote = 1024

// events tells people what happened, once each.
type events struct {
	recorder eventrecorder.EventRecorder
	// down holds the roots of which is told that Konnect does not answer.
	down *sync.Map
}

func (e events) tell(obj crd.Object, kind, reason, action, note string) {
	if len(note) > maxNote {
		note = strings.ToValidUTF8(note[:maxNote-len("…")], "") + "…"
	}
	e.recorder.Eventf(obj, nil, kind, reason, action, "%s", note)
}

// warned tells what is legal and probably not meant. The reason is the warning's code.
func (e events) warned(it *item, warnings []konnect.Warning) {
	for _, w := range warnings {
		var reason strings.Builder
		for word := range strings.SplitSeq(string(w.Code), "-") {
			reason.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
		note := w.Message
		if w.Field != "" {
			note = w.Field + ": " + note
		}
		e.tell(it.now, corev1.EventTypeWarning, reason.String(), "check", note)
	}
}

// changed tells of entities that were written, and of failures that are news.
func (e events) changed(it *item, change konnect.Change, news bool) {
	leaving := !it.before.GetDeletionTimestamp().IsZero()
	switch {
	case change.Key == crd.Key{}: // no entity
	case change.Err == nil && isWrite(change.Action):
		e.tell(it.now, corev1.EventTypeNormal, reasonOf(it, change), string(change.Action), noteOf(change))
	case !news || change.Err == nil || konnect.IsTransient(change.Err):
	case leaving:
		e.tell(it.now, corev1.EventTypeWarning, reasonCannotDelete, "delete", change.Err.Error())
	case isDependent(change.Err): // what it depends on tells
	default:
		programmed := meta.FindStatusCondition(it.now.GetConditions(), crd.ConditionProgrammed)
		if programmed != nil {
			e.tell(it.now, corev1.EventTypeWarning, programmed.Reason, "provision", change.Err.Error())
		}
	}
}

func isWrite(action konnect.Action) bool {
	return action == konnect.ActionCreated || action == konnect.ActionUpdated || action == konnect.ActionAdopted
}

// isDrift tells whether Konnect was changed behind the object's back.
func isDrift(it *item, change konnect.Change) bool {
	return change.Err == nil && isWrite(change.Action) && crd.IsProgrammed(it.before)
}

func reasonOf(it *item, change konnect.Change) string {
	if isDrift(it, change) {
		return reasonDrift
	}
	return reasonProgrammed
}

func noteOf(change konnect.Change) string {
	note := fmt.Sprintf("%s as %s", change.Action, change.KonnectID)
	if change.Action == konnect.ActionUpdated {
		fields := make([]string, len(change.Fields))
		for i, f := range change.Fields {
			fields[i] = f.String()
		}
		note += ": " + strings.Join(fields, ", ")
	}
	return note
}

// leftBehind tells that an object goes while its entity may stay.
func (e events) leftBehind(it *item, err error) {
	id := it.before.GetKonnectStatus().ID
	if id == "" {
		return
	}
	e.tell(it.before, corev1.EventTypeWarning, reasonLeftBehind, "delete",
		fmt.Sprintf("%s stays in konnect, because it cannot be reached any more: %v", id, err))
}

// unavailable tells once for each tree that Konnect does not answer.
func (e events) unavailable(ctx context.Context, f forest, done *outcome) {
	if _, told := e.down.LoadOrStore(done.root, true); told {
		return
	}
	if root, err := f.get(ctx, done.root); err == nil && root != nil {
		e.tell(root, corev1.EventTypeWarning, reasonUnavailable, "provision",
			"retried until it passes: "+done.passing.Error())
	}
}

func (e events) recovered(root crd.Key) { e.down.Delete(root) }

func isDependent(err error) bool {
	_, ok := errors.AsType[*konnect.DependencyError](err)
	return ok
}
