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

func validUpstream() *v1alpha1.KongUpstream {
	return &v1alpha1.KongUpstream{
		ObjectMeta: meta("upstream"),
		Spec:       v1alpha1.KongUpstreamSpec{ControlPlaneRef: controlPlane("cp"), Name: new("upstream.internal")},
	}
}

func validHealthchecks() *v1alpha1.Healthchecks {
	return &v1alpha1.Healthchecks{
		Threshold: new(0.0),
		Active: &v1alpha1.ActiveHealthchecks{
			Type: new("http"), Concurrency: new(int64(0)), Timeout: new(0.5), HTTPPath: new(""), HTTPSVerifyCertificate: new(false),
			Healthy: &v1alpha1.ActiveHealthy{Interval: new(0.0), Successes: new(int64(0))},
			Unhealthy: &v1alpha1.ActiveUnhealthy{
				Interval: new(0.0), HTTPFailures: new(int64(0)), TCPFailures: new(int64(0)), Timeouts: new(int64(0)),
			},
		},
		Passive: &v1alpha1.PassiveHealthchecks{
			Type:      new("http"),
			Healthy:   &v1alpha1.PassiveHealthy{Successes: new(int64(0))},
			Unhealthy: &v1alpha1.PassiveUnhealthy{HTTPFailures: new(int64(0)), TCPFailures: new(int64(0)), Timeouts: new(int64(0))},
		},
	}
}

func TestKongUpstreamDefault(t *testing.T) {
	t.Parallel()
	upstream := &v1alpha1.KongUpstream{Spec: v1alpha1.KongUpstreamSpec{ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{}}}
	ruletest.Defaults(t, upstream)
	assert.Equal(t, "kic", upstream.Spec.ControlPlaneRef.Type)
	assert.Equal(t, crd.PendingConditions(), upstream.Status.Conditions)
	assert.Nil(t, upstream.Spec.Slots, "Konnect's defaults are left alone")
}

