package resolve_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve"
)

// early is a service of the control plane that its test names, with a reference to a kind
// that is yet to come.
type early struct {
	*configurationv1alpha1.KongService
}

func (e early) References() []crd.Reference {
	to := crd.Key{Group: crd.ConfigurationGroup, Kind: "KongThing", Namespace: crd.DefaultNamespace, Name: "x"}
	return append(e.KongService.References(), crd.Reference{Field: "spec.thingRef", To: to, Unsupported: true})
}

func serviceWithCertificates(name, controlPlane string) crd.Object {
	s := service(name, controlPlane)
	s.Spec.ClientCertificateRef = new(namespaced("client"))
	s.Spec.CACertificateRefs = []commonv1alpha1.NamespacedRef{namespaced("ca")}
	return s
}

func TestResolve(t *testing.T) {
	t.Parallel()
	var nothing *configurationv1alpha1.KongService
	tests := map[string]struct {
		reason string
		batch  []crd.Object
		source []crd.Object
		nodes  string   // in order, separated by ", "
		errs   []string // lines, in order
	}{
		"Empty": {reason: "an empty batch is no mistake"},
		"HowTo": {
			reason: "dependencies come before dependents, whatever the order of the batch",
			batch:  batch(route("r", "s", ""), service("s", "cp"), controlPlaneWithAuth("cp", "a"), auth("a", "")),
			nodes: "KonnectAPIAuthConfiguration default/a, KonnectGatewayControlPlane default/cp, " +
				"KongService default/s, KongRoute default/r",
		},
		"ThroughSource": {
			reason: "what the source gives is followed further, down to the Secret",
			batch:  batch(route("r", "s", "")),
			source: batch(service("s", "cp"), controlPlaneWithAuth("cp", "a"), auth("a", "token"), secret("token", "token", "kpat_example"), service("other", "cp")),
			nodes: "Secret default/token, KonnectAPIAuthConfiguration default/a, KonnectGatewayControlPlane default/cp, " +
				"KongService default/s, KongRoute default/r",
		},
		"BatchWins": {
			reason: "an object of the batch hides the one of the source",
			batch:  batch(route("r", "s", ""), service("s", "new"), controlPlane("new")),
			source: batch(service("s", "old"), controlPlane("old")),
			nodes:  "KonnectGatewayControlPlane default/new, KongService default/s, KongRoute default/r",
		},
		"Missing": {
			reason: "every missing target is reported, and the rest of the graph is there",
			batch:  batch(route("r", "s", "cp"), target("t", "u"), controlPlaneWithAuth("cp", "a")),
			nodes:  "KongTarget default/t, KonnectGatewayControlPlane default/cp, KongRoute default/r",
			errs: []string{
				"resolve KongRoute default/r: spec.serviceRef.namespacedRef: KongService default/s not found",
				"resolve KongTarget default/t: spec.upstreamRef: KongUpstream default/u not found",
				"resolve KonnectGatewayControlPlane default/cp: spec.konnect.authRef: KonnectAPIAuthConfiguration default/a not found",
			},
		},
		"MissingBehindSource": {
			reason: "problems of looked up objects are reported too",
			batch:  batch(route("r", "s", "")),
			source: batch(service("s", "cp")),
			nodes:  "KongService default/s, KongRoute default/r",
			errs: []string{
				"resolve KongService default/s: spec.controlPlaneRef.konnectNamespacedRef: KonnectGatewayControlPlane default/cp not found",
			},
		},
		"WrongNamespace": {
			reason: "a reference without a namespace stays in the referrer's",
			batch:  batch(route("a/r", "s", ""), service("b/s", "cp"), controlPlane("b/cp")),
			nodes:  "KongRoute a/r, KonnectGatewayControlPlane b/cp, KongService b/s",
			errs:   []string{"resolve KongRoute a/r: spec.serviceRef.namespacedRef: KongService a/s not found"},
		},
		"Duplicate": {
			reason: "one error for a key, however often it occurs",
			batch:  batch(controlPlane("cp"), controlPlane("default/cp"), controlPlane("cp")),
			nodes:  "KonnectGatewayControlPlane default/cp",
			errs:   []string{"resolve KonnectGatewayControlPlane default/cp: more than once in the batch"},
		},
		"Nil": {
			reason: "nil objects, with or without a type, are reported and left out",
			batch:  batch(nil, controlPlane("cp"), nothing),
			nodes:  "KonnectGatewayControlPlane default/cp",
			errs:   []string{"resolve: item 0 of the batch is nil", "resolve: item 2 of the batch is nil"},
		},
		"Unsupported": {
			reason: "kinds to come are named, not looked up",
			batch:  batch(early{service("s", "cp")}, controlPlane("cp")),
			nodes:  "KonnectGatewayControlPlane default/cp, KongService default/s",
			errs:   []string{"resolve KongService default/s: spec.thingRef: KongThing is not supported yet"},
		},
		"Certificates": {
			reason: "those of a service and of its authorities",
			batch:  batch(serviceWithCertificates("s", "cp"), controlPlane("cp")),
			nodes:  "KonnectGatewayControlPlane default/cp, KongService default/s",
			errs: []string{
				"resolve KongService default/s: spec.caCertificateRefs[0]: KongCACertificate default/ca not found",
				"resolve KongService default/s: spec.clientCertificateRef: KongCertificate default/client not found",
			},
		},
		"FieldsInOrder": {
			reason: "indexes sort as numbers",
			batch:  batch(controlPlane("cp", "m", "m", "m", "m", "m", "m", "m", "m", "m", "x", "y"), controlPlane("m")),
			nodes:  "KonnectGatewayControlPlane default/m, KonnectGatewayControlPlane default/cp",
			errs: []string{
				"resolve KonnectGatewayControlPlane default/cp: spec.members[9]: KonnectGatewayControlPlane default/x not found",
				"resolve KonnectGatewayControlPlane default/cp: spec.members[10]: KonnectGatewayControlPlane default/y not found",
			},
		},
		"NoToken": {
			reason: "a Secret needs something under its key token",
			batch: batch(auth("a", "absent"), auth("b", "blank"), auth("c", "good"),
				secret("absent", "other", "x"), secret("blank", "token", " \n"), secret("good", "token", "kpat_example")),
			nodes: "Secret default/absent, Secret default/blank, Secret default/good, KonnectAPIAuthConfiguration default/a, " +
				"KonnectAPIAuthConfiguration default/b, KonnectAPIAuthConfiguration default/c",
			errs: []string{
				`resolve KonnectAPIAuthConfiguration default/a: spec.secretRef: Secret default/absent has nothing under the key "token"`,
				`resolve KonnectAPIAuthConfiguration default/b: spec.secretRef: Secret default/blank has nothing under the key "token"`,
			},
		},
		"NamelessTarget": {
			reason: "a reference without a name leads nowhere",
			batch:  batch(auth("a", "default/")),
			nodes:  "KonnectAPIAuthConfiguration default/a",
			errs:   []string{"resolve KonnectAPIAuthConfiguration default/a: spec.secretRef: Secret default/ not found"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			graph, err := resolve.Resolve(t.Context(), test.batch, resolve.WithSource(resolve.Objects(test.source...)))
			require.NotNil(t, graph, test.reason)
			assert.Equal(t, test.nodes, strings.Join(names(graph.Nodes()), ", "), test.reason)
			if len(test.errs) == 0 {
				require.NoError(t, err, test.reason)
				return
			}
			require.Error(t, err, test.reason)
			assert.Equal(t, test.errs, strings.Split(err.Error(), "\n"), test.reason)
		})
	}
}

