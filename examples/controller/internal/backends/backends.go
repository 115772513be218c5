// Package backends keeps KongServices, KongUpstreams and KongTargets in step with those
// Services of the cluster that ask for it by an annotation, and with their endpoints.
package backends

import (
	"context"
	"errors"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/konnectkit/konnectkit/builder/backend"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/examples/controller/internal/serverside"
	"github.com/konnectkit/konnectkit/konnect"
)

// Annotation on a Service names the KonnectGatewayControlPlane that is to route to it:
// name, or namespace/name.
const Annotation = "konnectkit.example/control-plane"

const (
	fieldOwner = client.FieldOwner("konnectkit-backends")
	managedBy  = "konnectkit-backends"
	lookAgain  = 30 * time.Second
)

// Reconciler makes the objects of a Service.
type Reconciler struct {
	cluster client.Client
	events  events.EventRecorder
	kinds   []scheme.Kind
	owns    func(crd.Key) bool
}

// Setup adds the reconciler to a manager. Replicas leave the Services to each other
// that owns tells; nil means that all are this one's.
func Setup(mgr manager.Manager, owns func(crd.Key) bool) error {
	r := &Reconciler{cluster: mgr.GetClient(), events: mgr.GetEventRecorder(managedBy), owns: owns}
	kinds, err := scheme.Kinds()
	if err != nil {
		return err
	}
	elected := false
	setup := ctrl.NewControllerManagedBy(mgr).Named("backends").For(&corev1.Service{}).
		Watches(&discoveryv1.EndpointSlice{}, handler.EnqueueRequestsFromMapFunc(serviceOf)).
		WithOptions(controller.Options{NeedLeaderElection: &elected})
	for _, kind := range kinds {
		if obj := kind.New(); konnect.HasEntity(crd.KeyOf(obj)) {
			r.kinds = append(r.kinds, kind)
			setup = setup.Owns(obj)
		}
	}
	return setup.Complete(r)
}

func serviceOf(_ context.Context, slice client.Object) []reconcile.Request {
	name := slice.GetLabels()[discoveryv1.LabelServiceName]
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: slice.GetNamespace(), Name: name}}}
}

// Reconcile applies the objects that a Service needs, and removes those that it does
// not need any more.
func (r *Reconciler) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	if r.owns != nil && !r.owns(crd.Key{Kind: "Service", Namespace: request.Namespace, Name: request.Name}) {
		return reconcile.Result{RequeueAfter: lookAgain}, nil // it may become ours
	}
	service := &corev1.Service{}
	if err := client.IgnoreNotFound(r.cluster.Get(ctx, request.NamespacedName, service)); err != nil {
		return reconcile.Result{}, err
	}
	wanted, err := r.wanted(ctx, service)
	if problem, ok := errors.AsType[*backendError](err); ok {
		r.events.Eventf(service, nil, corev1.EventTypeWarning, "BackendInvalid", "translate", "%s", problem.Error())
		return reconcile.Result{}, nil // what stands stays until the Service is changed
	}
	if err != nil {
		return reconcile.Result{}, err
	}
	existing, err := r.existing(ctx, request.NamespacedName)
	if err != nil {
		return reconcile.Result{}, err
	}
	writer := serverside.Writer{Cluster: r.cluster, Owner: fieldOwner}
	return reconcile.Result{}, writer.Sync(ctx, existing, wanted)
}

// backendError is a Service that cannot be translated.
type backendError struct{ error }

// wanted returns the objects of a Service; none when it is going, or does not ask.
func (r *Reconciler) wanted(ctx context.Context, service *corev1.Service) (serverside.Objects, error) {
	controlPlane := service.Annotations[Annotation]
	if controlPlane == "" || !service.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	namespace, name, ok := strings.Cut(controlPlane, "/")
	if !ok {
		namespace, name = "", controlPlane
	}
	var endpoints discoveryv1.EndpointSliceList
	err := r.cluster.List(ctx, &endpoints, client.InNamespace(service.Namespace), client.MatchingLabels{discoveryv1.LabelServiceName: service.Name})
	if err != nil {
		return nil, err
	}
	backends, err := backend.FromService(service, endpoints.Items, backend.WithControlPlaneIn(namespace, name),
		backend.WithLabels(map[string]string{backend.LabelManagedBy: managedBy}))
	if err != nil {
		return nil, &backendError{err}
	}
	return serverside.ByKey(backends.Objects()), nil
}

// existing returns the objects that were made for a Service.
func (r *Reconciler) existing(ctx context.Context, service types.NamespacedName) (serverside.Objects, error) {
	var found []crd.Object
	for _, kind := range r.kinds {
		list := kind.NewList()
		err := r.cluster.List(ctx, list, client.InNamespace(service.Namespace), client.MatchingLabels{
			backend.LabelServiceName: service.Name, backend.LabelManagedBy: managedBy,
		})
		if err != nil {
			return nil, err
		}
		err = meta.EachListItem(list, func(item runtime.Object) error {
			obj, _ := item.(crd.Object)
			if owner := metav1.GetControllerOf(obj); owner != nil && owner.Kind == "Service" && owner.Name == service.Name {
				found = append(found, obj)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return serverside.ByKey(found), nil
}
