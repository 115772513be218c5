package v1alpha1_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func serviceRef(name string) *v1alpha1.ServiceRef {
	return &v1alpha1.ServiceRef{
		Type:          v1alpha1.ServiceRefNamespacedRef,
		NamespacedRef: &commonv1alpha1.NamespacedRef{Name: name},
	}
}

func validRoute() *v1alpha1.KongRoute {
	return &v1alpha1.KongRoute{
		ObjectMeta: meta("route"),
		Spec: v1alpha1.KongRouteSpec{
			Name: new("route"), Protocols: []string{"http"}, Paths: []string{"/echo"}, ServiceRef: serviceRef("service"),
		},
	}
}

func TestKongRouteDefault(t *testing.T) {
	t.Parallel()
	route := &v1alpha1.KongRoute{Spec: v1alpha1.KongRouteSpec{
		ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{}, ServiceRef: &v1alpha1.ServiceRef{},
	}}
	ruletest.Defaults(t, route)
	assert.Equal(t, "kic", route.Spec.ControlPlaneRef.Type)
	assert.Empty(t, route.Spec.ServiceRef.Type, "it has no default")
	assert.Equal(t, crd.PendingConditions(), route.Status.Conditions)
}

func TestKongRouteValidate(t *testing.T) {
	t.Parallel()
	type R = *v1alpha1.KongRoute
	noMatch := func(r R) { r.Spec.Paths = nil }
	ruletest.Validate(t, validRoute, map[string]rule[R]{
		"no name":       {"metadata is checked", func(r R) { r.Name = "" }, []string{"metadata.name: Required value"}},
		"empty spec":    {"nothing of the spec is required", func(r R) { r.Spec = v1alpha1.KongRouteSpec{} }, nil},
		"control plane": {"instead of a service", func(r R) { r.Spec.ServiceRef, r.Spec.ControlPlaneRef = nil, controlPlane("cp") }, nil},
		"kic":           {"kic is not supported", func(r R) { r.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{} }, []string{"spec: Invalid value"}},
		"service type":  {"the type must be there for its rule", func(r R) { r.Spec.ServiceRef.Type = "" }, []string{"spec.serviceRef: Invalid value"}},
		"bad service type": {
			"there is no other", func(r R) { r.Spec.ServiceRef.Type = "name" }, []string{"spec.serviceRef.type: Unsupported value"},
		},
		"no service ref": {"the type asks for it", func(r R) { r.Spec.ServiceRef.NamespacedRef = nil }, []string{"spec.serviceRef: Invalid value"}},
		"no service name": {
			"a name is required", func(r R) { r.Spec.ServiceRef.NamespacedRef.Name = "" },
			[]string{"spec.serviceRef.namespacedRef.name: Required value"},
		},
		"nothing to match": {"http needs something to match", noMatch, []string{"spec: Invalid value"}},
		"https":            {"https does not", func(r R) { noMatch(r); r.Spec.Protocols = []string{"https"} }, nil},
		"no protocols":     {"nor does the default", func(r R) { noMatch(r); r.Spec.Protocols = nil }, nil},
		"both":             {"http among others does", func(r R) { noMatch(r); r.Spec.Protocols = []string{"https", "http"} }, []string{"spec: Invalid value"}},
		"hosts":            {"hosts will do", func(r R) { noMatch(r); r.Spec.Hosts = []string{"a"} }, nil},
		"methods":          {"methods will do", func(r R) { noMatch(r); r.Spec.Methods = []string{"GET"} }, nil},
		"headers":          {"headers will do", func(r R) { noMatch(r); r.Spec.Headers = map[string][]string{"a": {"b"}} }, nil},
		"empty paths":      {"a list that is set counts, even if empty", func(r R) { r.Spec.Paths = []string{} }, nil},
		"SNIs":             {"they do not count", func(r R) { noMatch(r); r.Spec.SNIs = []string{"a"} }, []string{"spec: Invalid value"}},
		"Konnect's rules":  {"they are not the CRD's", func(r R) { r.Spec.Protocols, r.Spec.Paths = []string{"smtp", "grpc"}, []string{"echo"} }, nil},
		"adopt":            {"with a service", func(r R) { r.Spec.Adopt = adopt("a") }, nil},
		"adopt with control plane": {
			"or a control plane", func(r R) {
				r.Spec.Adopt, r.Spec.ServiceRef, r.Spec.ControlPlaneRef = adopt("a"), nil, controlPlane("cp")
			}, nil,
		},
		"adopt without": {"not with neither", func(r R) { r.Spec.Adopt, r.Spec.ServiceRef = adopt("a"), nil }, []string{"spec: Invalid value"}},
		"bad adopt":     {"adopt is checked", func(r R) { r.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},
		"tags":          {"tags are checked", func(r R) { r.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"status":        {"conditions are checked", func(r R) { r.Status.Conditions = programmed(); r.Status.Conditions[0].Type = "" }, []string{"status.conditions[0].type: Required value"}},
		"entity": {
			"so is the entity", func(r R) { r.SetKonnectStatus(crd.KonnectStatus{ID: "a", ServerURL: ruletest.Long(513)}) },
			[]string{"status.konnect.serverURL: Too long"},
		},
	})
}

func TestKongRouteValidateUpdate(t *testing.T) {
	t.Parallel()
	type R = *v1alpha1.KongRoute
	onPlane := func(name string) func(R) { return func(r R) { r.Spec.ControlPlaneRef = controlPlane(name) } }
	was := func(change func(R)) func(R) {
		return func(r R) { change(r); r.Status.Conditions = programmed() }
	}
	hadEntity := func(r R) { r.Status.Konnect = &v1alpha1.KongRouteKonnectStatus{} }
	ruletest.ValidateUpdate(t, validRoute, map[string]transition[R]{
		"service":              {"a route may move to another service", nil, func(r R) { r.Spec.ServiceRef = serviceRef("b") }, nil},
		"invalid":              {"the rules for new objects hold too", nil, func(r R) { r.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"adopt":                {"it cannot be added", nil, func(r R) { r.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
		"control plane added":  {"before the entity is there", nil, onPlane("cp"), nil},
		"added to programmed":  {"not after", was(func(R) {}), onPlane("cp"), []string{"spec.controlPlaneRef: Invalid value"}},
		"control plane":        {"it may change before the entity is there", onPlane("a"), onPlane("b"), nil},
		"programmed":           {"not after", was(onPlane("a")), onPlane("b"), []string{"spec.controlPlaneRef: Invalid value"}},
		"removed":              {"it is required once set", onPlane("a"), nil, []string{"spec.controlPlaneRef: Invalid value"}},
		"no conditions":        {"a status without conditions cannot be judged", func(r R) { onPlane("a")(r); hadEntity(r) }, onPlane("a"), []string{"status: Invalid value"}},
		"no conditions, no cp": {"the rule is about a control plane reference", hadEntity, nil, nil},
		"says programmed":      {"an update cannot change the status", onPlane("a"), was(onPlane("b")), nil},
		"ID added":             {"it cannot be added", nil, func(r R) { r.Spec.ID = new("a") }, []string{"spec.id: Invalid value"}},
		"ID changed":           {"or changed", func(r R) { r.Spec.ID = new("a") }, func(r R) { r.Spec.ID = new("b") }, []string{"spec.id: Invalid value"}},
		"ID":                   {"the same ID", func(r R) { r.Spec.ID = new("a") }, func(r R) { r.Spec.ID = new("a") }, nil},
	})
}

func ExampleKongRoute_Validate() {
	route := &v1alpha1.KongRoute{
		ObjectMeta: meta("route"),
		Spec:       v1alpha1.KongRouteSpec{Protocols: []string{"http"}, ServiceRef: serviceRef("service")},
	}
	route.Default()
	for _, err := range route.Validate() {
		fmt.Println(err)
	}
	// Output: spec: Invalid value: protocol http needs one of hosts, methods, paths and headers
}

func BenchmarkKongRouteValidate(b *testing.B) {
	route := validRoute()
	route.Spec.Tags = commonv1alpha1.Tags{"team:a", "stage:test"}
	route.SetKonnectStatus(crd.KonnectStatus{ID: "4a1b6f5e-0000-4000-8000-000000000001"})
	route.SetConditions(programmed())
	route.Default()
	b.ReportAllocs()
	for b.Loop() {
		if errs := route.Validate(); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}

// A batch of many thousand objects is validated before anything is sent.
func TestKongRouteValidateAllocatesLittle(t *testing.T) {
	route := validRoute()
	route.Default()
	const most = 10
	assert.Less(t, testing.AllocsPerRun(100, func() { route.Validate() }), float64(most))
}
