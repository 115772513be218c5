package ingress_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/ingress"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// batch is what goes to Ensure: a result with what it refers to.
func batch(in ingress.Input, result *ingress.Result) []crd.Object {
	objects := append([]crd.Object(nil), result.Objects...)
	planes := map[crd.Key]bool{}
	for _, i := range result.Ingresses {
		if key := i.ControlPlane; !planes[key] {
			planes[key] = true
			objects = append(objects, builder.NewGatewayControlPlane(key.Name).Namespace(key.Namespace).MustBuild())
		}
	}
	for i := range in.KongPlugins {
		objects = append(objects, &in.KongPlugins[i])
	}
	for i := range in.KongClusterPlugins {
		objects = append(objects, &in.KongClusterPlugins[i])
	}
	for i := range in.KongReferenceGrants {
		objects = append(objects, &in.KongReferenceGrants[i])
	}
	for i := range in.Secrets {
		objects = append(objects, core.NewSecret(&in.Secrets[i]))
	}
	return objects
}

// fill gives Secrets certificates.
func fill(secrets []corev1.Secret) {
	for i := range secrets {
		pair := konnecttest.SelfSigned(secrets[i].Name + ".example.com")
		secrets[i].Data = map[string][]byte{
			"tls.crt": []byte(pair.Certificate), "tls.key": []byte(pair.PrivateKey),
			"ca.crt": []byte(konnecttest.SelfSignedCA("authority").Certificate),
		}
	}
}

// TestKeptInStep provisions something of everything, and changes an endpoint.
func TestKeptInStep(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(server.Token), konnect.WithOwner("ingress"))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	in := shop(t)
	fill(in.Secrets)
	writes := func() int {
		server.ResetLog()
		report, err := client.Ensure(t.Context(), batch(in, accepted(t, in)), konnect.WithPrune())
		require.NoError(t, err, "%s", report)
		return server.Writes()
	}
	assert.Positive(t, writes())
	assert.Zero(t, writes(), "a second run writes nothing")

	endpoints := &in.EndpointSlices[0].Endpoints
	*endpoints = append(*endpoints, discoveryv1.Endpoint{Addresses: []string{"10.0.0.3"}})
	assert.Equal(t, 1, writes(), "an endpoint comes")
	(*endpoints)[0].Conditions.Ready = new(false)
	assert.Equal(t, 1, writes(), "an endpoint goes")

	in.Ingresses = in.Ingresses[len(in.Ingresses)-1:]
	assert.Positive(t, writes(), "the others go, with what was made for them alone")
	plane := server.ControlPlane("gateway").ID
	for collection, want := range map[string]int{"routes": 1, "services": 1, "upstreams": 0, "plugins": 0, "certificates": 0, "snis": 0} {
		assert.Len(t, server.Entities(plane, collection), want, collection)
	}
}