func TestKongUpstreamValidate(t *testing.T) {
	t.Parallel()
	type U = *v1alpha1.KongUpstream
	invalid := []string{"spec: Invalid value"}
	ruletest.Validate(t, validUpstream, map[string]rule[U]{
		"no name":          {"metadata is checked", func(u U) { u.Name = "" }, []string{"metadata.name: Required value"}},
		"no spec.name":     {"only Konnect requires it", func(u U) { u.Spec.Name = nil }, nil},
		"no control plane": {"it is required", func(u U) { u.Spec.ControlPlaneRef = nil }, []string{"spec.controlPlaneRef: Required value"}},
		"kic":              {"kic is not supported", func(u U) { u.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{} }, invalid},
		"adopt":            {"with a control plane in Konnect", func(u U) { u.Spec.Adopt = adopt("a") }, nil},
		"adopt without":    {"not without one", func(u U) { u.Spec.Adopt, u.Spec.ControlPlaneRef = adopt("a"), nil }, []string{"spec.controlPlaneRef: Required value", "spec: Invalid value"}},
		"bad adopt":        {"adopt is checked", func(u U) { u.Spec.Adopt = adopt("") }, []string{"spec.adopt.konnect.id: Required value"}},

		"hash_on none":            {"nothing else is needed", func(u U) { u.Spec.HashOn, u.Spec.HashFallback = new("none"), new("ip") }, nil},
		"hash_on header":          {"needs a header", func(u U) { u.Spec.HashOn = new("header") }, invalid},
		"hash_on header given":    {"an empty one will do here", func(u U) { u.Spec.HashOn, u.Spec.HashOnHeader = new("header"), new("") }, nil},
		"hash_on cookie":          {"needs a cookie and its path", func(u U) { u.Spec.HashOn = new("cookie") }, []string{"spec: Invalid value", "spec: Invalid value"}},
		"hash_on cookie, no path": {"needs both", func(u U) { u.Spec.HashOn, u.Spec.HashOnCookie = new("cookie"), new("a") }, invalid},
		"hash_on cookie given": {"both are there", func(u U) {
			u.Spec.HashOn, u.Spec.HashOnCookie, u.Spec.HashOnCookiePath = new("cookie"), new("a"), new("/")
		}, nil},
		"hash_on query_arg":         {"needs its name", func(u U) { u.Spec.HashOn = new("query_arg") }, invalid},
		"hash_on query_arg given":   {"it is there", func(u U) { u.Spec.HashOn, u.Spec.HashOnQueryArg = new("query_arg"), new("a") }, nil},
		"hash_on uri_capture":       {"needs its name", func(u U) { u.Spec.HashOn = new("uri_capture") }, invalid},
		"hash_on uri_capture given": {"it is there", func(u U) { u.Spec.HashOn, u.Spec.HashOnURICapture = new("uri_capture"), new("a") }, nil},
		"fallback header":           {"needs a header of its own", func(u U) { u.Spec.HashFallback, u.Spec.HashOnHeader = new("header"), new("a") }, invalid},
		"fallback header given":     {"it is there", func(u U) { u.Spec.HashFallback, u.Spec.HashFallbackHeader = new("header"), new("a") }, nil},
		"fallback cookie":           {"needs the cookie of hash_on", func(u U) { u.Spec.HashFallback = new("cookie") }, []string{"spec: Invalid value", "spec: Invalid value"}},
		"fallback cookie given": {"both are there", func(u U) {
			u.Spec.HashFallback, u.Spec.HashOnCookie, u.Spec.HashOnCookiePath = new("cookie"), new("a"), new("/")
		}, nil},
		"fallback query_arg":          {"needs a name of its own", func(u U) { u.Spec.HashFallback, u.Spec.HashOnQueryArg = new("query_arg"), new("a") }, invalid},
		"fallback query_arg given":    {"it is there", func(u U) { u.Spec.HashFallback, u.Spec.HashFallbackQueryArg = new("query_arg"), new("a") }, nil},
		"fallback uri_capture":        {"needs a name of its own", func(u U) { u.Spec.HashFallback, u.Spec.HashOnURICapture = new("uri_capture"), new("a") }, invalid},
		"fallback uri_capture given":  {"it is there", func(u U) { u.Spec.HashFallback, u.Spec.HashFallbackURICapture = new("uri_capture"), new("a") }, nil},
		"sticky sessions":             {"need a cookie", func(u U) { u.Spec.Algorithm = new("sticky-sessions") }, invalid},
		"sticky sessions with cookie": {"it is there", func(u U) { u.Spec.Algorithm, u.Spec.StickySessionsCookie = new("sticky-sessions"), new("a") }, nil},
		"other algorithm":             {"any is allowed", func(u U) { u.Spec.Algorithm = new("x") }, nil},

		"few slots":      {"10 at least", func(u U) { u.Spec.Slots = new(int64(10)) }, nil},
		"too few slots":  {"9 are too few", func(u U) { u.Spec.Slots = new(int64(9)) }, []string{"spec.slots: Invalid value"}},
		"many slots":     {"65536 at most", func(u U) { u.Spec.Slots = new(int64(65536)) }, nil},
		"too many slots": {"65537 are too many", func(u U) { u.Spec.Slots = new(int64(65537)) }, []string{"spec.slots: Invalid value"}},
		"certificate":    {"by reference", func(u U) { u.Spec.ClientCertificateRef = &commonv1alpha1.NamespacedRef{Name: "a"} }, nil},
		"bad certificate": {
			"a name is required", func(u U) { u.Spec.ClientCertificateRef = &commonv1alpha1.NamespacedRef{} },
			[]string{"spec.clientCertificateRef.name: Required value"},
		},
		"certificate ID": {"or by ID", func(u U) { u.Spec.ClientCertificate = &v1alpha1.UpstreamClientCertificate{} }, nil},
		"two certificates": {"not both", func(u U) {
			u.Spec.ClientCertificate = &v1alpha1.UpstreamClientCertificate{ID: new("a")}
			u.Spec.ClientCertificateRef = &commonv1alpha1.NamespacedRef{Name: "a"}
		}, invalid},
		"tags":   {"tags are checked", func(u U) { u.Spec.Tags = manyTags() }, []string{"spec.tags: Too many"}},
		"status": {"conditions are checked", func(u U) { u.Status.Conditions = programmed(); u.Status.Conditions[0].Status = "" }, []string{"status.conditions[0].status: Required value"}},
		"entity": {"so is the entity", func(u U) { u.SetKonnectStatus(crd.KonnectStatus{ID: "a", OrganizationID: ruletest.Long(257)}) }, []string{"status.konnect.organizationID: Too long"}},
	})
}

