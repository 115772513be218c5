package ingress_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/builder/ingress"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// planeOf is the control plane of every class but another's.
func planeOf(class string) crd.Key {
	if class == "other" {
		return crd.Key{}
	}
	return crd.Key{Namespace: "kong", Name: "gateway"}
}

// read returns what documents hold.
func read(t *testing.T, documents string) ingress.Input {
	t.Helper()
	in := ingress.Input{ControlPlane: planeOf}
	for document := range strings.SplitSeq(documents, "\n---\n") {
		var kind struct{ Kind string }
		require.NoError(t, yaml.Unmarshal([]byte(document), &kind))
		switch kind.Kind {
		case "Ingress":
			in.Ingresses = append(in.Ingresses, decode[networkingv1.Ingress](t, document))
		case "IngressClass":
			in.IngressClasses = append(in.IngressClasses, decode[networkingv1.IngressClass](t, document))
		case "Service":
			in.Services = append(in.Services, decode[corev1.Service](t, document))
		case "EndpointSlice":
			in.EndpointSlices = append(in.EndpointSlices, decode[discoveryv1.EndpointSlice](t, document))
		case "Secret":
			in.Secrets = append(in.Secrets, decode[corev1.Secret](t, document))
		case "Plugin":
			in.KongPlugins = append(in.KongPlugins, decode[configurationv1.KongPlugin](t, document))
		case "ClusterPlugin":
			in.KongClusterPlugins = append(in.KongClusterPlugins, decode[configurationv1.KongClusterPlugin](t, document))
		case "Grant":
			in.KongReferenceGrants = append(in.KongReferenceGrants, decode[configurationv1alpha1.KongReferenceGrant](t, document))
		default:
			require.Failf(t, "unknown kind", "%q", document)
		}
	}
	return in
}

func decode[T any](t *testing.T, document string) T {
	t.Helper()
	var object T
	require.NoError(t, yaml.UnmarshalStrict([]byte(document), &object))
	return object
}

// services are Services of namespace shop with a port 80 and an endpoint.
func services(names ...string) string {
	var documents []string
	for _, name := range names {
		documents = append(documents, strings.ReplaceAll(`
kind: Service
metadata: {namespace: shop, name: NAME}
spec: {ports: [{name: http, port: 80, targetPort: 8080}]}
---
kind: EndpointSlice
metadata: {namespace: shop, name: NAME-1, labels: {kubernetes.io/service-name: NAME}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints: [{addresses: [10.0.0.1]}]`, "NAME", name))
	}
	return strings.Join(documents, "\n---\n")
}

// echoed is an Ingress with annotations and one path to Service echo.
func echoed(annotations string) string {
	return `
kind: Ingress
metadata: {namespace: shop, name: web, annotations: {` + annotations + `}}
spec:
  rules:
  - host: example.com
    http: {paths: [{path: /shop, pathType: Prefix, backend: {service: {name: echo, port: {name: http}}}}]}
`
}

func translate(t *testing.T, in ingress.Input, opts ...ingress.Option) *ingress.Result {
	t.Helper()
	result, err := ingress.Translate(in, opts...)
	require.NoError(t, err)
	for _, object := range result.Objects {
		require.Empty(t, object.Validate(), "%s", crd.KeyOf(object))
	}
	return result
}

// accepted translates what has no problem.
func accepted(t *testing.T, in ingress.Input, opts ...ingress.Option) *ingress.Result {
	t.Helper()
	result := translate(t, in, opts...)
	require.NoError(t, result.Err())
	return result
}

// routers are those of a result under both calculations of priorities.
func routers(t *testing.T, result *ingress.Result) map[string]*routing.Router {
	t.Helper()
	routes, err := routing.FromObjects(result.Objects, func(o crd.Object) string { return o.GetName() })
	require.NoError(t, err)
	all := map[string]*routing.Router{}
	for _, priority := range []routing.Priority{routing.Original, routing.Strict} {
		all[priority.String()], err = routing.New(routes, routing.WithPriority(priority))
		require.NoError(t, err)
	}
	return all
}

// of returns the objects of a type.
func of[T crd.Object](result *ingress.Result) []T {
	var found []T
	for _, object := range result.Objects {
		if typed, ok := object.(T); ok {
			found = append(found, typed)
		}
	}
	return found
}
