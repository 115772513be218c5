package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// clientele is a control plane with consumers that have a key, a password and the groups
// that are theirs.
func clientele(consumers, groups, perGroup int) []crd.Object {
	objects := []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()}
	for g := range groups {
		objects = append(objects, builder.NewConsumerGroup(fmt.Sprintf("group-%d", g)).ControlPlane("gw").MustBuild())
	}
	for c := range consumers {
		name := fmt.Sprintf("consumer-%d", c)
		var member []string
		for i := range groups * perGroup / consumers {
			member = append(member, fmt.Sprintf("group-%d", (c+i*groups*perGroup/consumers)%groups))
		}
		objects = append(objects,
			builder.NewConsumer(name).ControlPlane("gw").Username(name).ConsumerGroups(member...).MustBuild(),
			builder.NewCredentialAPIKey(name).Consumer(name).Key("example-key-of-"+name).MustBuild(),
			builder.NewCredentialBasicAuth(name).Consumer(name).Username(name).Password("example").MustBuild())
	}
	return objects
}

// TestConsumersBudget: 1 000 consumers with two credentials each and 100 groups of 50 that
// are as they should be cost one read for each 1 000 of a collection, one for the consumers
// of each group, and three.
func TestConsumersBudget(t *testing.T) {
	const consumers, groups, perGroup = 1000, 100, 50
	server := konnecttest.Start(t)
	for _, writes := range []int{1 + groups + 3*consumers + groups*perGroup, 0} {
		client, err := konnect.NewClient(konnect.WithToken(server.Token), konnect.WithServerURL(server.URL))
		require.NoError(t, err)
		server.ResetLog()
		report, err := client.Ensure(t.Context(), clientele(consumers, groups, perGroup))
		require.NoError(t, err)
		client.Close()
		assert.Equal(t, writes, server.Writes())
		if writes == 0 {
			assert.LessOrEqual(t, server.Count(http.MethodGet, "/"), 3*pages(consumers)+pages(groups)+groups+3, "%v", server.Operations())
		}
		t.Logf("%d reads, %d writes", report.Reads, report.Writes)
	}
}
