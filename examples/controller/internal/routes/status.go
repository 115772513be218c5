package routes

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/crd"
)

// statusWriter writes the status of routes, of which only the parents with the names of our
// controllers are ours.
type statusWriter struct {
	cluster     client.Client
	controllers []string
	// controllerOf has the name for each Gateway of this replica.
	controllerOf map[client.ObjectKey]gatewayv1.GatewayController
	// owns reports whether no other replica writes the status of routes at a Gateway.
	owns func(gateway client.ObjectKey) bool
}

func (s *statusWriter) write(ctx context.Context, in *gatewayapi.Input, results []gatewayapi.RouteResult) error {
	byKey := make(map[crd.Key]gatewayapi.RouteResult, len(results))
	for _, result := range results {
		byKey[result.Key] = result
	}
	var failed []error
	for _, route := range routesOf(in) {
		parents := s.parents(route, byKey[route.key].Parents)
		if equality.Semantic.DeepEqual(parents, route.status.Parents) {
			continue
		}
		before, _ := route.object.DeepCopyObject().(client.Object)
		route.status.Parents = parents
		patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}) // the list is one value, with parents of others
		if err := s.cluster.Status().Patch(ctx, route.object, patch); err != nil && !apierrors.IsNotFound(err) {
			failed = append(failed, fmt.Errorf("write status of %s: %w", route.key, err))
		}
	}
	return errors.Join(failed...)
}

// parents are those of others as they are, and ours as they should be.
func (s *statusWriter) parents(route routeObject, wanted []gatewayv1.RouteParentStatus) []gatewayv1.RouteParentStatus {
	var parents []gatewayv1.RouteParentStatus
	was := map[string]gatewayv1.RouteParentStatus{}
	for _, p := range route.status.Parents {
		ours := slices.Contains(s.controllers, string(p.ControllerName)) && s.owns(gatewayOf(p.ParentRef, route.key.Namespace))
		if !ours {
			parents = append(parents, p)
			continue
		}
		was[parentID(p.ParentRef)] = p
	}
	for _, p := range wanted {
		next := gatewayv1.RouteParentStatus{
			ParentRef: p.ParentRef, ControllerName: s.controllerOf[gatewayOf(p.ParentRef, route.key.Namespace)],
			Conditions: slices.Clone(was[parentID(p.ParentRef)].Conditions),
		}
		// A condition that is not wanted any more goes, and the time of a change is kept where there is none.
		next.Conditions = slices.DeleteFunc(next.Conditions, func(c metav1.Condition) bool {
			return meta.FindStatusCondition(p.Conditions, c.Type) == nil
		})
		for _, c := range p.Conditions {
			c.ObservedGeneration = route.object.GetGeneration()
			meta.SetStatusCondition(&next.Conditions, c)
		}
		parents = append(parents, next)
	}
	if parents == nil {
		return []gatewayv1.RouteParentStatus{}
	}
	return parents
}

func parentID(ref gatewayv1.ParentReference) string {
	section, port, namespace := "", int32(0), ""
	if ref.SectionName != nil {
		section = string(*ref.SectionName)
	}
	if ref.Port != nil {
		port = *ref.Port
	}
	if ref.Namespace != nil {
		namespace = string(*ref.Namespace)
	}
	return fmt.Sprintf("%s/%s/%s/%d", namespace, ref.Name, section, port)
}
