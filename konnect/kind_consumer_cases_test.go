package konnect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1beta1 "github.com/konnectkit/konnectkit/crd/configuration/v1beta1"
)

func consumerCase() kindCase {
	base := func() *builder.Consumer { return builder.NewConsumer("alice").ControlPlane("cp") }
	return kindCase{
		kind:  "KongConsumer",
		given: []string{"username", "tags"},
		full: func() []crd.Object {
			return []crd.Object{plane("cp").MustBuild(), base().CustomID("42").Tags("b", "a").MustBuild()}
		},
		minimal: func() []crd.Object { return []crd.Object{plane("cp").MustBuild(), base().MustBuild()} },
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1.KongConsumer](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		drifts: []drift{
			{field: "username", value: "renamed", to: "alice"},
			{field: "username", to: "alice"},
			{field: "custom_id", value: "43", to: "42"},
			{field: "custom_id", to: "42"},
			{field: "tags", value: list("a"), to: marked("KongConsumer", "alice", "a", "b")},
		},
	}
}

// A consumer has two names, and may hand either on.
func TestConsumersSwapNames(t *testing.T) {
	t.Parallel()
	objects := func(alice, bob string, swapsCustomIDs bool) []crd.Object {
		a := builder.NewConsumer("a").ControlPlane("cp").Username(alice).CustomID("1")
		b := builder.NewConsumer("b").ControlPlane("cp").Username(bob).CustomID("2")
		if swapsCustomIDs {
			a.CustomID("2")
			b.CustomID("1")
		}
		return []crd.Object{plane("cp").MustBuild(), a.MustBuild(), b.MustBuild()}
	}
	for name, tt := range map[string]struct {
		reason  string
		swapped []crd.Object
	}{
		"usernames":  {"by the first name", objects("bob", "alice", false)},
		"custom IDs": {"by the second name alone, which has to be given up too", objects("alice", "bob", true)},
		"both":       {"both at once", objects("bob", "alice", true)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, objects("alice", "bob", false))
			w.ensure(tt.swapped)
			assert.Equal(t, 3, w.server.Writes(), "%s: one of them is parked first", tt.reason)
			w.settled(tt.swapped)
		})
	}
}

func consumerGroupCase() kindCase {
	base := func() *builder.ConsumerGroup { return builder.NewConsumerGroup("gold").ControlPlane("cp") }
	return kindCase{
		kind:  "KongConsumerGroup",
		given: []string{"name", "tags"},
		full: func() []crd.Object {
			return []crd.Object{plane("cp").MustBuild(), base().Tags("b", "a").MustBuild()}
		},
		minimal: func() []crd.Object { return []crd.Object{plane("cp").MustBuild(), base().MustBuild()} },
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1beta1.KongConsumerGroup](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		drifts: []drift{
			{field: "name", value: "renamed", to: "gold"},
			{field: "tags", value: list("a"), to: marked("KongConsumerGroup", "gold", "a", "b")},
		},
	}
}
