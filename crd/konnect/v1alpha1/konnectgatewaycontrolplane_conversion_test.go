package v1alpha1_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

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
	cases := map[string]struct{ reason, v1alpha1, v1alpha2 string }{
		"no JSON":             {"what cannot be read would be lost", `{`, `{`},
		"nothing":             {"a conversion that has nothing to keep writes no annotation", `{}`, `{}`},
		"null":                {"nor does it write this", `null`, `null`},
		"something else":      {"a user's own value would be lost", `"mine"`, `true`},
		"unknown field":       {"so would what a newer version of this module keeps", `{"clusterType":"a","b":1}`, `{"unnamed":true,"b":1}`},
		"of the other":        {"each version has its own fields to keep", `{"unnamed":true}`, `{"clusterType":"a"}`},
		"of both":             {"and none of the other's", `{"clusterType":"a","unnamed":true}`, `{"clusterType":"a","unnamed":true}`},
		"text after it":       {"it would be lost", `{"clusterType":"a"} b`, `{"unnamed":true}{}`},
		"written by hand":     {"an edit is told from what was written", `{"clusterType": "a"}`, `{ "unnamed": true }`},
		"names of other case": {"JSON decoding of Go would take them", `{"ClusterType":"a"}`, `{"Unnamed":true}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			meta := metav1.ObjectMeta{
				Name: "cp", Namespace: "kong",
				Annotations: map[string]string{v1alpha1.ConversionAnnotation: c.v1alpha1},
			}
			_, err := (&v1alpha1.KonnectGatewayControlPlane{ObjectMeta: meta}).Latest()
			require.EqualError(t, err, "convert KonnectGatewayControlPlane kong/cp to v1alpha2: "+
				"annotation konnectkit/conversion-data was not written by a conversion", c.reason)
			meta.Annotations = map[string]string{v1alpha1.ConversionAnnotation: c.v1alpha2}
			err = new(v1alpha1.KonnectGatewayControlPlane).ConvertFrom(&v1alpha2.KonnectGatewayControlPlane{ObjectMeta: meta})
			require.EqualError(t, err, "convert KonnectGatewayControlPlane kong/cp to v1alpha1: "+
				"annotation konnectkit/conversion-data was not written by a conversion", c.reason)
		})
	}
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
