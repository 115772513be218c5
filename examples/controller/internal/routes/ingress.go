package routes

import (
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/konnectkit/konnectkit/builder/ingress"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// SetupIngress adds the translation of Ingresses of these classes. A class stands for the
// KonnectGatewayControlPlane that parameters of its IngressClass name, with a namespace;
// without, nothing is done for it.
func SetupIngress(mgr manager.Manager, classes []string, options Options) error {
	t := ingresses{classes: classes}
	return translator{
		name: "konnectkit-ingress",
		watched: []client.Object{
			&networkingv1.IngressClass{}, &networkingv1.Ingress{}, &corev1.Service{}, &discoveryv1.EndpointSlice{}, &corev1.Secret{},
		},
		translate: t.translate,
	}.setup(mgr, options)
}

type ingresses struct{ classes []string }

func (t ingresses) translate(ctx context.Context, cluster client.Client, owns func(crd.Key) bool) (*translation, error) {
	var (
		all            networkingv1.IngressList
		classes        networkingv1.IngressClassList
		services       corev1.ServiceList
		endpoints      discoveryv1.EndpointSliceList
		secrets        corev1.SecretList
		plugins        configurationv1.KongPluginList
		clusterPlugins configurationv1.KongClusterPluginList
		grants         configurationv1alpha1.KongReferenceGrantList
	)
	for _, list := range []client.ObjectList{&all, &classes, &services, &endpoints, &secrets, &plugins, &clusterPlugins, &grants} {
		if err := cluster.List(ctx, list); err != nil {
			return nil, err
		}
	}
	planes := map[string]crd.Key{} // by class
	for i := range classes.Items {
		class := &classes.Items[i]
		if plane := planeOfClass(class); slices.Contains(t.classes, class.Name) && plane != (crd.Key{}) && owns(plane) {
			planes[class.Name] = plane
		}
	}
	result, err := ingress.Translate(ingress.Input{
		Ingresses: all.Items, IngressClasses: classes.Items, Services: services.Items, EndpointSlices: endpoints.Items,
		Secrets: secrets.Items, KongPlugins: plugins.Items, KongClusterPlugins: clusterPlugins.Items, KongReferenceGrants: grants.Items,
		ControlPlane: func(class string) crd.Key { return planes[class] },
	})
	if err != nil {
		return nil, err
	}
	done := &translation{planes: byNamespace(planes, result.Objects), record: func(context.Context) error { return nil }}
	done.notes = ingressNotes(all.Items, result)
	return done, nil
}

// planeOfClass returns the control plane that an IngressClass stands for; the zero Key where it has none.
func planeOfClass(class *networkingv1.IngressClass) crd.Key {
	ref := class.Spec.Parameters
	if ref == nil || ref.APIGroup == nil || *ref.APIGroup != crd.KonnectGroup || ref.Kind != crd.ControlPlaneKind || ref.Namespace == nil {
		return crd.Key{}
	}
	return crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: *ref.Namespace, Name: ref.Name}
}

// ingressNotes has a line for each Ingress that is not translated as it is.
func ingressNotes(all []networkingv1.Ingress, result *ingress.Result) map[crd.Key]note {
	lines := map[crd.Key][]string{}
	for _, outcome := range result.Ingresses {
		for _, problem := range outcome.Problems {
			lines[outcome.Key] = append(lines[outcome.Key], "refused: "+problem.Error())
		}
	}
	for _, w := range result.Warnings {
		lines[w.Key] = append(lines[w.Key], w.Field+": "+w.Message)
	}
	notes := map[crd.Key]note{}
	for i := range all {
		key := crd.Key{Group: networkingv1.GroupName, Kind: "Ingress", Namespace: all[i].Namespace, Name: all[i].Name}
		if lines[key] != nil {
			notes[key] = note{&all[i], strings.Join(lines[key], "; ")}
		}
	}
	return notes
}

// byNamespace returns the objects of each control plane, which are in its namespace.
func byNamespace[ID comparable](planes map[ID]crd.Key, objects []crd.Object) map[crd.Key][]crd.Object {
	of := map[string]crd.Key{}
	for _, plane := range planes {
		of[plane.Namespace] = plane
	}
	found := map[crd.Key][]crd.Object{}
	for _, obj := range objects {
		plane := of[obj.GetNamespace()]
		found[plane] = append(found[plane], obj)
	}
	return found
}
