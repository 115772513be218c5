package implication

import (
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	configurationv1beta1 "github.com/konnectkit/konnectkit/crd/configuration/v1beta1"
)

// Plugins returns the bindings of a plugin that acts on the carriers, combined as the
// Kong operator does it: consumers with each route and each service, or alone; where there
// are none, groups likewise; and else each route and each service.
func Plugins(plugin crd.Object, controlPlane crd.Key, carriers []crd.Object) Result {
	type targets = configurationv1alpha1.KongPluginBindingTargets
	callers := boundTo[*configurationv1.KongConsumer](carriers, func(to *targets, key crd.Key) {
		to.ConsumerRef = &configurationv1alpha1.TargetRef{Name: key.Name}
	})
	groups := boundTo[*configurationv1beta1.KongConsumerGroup](carriers, func(to *targets, key crd.Key) {
		to.ConsumerGroupRef = &configurationv1alpha1.TargetRef{Name: key.Name}
	})
	called := append(boundTo[*configurationv1alpha1.KongRoute](carriers, func(to *targets, key crd.Key) {
		to.RouteRef = &configurationv1alpha1.PluginTargetRef{Group: key.Group, Kind: key.Kind, Name: key.Name}
	}), boundTo[*configurationv1alpha1.KongService](carriers, func(to *targets, key crd.Key) {
		to.ServiceRef = &configurationv1alpha1.PluginTargetRef{Group: key.Group, Kind: key.Kind, Name: key.Name}
	})...)
	var implied Result
	if len(callers) == 0 {
		callers = groups
	} else {
		for _, group := range groups {
			implied.LeftOut = append(implied.LeftOut, group.object)
		}
		implied.Because = "a consumer has the plugin too, so that it acts on consumers alone, as with the Kong operator; attach it to the group with a KongPluginBinding"
	}
	bind := func(to ...bound) { implied.Objects = append(implied.Objects, bindingOf(plugin, controlPlane, to)) }
	for _, caller := range callers {
		for _, target := range called {
			bind(caller, target)
		}
		if len(called) == 0 {
			bind(caller)
		}
	}
	if len(callers) == 0 {
		for _, target := range called {
			bind(target)
		}
	}
	return implied
}

// bound is what a plugin acts on, with what says so in a binding.
type bound struct {
	object crd.Object
	say    func(*configurationv1alpha1.KongPluginBindingTargets, crd.Key)
}

// boundTo are the carriers of one kind.
func boundTo[O crd.Object](carriers []crd.Object, say func(*configurationv1alpha1.KongPluginBindingTargets, crd.Key)) []bound {
	var found []bound
	for _, obj := range carriers {
		if _, is := obj.(O); is {
			found = append(found, bound{obj, say})
		}
	}
	return found
}

// bindingOf is the binding of a plugin that acts on targets, all of them together.
func bindingOf(plugin crd.Object, controlPlane crd.Key, to []bound) crd.Object {
	binding := &configurationv1alpha1.KongPluginBinding{}
	binding.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{
		Type:                 commonv1alpha1.ControlPlaneRefKonnectNamespacedRef,
		KonnectNamespacedRef: &commonv1alpha1.KonnectNamespacedRef{Name: controlPlane.Name, Namespace: controlPlane.Namespace},
	}
	binding.Spec.PluginRef = configurationv1alpha1.PluginRef{Name: plugin.GetName(), Kind: crd.KeyOf(plugin).Kind}
	binding.Spec.Targets = &configurationv1alpha1.KongPluginBindingTargets{}
	var objects []crd.Object
	for _, target := range to {
		target.say(binding.Spec.Targets, crd.KeyOf(target.object))
		objects = append(objects, target.object)
	}
	return named(binding, plugin, objects...)
}
