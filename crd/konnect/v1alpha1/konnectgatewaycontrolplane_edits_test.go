package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// edit is the same change of an object in both versions.
type edit struct {
	reason string
	old    func(*v1alpha1.KonnectGatewayControlPlane)
	latest func(*v1alpha2.KonnectGatewayControlPlane)
}

// request edits spec.createControlPlaneRequest, which is there when a field of it is set.
func request(change func(*v1alpha2.CreateControlPlaneRequest)) func(*v1alpha2.KonnectGatewayControlPlane) {
	return func(c *v1alpha2.KonnectGatewayControlPlane) {
		if c.Spec.CreateControlPlaneRequest == nil {
			c.Spec.CreateControlPlaneRequest = &v1alpha2.CreateControlPlaneRequest{}
		}
		change(c.Spec.CreateControlPlaneRequest)
	}
}

func edits() map[string]edit {
	type old = v1alpha1.KonnectGatewayControlPlane
	type latest = v1alpha2.KonnectGatewayControlPlane
	type inner = v1alpha2.CreateControlPlaneRequest
	proxies := []v1alpha2.ProxyURL{{Host: "edited", Port: 1, Protocol: "https"}}
	labels := map[string]string{"edited": "true"}
	members := []v1alpha2.MemberRef{{Name: "edited"}}
	mirror := &v1alpha2.MirrorSpec{Konnect: v1alpha2.MirrorKonnect{ID: "edited"}}
	endpoints := &v1alpha2.KonnectEndpoints{ControlPlane: "edited"}
	conditions := []metav1.Condition{{Type: "Edited"}}
	return map[string]edit{
		"nothing": {"no change at all", func(*old) {}, func(*latest) {}},
		"name": {
			"a name makes a request where there is none",
			func(c *old) { c.Spec.Name = new("edited") }, request(func(r *inner) { r.Name = "edited" }),
		},
		"whole request": {
			"what is gone from one is gone from the other",
			func(c *old) {
				c.Spec = v1alpha1.KonnectGatewayControlPlaneSpec{
					Mirror: c.Spec.Mirror, Source: c.Spec.Source, Members: c.Spec.Members, Konnect: c.Spec.Konnect,
				}
			},
			func(c *latest) { c.Spec.CreateControlPlaneRequest = nil },
		},
		"request": {
			"each field of it",
			func(c *old) {
				c.Spec.Name, c.Spec.Description, c.Spec.ClusterType = new("edited"), new("edited"), new("edited")
				c.Spec.AuthType, c.Spec.CloudGateway = new("edited"), new(true)
				c.Spec.ProxyURLs, c.Spec.Labels = proxies, labels
			},
			request(func(r *inner) {
				*r = inner{
					Name: "edited", Description: new("edited"), ClusterType: new("edited"), AuthType: new("edited"),
					CloudGateway: new(true), ProxyURLs: proxies, Labels: labels,
				}
			}),
		},
		"emptied request": {
			"unset is not empty",
			func(c *old) {
				c.Spec.Name, c.Spec.Description, c.Spec.CloudGateway = new("edited"), nil, nil
				c.Spec.ProxyURLs, c.Spec.Labels = []v1alpha2.ProxyURL{}, map[string]string{}
			},
			request(func(r *inner) {
				r.Name, r.Description, r.CloudGateway = "edited", nil, nil
				r.ProxyURLs, r.Labels = []v1alpha2.ProxyURL{}, map[string]string{}
			}),
		},
		"mirror": {
			"beside the request",
			func(c *old) { c.Spec.Mirror, c.Spec.Source, c.Spec.Members = mirror, "edited", members },
			func(c *latest) { c.Spec.Mirror, c.Spec.Source, c.Spec.Members = mirror, "edited", members },
		},
		"no credentials": {
			"the namespace of a reference goes with it",
			func(c *old) { c.Spec.Konnect = nil }, func(c *latest) { c.Spec.Konnect = nil },
		},
		"other credentials": {
			"the namespace of another reference is not that of the new",
			func(c *old) {
				ref := v1alpha1.KonnectAPIAuthConfigurationRef{Name: "edited"}
				c.Spec.Konnect = &v1alpha1.KonnectConfiguration{APIAuthConfigurationRef: ref}
			},
			func(c *latest) {
				ref := v1alpha2.KonnectAPIAuthConfigurationRef{Name: "edited"}
				c.Spec.Konnect = &v1alpha2.KonnectConfiguration{APIAuthConfigurationRef: ref}
			},
		},
		"status": {
			"the cluster type, which one version lacks, stays",
			func(c *old) { c.Status.ID, c.Status.Endpoints, c.Status.Conditions = "edited", endpoints, conditions },
			func(c *latest) {
				c.Status.ID, c.Status.Endpoints, c.Status.Conditions = "edited", endpoints, conditions
			},
		},
		"metadata": {
			"annotations of others are left alone",
			func(c *old) { metav1.SetMetaDataAnnotation(&c.ObjectMeta, "edited", "true"); c.Finalizers = nil },
			func(c *latest) { metav1.SetMetaDataAnnotation(&c.ObjectMeta, "edited", "true"); c.Finalizers = nil },
		},
	}
}

// An object is converted, edited and converted back: the edit is there, and nothing else changed.
func TestControlPlaneConversionKeepsEdits(t *testing.T) {
	t.Parallel()
	for name, c := range edits() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range int64(rounds / 2) {
				latest := randomV1alpha2(seed)
				between := toV1alpha1(t, latest)
				c.old(between)
				c.latest(latest)
				same(t, latest, toV1alpha2(t, between), "v1alpha2 edited as v1alpha1: "+c.reason)

				old := randomV1alpha1(seed)
				middle := toV1alpha2(t, old)
				c.latest(middle)
				c.old(old)
				same(t, old, toV1alpha1(t, middle), "v1alpha1 edited as v1alpha2: "+c.reason)
			}
		})
	}
}

func TestControlPlaneConversionOfMissingName(t *testing.T) {
	t.Parallel()
	old := &v1alpha1.KonnectGatewayControlPlane{Spec: v1alpha1.KonnectGatewayControlPlaneSpec{Description: new("a")}}
	latest := toV1alpha2(t, old)
	assert.JSONEq(t, `{"unnamed":true}`, latest.Annotations[v1alpha1.ConversionAnnotation])
	assert.Nil(t, toV1alpha1(t, latest).Spec.Name, "a name that was not there is not there again")

	named := latest.DeepCopy()
	named.Spec.CreateControlPlaneRequest.Name = "b"
	assert.Equal(t, new("b"), toV1alpha1(t, named).Spec.Name, "a name that was added stays")

	emptied := latest.DeepCopy()
	emptied.Spec.CreateControlPlaneRequest.Description = nil
	again := toV1alpha2(t, toV1alpha1(t, emptied))
	require.NotNil(t, again.Spec.CreateControlPlaneRequest, "a request that holds nothing is a request")
}
