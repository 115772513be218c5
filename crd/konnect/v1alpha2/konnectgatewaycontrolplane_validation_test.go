package v1alpha2_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

// controlPlane is short for the kind, rule is a ruletest.Case, and transition a
// ruletest.Update.
type (
	controlPlane = *v1alpha2.KonnectGatewayControlPlane
	rule         struct {
		Reason string
		Change func(controlPlane)
		Want   []string
	}
	transition struct {
		Reason      string
		Before, Now func(controlPlane)
		Want        []string
	}
)

func authRef(name string, namespace *string) *v1alpha2.KonnectConfiguration {
	ref := v1alpha2.KonnectAPIAuthConfigurationRef{Name: name, Namespace: namespace}
	return &v1alpha2.KonnectConfiguration{APIAuthConfigurationRef: ref}
}

func validControlPlane() controlPlane {
	return &v1alpha2.KonnectGatewayControlPlane{
		ObjectMeta: metav1.ObjectMeta{Name: "gateway-control-plane", Namespace: "kong"},
		Spec: v1alpha2.KonnectGatewayControlPlaneSpec{
			CreateControlPlaneRequest: &v1alpha2.CreateControlPlaneRequest{Name: "gateway-control-plane"},
			Konnect:                   authRef("konnect-api-auth", nil),
		},
	}
}

const mirrorID = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"

func validMirror() controlPlane {
	mirror := validControlPlane()
	mirror.Spec.CreateControlPlaneRequest = nil
	mirror.Spec.Source = v1alpha2.SourceMirror
	mirror.Spec.Mirror = &v1alpha2.MirrorSpec{Konnect: v1alpha2.MirrorKonnect{ID: mirrorID}}
	return mirror
}

func TestKonnectGatewayControlPlaneDefault(t *testing.T) {
	t.Parallel()
	cp := &v1alpha2.KonnectGatewayControlPlane{}
	ruletest.Defaults(t, cp)
	assert.Equal(t, v1alpha2.SourceOrigin, cp.Spec.Source)
	assert.Empty(t, cp.Status.Conditions, "an API server stores no status for a new object of this kind")
	cp = &v1alpha2.KonnectGatewayControlPlane{}
	cp.Status.ID = "a"
	ruletest.Defaults(t, cp)
	assert.Equal(t, crd.PendingConditions(), cp.Status.Conditions, "the default is the conditions', not the whole status'")
}

func TestKonnectGatewayControlPlaneValidate(t *testing.T) {
	t.Parallel()
	type C = controlPlane
	request := func(change func(*v1alpha2.CreateControlPlaneRequest)) func(C) {
		return func(c C) { change(c.Spec.CreateControlPlaneRequest) }
	}
	clusterType := func(value string) func(C) {
		return request(func(r *v1alpha2.CreateControlPlaneRequest) { r.ClusterType = &value })
	}
	proxy := func(p v1alpha2.ProxyURL) func(C) {
		return request(func(r *v1alpha2.CreateControlPlaneRequest) { r.ProxyURLs = []v1alpha2.ProxyURL{p} })
	}
	members := func(c C) { c.Spec.Members = []v1alpha2.MemberRef{{Name: "a"}, {}} }
	both := func(changes ...func(C)) func(C) {
		return func(c C) {
			for _, change := range changes {
				change(c)
			}
		}
	}
	cloud := request(func(r *v1alpha2.CreateControlPlaneRequest) { r.CloudGateway = new(false) })
	invalid := []string{"spec: Invalid value"}
	ruletest.Validate(t, validControlPlane, map[string]rule{
		"no name":          {"metadata is checked", func(c C) { c.Name = "" }, []string{"metadata.name: Required value"}},
		"no request":       {"Origin asks for it", func(c C) { c.Spec.CreateControlPlaneRequest = nil }, invalid},
		"empty name":       {"the CRD takes it", request(func(r *v1alpha2.CreateControlPlaneRequest) { r.Name = "" }), nil},
		"Konnect's rules":  {"they are not the CRD's", request(func(r *v1alpha2.CreateControlPlaneRequest) { r.Name, r.AuthType = "a", new("x") }), nil},
		"mirror":           {"Origin excludes it", func(c C) { c.Spec.Mirror = validMirror().Spec.Mirror }, invalid},
		"bad source":       {"there is no other", func(c C) { c.Spec.Source = "Copy" }, []string{"spec.source: Unsupported value"}},
		"control plane":    {"a cluster type", clusterType(v1alpha2.ClusterTypeControlPlane), nil},
		"ingress":          {"a cluster type", clusterType(v1alpha2.ClusterTypeIngressController), nil},
		"serverless":       {"there is no other", clusterType("CLUSTER_TYPE_SERVERLESS"), invalid},
		"empty type":       {"an empty one is not unset", clusterType(""), invalid},
		"group":            {"a group has members", both(clusterType(v1alpha2.ClusterTypeControlPlaneGroup), members), nil},
		"members":          {"the type may be left out", members, nil},
		"not a group":      {"others have none", both(clusterType(v1alpha2.ClusterTypeControlPlane), members), invalid},
		"no members":       {"not even an empty list", both(clusterType(v1alpha2.ClusterTypeControlPlane), func(c C) { c.Spec.Members = []v1alpha2.MemberRef{} }), invalid},
		"cloud":            {"a cloud gateway", cloud, nil},
		"cloud ingress":    {"not for ingress controllers", both(clusterType(v1alpha2.ClusterTypeIngressController), cloud), invalid},
		"proxy":            {"three fields are required", proxy(v1alpha2.ProxyURL{Host: "a", Port: 1, Protocol: "b"}), nil},
		"empty proxy":      {"the CRD takes it", proxy(v1alpha2.ProxyURL{}), nil},
		"no credentials":   {"they are optional", func(c C) { c.Spec.Konnect = nil }, nil},
		"auth namespace":   {"of another namespace", func(c C) { c.Spec.Konnect = authRef("a", new("b")) }, nil},
		"no auth name":     {"a name is required", func(c C) { c.Spec.Konnect = authRef("", nil) }, []string{"spec.konnect.authRef.name: Required value"}},
		"empty namespace":  {"1 character at least", func(c C) { c.Spec.Konnect = authRef("a", new("")) }, []string{"spec.konnect.authRef.namespace: Required value"}},
		"status":           {"conditions are checked", func(c C) { c.SetConditions([]metav1.Condition{ruletest.Condition("a", "")}) }, []string{"status.conditions[0].status: Required value"}},
		"ID":               {"256 characters", func(c C) { c.Status.ID = ruletest.Long(256) }, nil},
		"long ID":          {"257 are too many", func(c C) { c.Status.ID = ruletest.Long(257) }, []string{"status.id: Too long"}},
		"endpoints":        {"both are required", func(c C) { c.Status.Endpoints = &v1alpha2.KonnectEndpoints{} }, []string{"status.konnectEndpoints.controlPlane: Required value", "status.konnectEndpoints.telemetry: Required value"}},
		"endpoints at all": {"both are there", func(c C) { c.Status.Endpoints = &v1alpha2.KonnectEndpoints{ControlPlane: "a", Telemetry: "b"} }, nil},
	})
}

