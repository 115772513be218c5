package v1alpha1_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// maybe returns nil, or a pointer to what create returns.
func maybe[T any](r *rand.Rand, create func() T) *T {
	if r.IntN(2) == 0 {
		return nil
	}
	return new(create())
}

// some returns nil, an empty slice, or up to two of what create returns.
func some[T any](r *rand.Rand, create func() T) []T {
	n := r.IntN(4) - 1
	if n < 0 {
		return nil
	}
	list := []T{}
	for range n {
		list = append(list, create())
	}
	return list
}

type generator struct{ *rand.Rand }

func (g generator) text() string { return []string{"", "a", "b", "kong"}[g.IntN(4)] }
func (g generator) flag() bool   { return g.IntN(2) == 0 }

func (g generator) labels() map[string]string {
	pairs := some(g.Rand, g.text)
	if pairs == nil {
		return nil
	}
	labels := map[string]string{}
	for _, key := range pairs {
		labels[key] = g.text()
	}
	return labels
}

func (g generator) meta() metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: g.text(), Namespace: g.text(), Annotations: g.labels(), Labels: g.labels()}
}

func (g generator) proxy() v1alpha2.ProxyURL {
	return v1alpha2.ProxyURL{Host: g.text(), Port: g.Int64N(3), Protocol: g.text()}
}

func (g generator) member() v1alpha2.MemberRef { return v1alpha2.MemberRef{Name: g.text()} }

func (g generator) mirror() v1alpha2.MirrorSpec {
	return v1alpha2.MirrorSpec{Konnect: v1alpha2.MirrorKonnect{ID: g.text()}}
}

func (g generator) endpoints() v1alpha2.KonnectEndpoints {
	return v1alpha2.KonnectEndpoints{ControlPlane: g.text(), Telemetry: g.text()}
}

func (g generator) entity() commonv1alpha1.KonnectEntityStatus {
	return commonv1alpha1.KonnectEntityStatus{ID: g.text(), ServerURL: g.text(), OrganizationID: g.text()}
}

func (g generator) condition() metav1.Condition { return metav1.Condition{Type: g.text()} }

func (g generator) v1alpha1() *v1alpha1.KonnectGatewayControlPlane {
	c := &v1alpha1.KonnectGatewayControlPlane{
		ObjectMeta: g.meta(),
		Spec: v1alpha1.KonnectGatewayControlPlaneSpec{
			Name: maybe(g.Rand, g.text), Description: maybe(g.Rand, g.text), ClusterType: maybe(g.Rand, g.text),
			AuthType: maybe(g.Rand, g.text), CloudGateway: maybe(g.Rand, g.flag), ProxyURLs: some(g.Rand, g.proxy),
			Labels: g.labels(), Mirror: maybe(g.Rand, g.mirror), Source: g.text(), Members: some(g.Rand, g.member),
			Konnect: maybe(g.Rand, func() v1alpha1.KonnectConfiguration {
				ref := v1alpha1.KonnectAPIAuthConfigurationRef{Name: g.text()}
				return v1alpha1.KonnectConfiguration{APIAuthConfigurationRef: ref}
			}),
		},
		Status: v1alpha1.KonnectGatewayControlPlaneStatus{
			KonnectEntityStatus: g.entity(), Endpoints: maybe(g.Rand, g.endpoints), Conditions: some(g.Rand, g.condition),
		},
	}
	if g.IntN(3) == 0 {
		c.Spec = v1alpha1.KonnectGatewayControlPlaneSpec{Mirror: c.Spec.Mirror, Source: c.Spec.Source}
	}
	c.SetGroupVersionKind(c.GVK())
	return c
}

func (g generator) v1alpha2() *v1alpha2.KonnectGatewayControlPlane {
	c := &v1alpha2.KonnectGatewayControlPlane{
		ObjectMeta: g.meta(),
		Spec: v1alpha2.KonnectGatewayControlPlaneSpec{
			CreateControlPlaneRequest: maybe(g.Rand, func() v1alpha2.CreateControlPlaneRequest {
				return v1alpha2.CreateControlPlaneRequest{
					Name: g.text(), Description: maybe(g.Rand, g.text), ClusterType: maybe(g.Rand, g.text),
					AuthType: maybe(g.Rand, g.text), CloudGateway: maybe(g.Rand, g.flag),
					ProxyURLs: some(g.Rand, g.proxy), Labels: g.labels(),
				}
			}),
			Mirror: maybe(g.Rand, g.mirror), Source: g.text(), Members: some(g.Rand, g.member),
			Konnect: maybe(g.Rand, func() v1alpha2.KonnectConfiguration {
				ref := v1alpha2.KonnectAPIAuthConfigurationRef{Name: g.text(), Namespace: maybe(g.Rand, g.text)}
				return v1alpha2.KonnectConfiguration{APIAuthConfigurationRef: ref}
			}),
		},
		Status: v1alpha2.KonnectGatewayControlPlaneStatus{
			KonnectEntityStatus: g.entity(), ClusterType: g.text(),
			Endpoints: maybe(g.Rand, g.endpoints), Conditions: some(g.Rand, g.condition),
		},
	}
	c.SetGroupVersionKind(c.GVK())
	return c
}

// ignoreEmptyAnnotations lets annotations be nil or empty, which are the same in JSON.
func ignoreEmptyAnnotations() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.String(), "Annotations") }, cmpopts.EquateEmpty())
}

