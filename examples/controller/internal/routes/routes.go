// Package routes keeps Kong objects in step with the routes of a cluster: those of the
// Gateway API, and Ingresses. What they become is said by builder/gatewayapi and
// builder/ingress; this package reads the cluster for them, and writes what they say.
package routes

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
	"github.com/konnectkit/konnectkit/examples/controller/internal/serverside"
)

const (
	// labelManagedBy tells the objects of one translator from those of others and of people.
	labelManagedBy = "app.kubernetes.io/managed-by"
	// annotationPlane names the control plane that an object was made for.
	annotationPlane = "konnectkit.example/control-plane"

	gather     = 300 * time.Millisecond
	lookAgain  = 30 * time.Second
	minBackoff = 500 * time.Millisecond
	maxBackoff = 30 * time.Second
)

// translator makes Kong objects of one API's routes.
type translator struct {
	// name is in labels, in the owner of fields, and in the name of the controller.
	name string
	// watched are the kinds that are read besides Kong's.
	watched []client.Object
	// translate reads the cluster, for control planes that owns tells.
	translate func(ctx context.Context, cluster client.Client, owns func(crd.Key) bool) (*translation, error)
}

// translation is what routes become.
type translation struct {
	// planes has the objects of each control plane, also of those without any.
	planes map[crd.Key][]crd.Object
	// notes are what people should know of an object, a line each.
	notes map[crd.Key]note
	// record writes the status of routes.
	record func(ctx context.Context) error
}

// note is a warning about an object.
type note struct {
	about client.Object
	text  string
}

// Options say which routes are translated.
type Options struct {
	// Share tells which control planes are this replica's; nil means all.
	Share provision.Share
	// Gather is how long events are collected; the default is 300 ms.
	Gather time.Duration
}

// request is the only one there is: which routes matter to which others is what a
// translation finds out, so that all of them are read together, once for all events.
type request struct{}

// reconciler makes the objects of one translator.
type reconciler struct {
	translator

	cluster client.Client
	events  events.EventRecorder
	kinds   []scheme.Kind
	owns    func(crd.Key) bool
	// noted is what was last said of an object.
	noted map[crd.Key]string
}

func (t translator) setup(mgr manager.Manager, options Options) error {
	r := &reconciler{
		translator: t, cluster: mgr.GetClient(), events: mgr.GetEventRecorder(t.name), noted: map[crd.Key]string{},
		owns: func(crd.Key) bool { return true },
	}
	if options.Share != nil {
		r.owns = options.Share.Owns
	}
	if options.Gather == 0 {
		options.Gather = gather
	}
	kinds, err := scheme.Kinds()
	if err != nil {
		return err
	}
	elected := false
	c, err := controller.NewTyped(t.name, mgr, controller.TypedOptions[request]{
		Reconciler: r, NeedLeaderElection: &elected, // replicas share the control planes
		RateLimiter: workqueue.NewTypedItemExponentialFailureRateLimiter[request](minBackoff, maxBackoff),
	})
	if err != nil {
		return err
	}
	watched := slices.Clone(t.watched)
	for _, kind := range kinds {
		obj := kind.New()
		watched = append(watched, obj)
		if crd.KeyOf(obj).Group == crd.ConfigurationGroup {
			r.kinds = append(r.kinds, kind)
		}
	}
	return watch(mgr, c, watched, options.Gather)
}

// watch has a look after events of the kinds that the cluster has.
func watch(mgr manager.Manager, c controller.TypedController[request], kinds []client.Object, gather time.Duration) error {
	for _, obj := range kinds {
		known, err := isServed(mgr, obj)
		if err != nil {
			return err
		}
		if !known {
			mgr.GetLogger().Info("not watched, since the cluster does not have the kind", "kind", fmt.Sprintf("%T", obj))
			continue
		}
		if err := c.Watch(source.TypedKind(mgr.GetCache(), obj, wake(gather))); err != nil {
			return fmt.Errorf("watch %T: %w", obj, err)
		}
	}
	return nil
}

// isServed reports whether the cluster has a kind: older bundles of the Gateway API lack some.
func isServed(mgr manager.Manager, obj client.Object) (bool, error) {
	gvk, err := mgr.GetClient().GroupVersionKindFor(obj)
	if err != nil {
		return false, err
	}
	_, err = mgr.GetRESTMapper().RESTMapping(gvk.GroupKind(), gvk.Version)
	if meta.IsNoMatchError(err) {
		return false, nil
	}
	return err == nil, err
}

// wake asks for a look after every event but those that change a status alone.
func wake(gather time.Duration) handler.TypedEventHandler[client.Object, request] {
	type queue = workqueue.TypedRateLimitingInterface[request]
	return handler.TypedFuncs[client.Object, request]{
		CreateFunc: func(_ context.Context, _ event.TypedCreateEvent[client.Object], q queue) {
			q.AddAfter(request{}, gather)
		},
		DeleteFunc: func(_ context.Context, _ event.TypedDeleteEvent[client.Object], q queue) {
			q.AddAfter(request{}, gather)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[client.Object], q queue) {
			if provision.IsEdited(e.ObjectOld, e.ObjectNew) {
				q.AddAfter(request{}, gather)
			}
		},
	}
}

// Reconcile translates all routes, writes what became another, and tells of it.
func (r *reconciler) Reconcile(ctx context.Context, _ request) (reconcile.Result, error) {
	t, err := r.translate(ctx, r.cluster, r.owns)
	if err != nil {
		return reconcile.Result{}, err
	}
	existing, err := r.existing(ctx)
	if err != nil {
		return reconcile.Result{}, err
	}
	wanted := serverside.Objects{}
	for plane, objects := range t.planes {
		for _, obj := range objects {
			r.mark(obj, plane)
			wanted[crd.KeyOf(obj)] = obj
		}
	}
	writer := serverside.Writer{Cluster: r.cluster, Owner: client.FieldOwner(r.name)}
	if err := writer.Sync(ctx, existing, wanted); err != nil {
		return reconcile.Result{}, err
	}
	r.tell(t.notes)
	return reconcile.Result{RequeueAfter: lookAgain}, t.record(ctx) // control planes may become this replica's
}

// mark says of an object which translator made it, for which control plane.
func (r *reconciler) mark(obj crd.Object, plane crd.Key) {
	labels, annotations := obj.GetLabels(), obj.GetAnnotations()
	if labels == nil {
		labels = map[string]string{}
	}
	if annotations == nil {
		annotations = map[string]string{}
	}
	labels[labelManagedBy], annotations[annotationPlane] = r.name, plane.Name
	obj.SetLabels(labels)
	obj.SetAnnotations(annotations)
}

// existing returns the objects of this translator for control planes of this replica.
func (r *reconciler) existing(ctx context.Context) (serverside.Objects, error) {
	found := serverside.Objects{}
	for _, kind := range r.kinds {
		list := kind.NewList()
		if err := r.cluster.List(ctx, list, client.MatchingLabels{labelManagedBy: r.name}); err != nil {
			return nil, err
		}
		err := meta.EachListItem(list, func(item runtime.Object) error {
			obj, _ := item.(crd.Object)
			plane := crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: obj.GetNamespace(), Name: obj.GetAnnotations()[annotationPlane]}
			if r.owns(plane) {
				found[crd.KeyOf(obj)] = obj
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