func TestKonnectGatewayControlPlaneValidateMirror(t *testing.T) {
	t.Parallel()
	id := func(value string) func(controlPlane) {
		return func(c controlPlane) { c.Spec.Mirror.Konnect.ID = value }
	}
	bad := []string{"spec.mirror.konnect.id: Invalid value"}
	ruletest.Validate(t, validMirror, map[string]rule{
		"request": {"Mirror excludes it", func(c controlPlane) {
			c.Spec.CreateControlPlaneRequest = &v1alpha2.CreateControlPlaneRequest{Name: "a"}
		}, []string{"spec: Invalid value"}},
		"no mirror": {"Mirror asks for it", func(c controlPlane) { c.Spec.Mirror = nil }, []string{"spec: Invalid value"}},
		"no ID":     {"an ID is required", id(""), []string{"spec.mirror.konnect.id: Required value"}},
		"upper":     {"IDs are in lower case", id(strings.ToUpper(mirrorID)), bad},
		"short":     {"IDs are whole", id(mirrorID[1:]), bad},
		"long":      {"and no more", id(mirrorID + "0"), bad},
		"members":   {"the CRD does not look at members here", func(c controlPlane) { c.Spec.Members = []v1alpha2.MemberRef{{Name: "a"}} }, nil},
	})
}

func TestKonnectGatewayControlPlaneValidateLabels(t *testing.T) {
	t.Parallel()
	labels := func(pairs ...string) func(controlPlane) {
		return func(c controlPlane) {
			c.Spec.CreateControlPlaneRequest.Labels = map[string]string{}
			for i := 0; i < len(pairs); i += 2 {
				c.Spec.CreateControlPlaneRequest.Labels[pairs[i]] = pairs[i+1]
			}
		}
	}
	count := func(n int) func(controlPlane) {
		var pairs []string
		for i := range n {
			pairs = append(pairs, fmt.Sprint("l", i), "v")
		}
		return labels(pairs...)
	}
	invalid := []string{"spec: Invalid value"}
	cases := map[string]rule{
		"none":           {"an empty map", labels(), nil},
		"40":             {"40 at most", count(40), nil},
		"41":             {"41 are too many", count(41), invalid},
		"key":            {"dots, hyphens and underscores within", labels("a.B-c_9", "any value, é"), nil},
		"empty key":      {"1 character at least", labels("", "a"), invalid},
		"long key":       {"63 characters", labels(strings.Repeat("a", 63), "a"), nil},
		"too long key":   {"64 are too many", labels(strings.Repeat("a", 64), "a"), invalid},
		"bad key":        {"letters or digits at both ends", labels("a-", "a"), invalid},
		"slash":          {"no prefix", labels("a/b", "c"), invalid},
		"empty value":    {"1 character at least", labels("a", ""), invalid},
		"long value":     {"63 characters, not bytes", labels("a", ruletest.Long(63)), nil},
		"too long value": {"64 are too many", labels("a", ruletest.Long(64)), invalid},
		"konn":           {"only whole prefixes are reserved", labels("konn", "a", "xkong", "a"), nil},
	}
	for _, prefix := range []string{"k8s", "kong", "konnect", "mesh", "kic", "insomnia"} {
		cases["reserved "+prefix] = rule{"Konnect keeps it for itself", labels(prefix+"x", "a"), invalid}
	}
	cases["reserved _"] = rule{"it is reserved, and does not fit the form", labels("_x", "a"), append(invalid, invalid...)}
	ruletest.Validate(t, validControlPlane, cases)
}