func TestKongUpstreamValidateHealthchecks(t *testing.T) {
	t.Parallel()
	type H = *v1alpha1.Healthchecks
	cases := map[string]rule[*v1alpha1.KongUpstream]{}
	add := func(name, reason string, change func(H), want ...string) {
		cases[name] = rule[*v1alpha1.KongUpstream]{reason, func(u *v1alpha1.KongUpstream) { change(u.Spec.Healthchecks) }, want}
	}
	const at = "spec.healthchecks"
	add("bare", "only the threshold is required", func(h H) { h.Active, h.Passive = nil, nil })
	add("no threshold", "it is required", func(h H) { h.Threshold = nil }, at+".threshold: Required value")
	add("high threshold", "100 at most", func(h H) { h.Threshold = new(100.0) })
	add("too high threshold", "more is not a percentage", func(h H) { h.Threshold = new(100.1) }, at+": Invalid value")
	add("negative threshold", "nor is less than 0", func(h H) { h.Threshold = new(-0.1) }, at+": Invalid value")
	add("active", "five fields are required", func(h H) { h.Active = &v1alpha1.ActiveHealthchecks{} },
		at+".active.concurrency: Required value", at+".active.http_path: Required value",
		at+".active.https_verify_certificate: Required value", at+".active.timeout: Required value", at+".active.type: Required value")
	add("active healthy", "two fields are required", func(h H) { h.Active.Healthy = &v1alpha1.ActiveHealthy{} },
		at+".active.healthy.interval: Required value", at+".active.healthy.successes: Required value")
	add("active unhealthy", "four fields are required", func(h H) { h.Active.Unhealthy = &v1alpha1.ActiveUnhealthy{} },
		at+".active.unhealthy.http_failures: Required value", at+".active.unhealthy.interval: Required value",
		at+".active.unhealthy.tcp_failures: Required value", at+".active.unhealthy.timeouts: Required value")
	add("active sections", "both are optional", func(h H) { h.Active.Healthy, h.Active.Unhealthy = nil, nil })
	add("passive", "the type is required", func(h H) { h.Passive = &v1alpha1.PassiveHealthchecks{} }, at+".passive.type: Required value")
	add("passive healthy", "one field is required", func(h H) { h.Passive.Healthy = &v1alpha1.PassiveHealthy{} },
		at+".passive.healthy.successes: Required value")
	add("passive unhealthy", "three fields are required", func(h H) { h.Passive.Unhealthy = &v1alpha1.PassiveUnhealthy{} },
		at+".passive.unhealthy.http_failures: Required value", at+".passive.unhealthy.tcp_failures: Required value",
		at+".passive.unhealthy.timeouts: Required value")
	add("passive sections", "both are optional", func(h H) { h.Passive.Healthy, h.Passive.Unhealthy = nil, nil })
	add("Konnect's rules", "they are not the CRD's", func(h H) { h.Active.Type, h.Active.Timeout = new("x"), new(-1.0) })
	ruletest.Validate(t, func() *v1alpha1.KongUpstream {
		upstream := validUpstream()
		upstream.Spec.Healthchecks = validHealthchecks()
		return upstream
	}, cases)
}

func TestKongUpstreamValidateUpdate(t *testing.T) {
	t.Parallel()
	type U = *v1alpha1.KongUpstream
	ruletest.ValidateUpdate(t, validUpstream, map[string]transition[U]{
		"name":          {"most fields may change", nil, func(u U) { u.Spec.Name = new("b") }, nil},
		"invalid":       {"the rules for new objects hold too", nil, func(u U) { u.Spec.Slots = new(int64(1)) }, []string{"spec.slots: Invalid value"}},
		"adopt":         {"it cannot be added", nil, func(u U) { u.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
		"control plane": {"it may change before the entity is there", nil, func(u U) { u.Spec.ControlPlaneRef = controlPlane("b") }, nil},
		"programmed":    {"not after", func(u U) { u.Status.Conditions = programmed() }, func(u U) { u.Spec.ControlPlaneRef = controlPlane("b") }, []string{"spec.controlPlaneRef: Invalid value"}},
		"says so":       {"an update cannot change the status", nil, func(u U) { u.Spec.ControlPlaneRef, u.Status.Conditions = controlPlane("b"), programmed() }, nil},
		"removed":       {"it is required once set", nil, func(u U) { u.Spec.ControlPlaneRef = nil }, []string{"spec.controlPlaneRef: Required value", "spec.controlPlaneRef: Invalid value"}},
		"no conditions": {"a status without conditions cannot be judged", func(u U) { u.Status.Konnect = &v1alpha1.KongUpstreamKonnectStatus{} }, nil, []string{"status: Invalid value"}},
	})
}

func ExampleKongUpstream_Validate() {
	upstream := &v1alpha1.KongUpstream{
		ObjectMeta: meta("upstream"),
		Spec:       v1alpha1.KongUpstreamSpec{ControlPlaneRef: controlPlane("gateway-control-plane"), HashOn: new("header")},
	}
	upstream.Default()
	for _, err := range upstream.Validate() {
		fmt.Println(err)
	}
	// Output: spec: Invalid value: hash_on_header is required when hash_on is header
}
