package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

func TestPermits(t *testing.T) {
	t.Parallel()
	grant := &configurationv1alpha1.KongReferenceGrant{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop"},
		Spec: configurationv1alpha1.KongReferenceGrantSpec{
			From: []configurationv1alpha1.ReferenceGrantFrom{{Group: crd.ConfigurationGroup, Kind: "KongCertificate", Namespace: "kong"}},
			To: []configurationv1alpha1.ReferenceGrantTo{
				{Group: "core", Kind: "Secret", Name: new("tls")},
				{Group: crd.ConfigurationGroup, Kind: "KongService"},
				{Group: crd.ConfigurationGroup, Kind: "KongUpstream", Name: new("")},
			},
		},
	}
	from := crd.Key{Group: crd.ConfigurationGroup, Kind: "KongCertificate", Namespace: "kong", Name: "any"}
	secret := crd.Key{Kind: "Secret", Namespace: "shop", Name: "tls"}
	for _, c := range []struct {
		reason   string
		from, to crd.Key
		want     bool
	}{
		{"the core group has a name in grants", from, secret, true},
		{"another name", from, crd.Key{Kind: "Secret", Namespace: "shop", Name: "other"}, false},
		{"another namespace than the grant's", from, crd.Key{Kind: "Secret", Namespace: "kong", Name: "tls"}, false},
		{"another referrer", crd.Key{Group: crd.ConfigurationGroup, Kind: "KongService", Namespace: "kong"}, secret, false},
		{"a referrer of another namespace", crd.Key{Group: crd.ConfigurationGroup, Kind: "KongCertificate", Namespace: "shop"}, secret, false},
		{"a target without a name is any", from, crd.Key{Group: crd.ConfigurationGroup, Kind: "KongService", Namespace: "shop", Name: "x"}, true},
		{"an empty name is no object's", from, crd.Key{Group: crd.ConfigurationGroup, Kind: "KongUpstream", Namespace: "shop", Name: "x"}, false},
	} {
		assert.Equal(t, c.want, grant.Permits(c.from, c.to), c.reason)
	}
	grant.Namespace = ""
	secret.Namespace = "default"
	assert.True(t, grant.Permits(from, secret), "a grant without a namespace is in the default one")
}