func TestControlPlaneConversionLosesNothing(t *testing.T) {
	t.Parallel()
	const rounds = 1000
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for range rounds {
		first := g.v1alpha1()
		before := first.DeepCopy()
		var second v1alpha2.KonnectGatewayControlPlane
		var third v1alpha1.KonnectGatewayControlPlane
		require.NoError(t, first.ConvertTo(&second))
		require.NoError(t, third.ConvertFrom(&second))
		require.Empty(t, cmp.Diff(before, &third, ignoreEmptyAnnotations()), "v1alpha1 to v1alpha2 and back")
		require.Empty(t, cmp.Diff(before, first), "the source was changed")
		// Converting again after a round trip must be stable too.
		var again v1alpha2.KonnectGatewayControlPlane
		require.NoError(t, third.ConvertTo(&again))
		require.Empty(t, cmp.Diff(second, again, ignoreEmptyAnnotations()))
	}
	for range rounds {
		first := g.v1alpha2()
		before := first.DeepCopy()
		var second v1alpha1.KonnectGatewayControlPlane
		var third v1alpha2.KonnectGatewayControlPlane
		require.NoError(t, second.ConvertFrom(first))
		require.NoError(t, second.ConvertTo(&third))
		require.Empty(t, cmp.Diff(before, &third, ignoreEmptyAnnotations()), "v1alpha2 to v1alpha1 and back")
		require.Empty(t, cmp.Diff(before, first), "the source was changed")
	}
}

func TestControlPlaneConversionKeepsAuthRefNamespaceOnlyForItsName(t *testing.T) {
	t.Parallel()
	src := &v1alpha2.KonnectGatewayControlPlane{Spec: v1alpha2.KonnectGatewayControlPlaneSpec{
		Konnect: &v1alpha2.KonnectConfiguration{
			APIAuthConfigurationRef: v1alpha2.KonnectAPIAuthConfigurationRef{Name: "one", Namespace: new("auth")},
		},
	}}
	var old v1alpha1.KonnectGatewayControlPlane
	require.NoError(t, old.ConvertFrom(src))
	old.Spec.Konnect.APIAuthConfigurationRef.Name = "two"
	latest, err := old.Latest()
	require.NoError(t, err)
	require.IsType(t, &v1alpha2.KonnectGatewayControlPlane{}, latest)
	cp, _ := latest.(*v1alpha2.KonnectGatewayControlPlane)
	ref := cp.Spec.Konnect.APIAuthConfigurationRef
	assert.Equal(t, v1alpha2.KonnectAPIAuthConfigurationRef{Name: "two"}, ref, "a namespace belongs to the name it was given with")
}

func TestControlPlaneConversionSharesNothing(t *testing.T) {
	t.Parallel()
	src := &v1alpha1.KonnectGatewayControlPlane{Spec: v1alpha1.KonnectGatewayControlPlaneSpec{
		Name: new("one"), Labels: map[string]string{"a": "b"},
	}}
	var dst v1alpha2.KonnectGatewayControlPlane
	require.NoError(t, src.ConvertTo(&dst))
	src.Spec.Labels["a"] = "changed"
	assert.Equal(t, "b", dst.Spec.CreateControlPlaneRequest.Labels["a"])
}

func TestControlPlaneConversionRefusesTamperedAnnotation(t *testing.T) {
	t.Parallel()
	meta := metav1.ObjectMeta{
		Name: "cp", Namespace: "kong",
		Annotations: map[string]string{v1alpha1.ConversionAnnotation: "{"},
	}
	_, err := (&v1alpha1.KonnectGatewayControlPlane{ObjectMeta: meta}).Latest()
	require.EqualError(t, err, "convert KonnectGatewayControlPlane kong/cp to v1alpha2: "+
		"annotation konnectkit/conversion-data: unexpected end of JSON input")
	var old v1alpha1.KonnectGatewayControlPlane
	err = old.ConvertFrom(&v1alpha2.KonnectGatewayControlPlane{ObjectMeta: meta})
	require.ErrorContains(t, err, "convert KonnectGatewayControlPlane kong/cp to v1alpha1: annotation")
}

func ExampleKonnectGatewayControlPlane_Latest() {
	old := &v1alpha1.KonnectGatewayControlPlane{
		ObjectMeta: metav1.ObjectMeta{Name: "gateway-control-plane", Namespace: "kong"},
		Spec:       v1alpha1.KonnectGatewayControlPlaneSpec{Name: new("gateway-control-plane")},
	}
	latest, err := old.Latest()
	if err != nil {
		panic(err)
	}
	fmt.Println(latest.GVK().Version, crd.KeyOf(latest))
	// Output: v1alpha2 KonnectGatewayControlPlane kong/gateway-control-plane
}

func ExampleKonnectGatewayControlPlane_ConvertFrom() {
	current := &v1alpha2.KonnectGatewayControlPlane{Spec: v1alpha2.KonnectGatewayControlPlaneSpec{
		CreateControlPlaneRequest: &v1alpha2.CreateControlPlaneRequest{Name: "gateway-control-plane"},
	}}
	var old v1alpha1.KonnectGatewayControlPlane
	if err := old.ConvertFrom(current); err != nil {
		panic(err)
	}
	fmt.Println(old.APIVersion, *old.Spec.Name)
	// Output: konnect.konghq.com/v1alpha1 gateway-control-plane
}
