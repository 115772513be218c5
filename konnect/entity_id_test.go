package konnect_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// The ID is known before there is an entity, so that others can be told of it.
func ExampleEntityID() {
	_, client, stop := startKonnect(konnect.WithOwner("team"))
	defer stop()
	gateway := builder.NewGatewayControlPlane("gateway").MustBuild()
	service := builder.NewService("echo").ControlPlane("gateway").Host("echo.example").MustBuild()
	report, err := client.Ensure(context.Background(), []crd.Object{gateway, service})
	if err != nil {
		fmt.Println(err)
		return
	}
	controlPlaneID := report.Changes[0].KonnectID
	fmt.Println(konnect.EntityID(controlPlaneID, "team", service) == report.Changes[1].KonnectID)
	// Output:
	// true
}

func TestEntityID(t *testing.T) {
	t.Parallel()
	const plane, own = "1c9d5a0e-7d3f-4f0e-8f43-2a1f3c5b7d90", "5f0c2f6e-3b3a-4a0d-9f55-0c6b2e1d4a77"
	named := builder.NewService("a").Namespace("default").ControlPlane("gw").Host("h.example").MustBuild()
	bare := builder.NewService("a").ControlPlane("gw").Host("h.example").MustBuild()
	withID := builder.NewService("a").ID(own).ControlPlane("gw").Host("h.example").MustBuild()
	assert.Equal(t, konnect.EntityID(plane, "o", named), konnect.EntityID(plane, "o", bare), "no namespace is the default one")
	assert.NotEqual(t, konnect.EntityID(plane, "o", named), konnect.EntityID(plane, "p", named), "owners do not share entities")
	assert.NotEqual(t, konnect.EntityID(plane, "o", named), konnect.EntityID(own, "o", named), "nor do control planes")
	assert.Equal(t, own, konnect.EntityID(plane, "o", withID), "spec.id is what it is created under")
	assert.Empty(t, konnect.EntityID(plane, "o", builder.NewGatewayControlPlane("gw").MustBuild()), "konnect chooses it")
	assert.Empty(t, konnect.EntityID(plane, "o", builder.NewAPIAuth("auth").Token("kpat_x").ServerURL("eu.api.konghq.com").MustBuild()), "there is no entity")
}

// A client that NewClient did not make says so, whatever is asked of it.
func TestZeroClient(t *testing.T) {
	t.Parallel()
	for _, client := range []*konnect.Client{nil, {}} {
		const want = "the client is not configured: make it with konnect.NewClient"
		report, err := client.Ensure(t.Context(), nil)
		assert.ErrorContains(t, err, want)
		assert.NotNil(t, report)
		_, err = client.Plan(t.Context(), nil)
		assert.ErrorContains(t, err, want)
		_, err = client.Apply(t.Context(), &konnect.Plan{}, nil)
		assert.ErrorContains(t, err, want)
		_, err = client.Delete(t.Context(), nil)
		assert.ErrorContains(t, err, want)
		_, err = client.With()
		assert.ErrorContains(t, err, want)
		_, err = client.HTTPClient()
		assert.ErrorContains(t, err, want)
		assert.Empty(t, client.Budgets())
		assert.NotEmpty(t, client.String())
		client.Close()
	}
}