func TestResolveErrorsAreTyped(t *testing.T) {
	t.Parallel()
	missingAuth := controlPlaneWithAuth("cp", "a")
	_, err := resolve.Resolve(t.Context(), batch(missingAuth, missingAuth, early{service("s", "cp")}))

	all, ok := errors.AsType[*resolve.Error](err)
	require.True(t, ok)
	assert.Len(t, all.Problems, 3)
	require.ErrorIs(t, err, resolve.ErrNotFound)

	missing, ok := errors.AsType[*resolve.MissingError](err)
	require.True(t, ok)
	assert.Equal(t, resolve.MissingError{
		From:  crd.KeyOf(missingAuth),
		Field: "spec.konnect.authRef",
		To:    crd.Key{Group: crd.KonnectGroup, Kind: crd.APIAuthKind, Namespace: "default", Name: "a"},
	}, *missing)

	duplicate, ok := errors.AsType[*resolve.DuplicateError](err)
	require.True(t, ok)
	assert.Equal(t, crd.KeyOf(missingAuth), duplicate.Key)

	unsupported, ok := errors.AsType[*resolve.UnsupportedError](err)
	require.True(t, ok)
	assert.Equal(t, "KongThing", unsupported.To.Kind)
}

func TestEdges(t *testing.T) {
	t.Parallel()
	graph, err := resolve.Resolve(t.Context(), batch(route("r", "s", "gone"), service("s", "cp")),
		resolve.WithSource(resolve.Objects(controlPlane("cp"))))
	require.Error(t, err)

	r := graph.Node(key(t, graph, "KongRoute default/r"))
	s := graph.Node(key(t, graph, "KongService default/s"))
	cp := graph.Node(key(t, graph, "KonnectGatewayControlPlane default/cp"))
	require.Len(t, r.Edges, 2, "unresolved references have an edge too")
	assert.Equal(t, "spec.controlPlaneRef.konnectNamespacedRef", r.Edges[0].Field)
	assert.Nil(t, r.Edges[0].Node)
	assert.Equal(t, "gone", r.Edges[0].To.Name)
	assert.Same(t, s, r.Edges[1].Node)
	assert.Equal(t, []*resolve.Node{s}, cp.Dependents)
	assert.Equal(t, []*resolve.Node{r}, s.Dependents)
	assert.True(t, s.InBatch)
	assert.False(t, cp.InBatch)
	assert.Nil(t, graph.Node(crd.Key{Kind: "KongRoute", Name: "r"}), "keys are compared in full")
	assert.Equal(t, [][]string{{cp.Key.String()}, {s.Key.String()}, {r.Key.String()}}, layerNames(graph))
}

func layerNames(graph *resolve.Graph) [][]string {
	var layers [][]string
	for _, layer := range graph.Layers() {
		layers = append(layers, names(layer))
	}
	return layers
}
