package provision

import (
	"context"
	"maps"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

type queue = workqueue.TypedRateLimitingInterface[crd.Key]

// waker turns events into roots of trees to look at.
type waker struct {
	forest forest
	gather time.Duration
}

func (w waker) handler() handler.TypedEventHandler[client.Object, crd.Key] {
	return handler.TypedFuncs[client.Object, crd.Key]{
		CreateFunc: func(ctx context.Context, e event.TypedCreateEvent[client.Object], q queue) {
			w.wake(ctx, q, objectOf(e.Object), true)
		},
		UpdateFunc: func(ctx context.Context, e event.TypedUpdateEvent[client.Object], q queue) {
			w.update(ctx, q, objectOf(e.ObjectOld), objectOf(e.ObjectNew))
		},
		DeleteFunc: func(ctx context.Context, e event.TypedDeleteEvent[client.Object], q queue) {
			w.wake(ctx, q, objectOf(e.Object), true)
		},
	}
}

func (w waker) wake(ctx context.Context, q queue, obj crd.Object, distant bool) {
	roots, err := w.forest.affected(ctx, obj, distant)
	if err != nil {
		log.FromContext(ctx).Error(err, "event lost until the next drift check", "key", crd.KeyOf(obj).String())
	}
	credentials, err := w.forest.credentials(ctx, obj)
	if err != nil {
		log.FromContext(ctx).Error(err, "event lost until the next drift check", "key", crd.KeyOf(obj).String())
	}
	for key := range roots.Union(credentials) {
		q.AddAfter(key, w.gather)
	}
	if obj.GetDeletionTimestamp().IsZero() {
		return
	}
	q.AddAfter(crd.KeyOf(obj), w.gather) // credentials, which are no root
	for _, ref := range obj.References() {
		if isCredential(ref) {
			q.AddAfter(ref.To, w.gather) // may have waited for obj
		}
	}
}

// update passes over what the controller itself writes: finalizers and status. Only
// objects of other trees want to know that an entity is there now.
func (w waker) update(ctx context.Context, q queue, old, obj crd.Object) {
	if IsEdited(old, obj) {
		w.wake(ctx, q, old, false) // it may have moved from another tree
		w.wake(ctx, q, obj, false)
		return
	}
	if !konnect.HasEntity(crd.KeyOf(obj)) ||
		old.GetKonnectStatus() == obj.GetKonnectStatus() && crd.IsProgrammed(old) == crd.IsProgrammed(obj) {
		return
	}
	referrers, err := w.forest.find(ctx, byOther, indexValue(crd.KeyOf(obj)))
	if err != nil {
		log.FromContext(ctx).Error(err, "event lost until the next drift check", "key", crd.KeyOf(obj).String())
	}
	for _, referrer := range referrers {
		w.wake(ctx, q, referrer, false)
	}
}

// IsEdited tells whether somebody else changed what matters to Konnect.
func IsEdited(old, obj metav1.Object) bool {
	return old.GetGeneration() != obj.GetGeneration() ||
		old.GetDeletionTimestamp().IsZero() != obj.GetDeletionTimestamp().IsZero() ||
		!maps.Equal(old.GetLabels(), obj.GetLabels()) ||
		!maps.Equal(old.GetAnnotations(), obj.GetAnnotations()) ||
		obj.GetGeneration() == 0 && old.GetResourceVersion() != obj.GetResourceVersion() // Secrets have none
}