func TestKonnectGatewayControlPlaneValidateUpdate(t *testing.T) {
	t.Parallel()
	type C = controlPlane
	clusterType := func(value string) func(C) {
		return func(c C) { c.Spec.CreateControlPlaneRequest.ClusterType = &value }
	}
	auth := func(name string, namespace *string) func(C) {
		return func(c C) { c.Spec.Konnect = authRef(name, namespace) }
	}
	noAuth := func(c C) { c.Spec.Konnect = nil }
	was := func(conditions ...metav1.Condition) func(C) {
		return func(c C) { c.Status.Conditions = conditions }
	}
	mirror := func(c C) { c.Spec = validMirror().Spec }
	programmed := ruletest.Condition(crd.ConditionProgrammed, metav1.ConditionTrue)
	valid := ruletest.Condition(crd.ConditionAPIAuthValid, metav1.ConditionTrue)
	failed := ruletest.Condition(crd.ConditionProgrammed, metav1.ConditionFalse)
	invalid, fixed := []string{"spec: Invalid value"}, []string{"spec.konnect.authRef: Invalid value"}
	ruletest.ValidateUpdate(t, validControlPlane, map[string]transition{
		"name": {"most fields may change", nil, func(c C) { c.Spec.CreateControlPlaneRequest.Name = "b" }, nil},
		"invalid": {"the rules for new objects hold too", nil, func(c C) {
			c.Spec.Mirror = &v1alpha2.MirrorSpec{Konnect: v1alpha2.MirrorKonnect{ID: "0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a12"}}
		}, []string{"spec: Invalid value"}},
		"type":            {"the same type", clusterType(v1alpha2.ClusterTypeControlPlane), clusterType(v1alpha2.ClusterTypeControlPlane), nil},
		"type changed":    {"it is immutable", clusterType(v1alpha2.ClusterTypeControlPlane), clusterType(v1alpha2.ClusterTypeControlPlaneGroup), invalid},
		"type added":      {"even to what is the default", nil, clusterType(v1alpha2.ClusterTypeControlPlane), invalid},
		"type removed":    {"and back", clusterType(v1alpha2.ClusterTypeControlPlane), nil, invalid},
		"source":          {"it is immutable, and the type goes with it", nil, mirror, []string{"spec: Invalid value", "spec: Invalid value"}},
		"mirrors":         {"a mirror stays one", mirror, mirror, nil},
		"mirror ID":       {"the CRD lets a mirror change its ID", mirror, func(c C) { mirror(c); c.Spec.Mirror.Konnect.ID = strings.Repeat("0", 8) + mirrorID[8:] }, nil},
		"auth":            {"it may change before the control plane is there", nil, auth("b", nil), nil},
		"auth failed":     {"or while it fails", was(failed), auth("b", nil), nil},
		"auth programmed": {"not after", was(programmed), auth("b", nil), fixed},
		"auth valid":      {"nor once the credentials are valid", was(failed, valid), auth("b", nil), fixed},
		"auth namespace":  {"even if the same is meant", was(programmed), auth("konnect-api-auth", new("kong")), fixed},
		"auth same":       {"the same is no change", was(programmed), auth("konnect-api-auth", nil), nil},
		"auth removed":    {"without it the rule cannot be judged", was(programmed), noAuth, fixed},
		"auth never":      {"even if there never was one", func(c C) { noAuth(c); was(programmed)(c) }, noAuth, fixed},
		"no auth":         {"it is optional before", noAuth, noAuth, nil},
		"says programmed": {"an update cannot change the status", nil, func(c C) { auth("b", nil)(c); was(programmed)(c) }, nil},
	})
	assert.Len(t, validControlPlane().ValidateUpdate(nil), 1, "there must be a stored object")
}

func ExampleKonnectGatewayControlPlane_Validate() {
	cp := validMirror()
	cp.Spec.Mirror = nil
	cp.Default()
	for _, err := range cp.Validate() {
		fmt.Println(err)
	}
	// Output: spec: Invalid value: mirror must be set when source is Mirror
}

func BenchmarkKonnectGatewayControlPlaneValidate(b *testing.B) {
	cp := validControlPlane()
	cp.Spec.CreateControlPlaneRequest.Labels = map[string]string{"team": "a", "stage": "test"}
	cp.Default()
	b.ReportAllocs()
	for b.Loop() {
		if errs := cp.Validate(); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}
