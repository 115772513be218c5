package konnect

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// A single object's entity is read alone only where its natural key leads to it.
func TestIsReadAlone(t *testing.T) {
	t.Parallel()
	one := [][]string{{"name"}}
	for _, tt := range []struct {
		reason   string
		identity kinds.Identity
		name     string
		want     bool
	}{
		{"by its name", kinds.Identity{Unique: one, ByName: true}, "a", true},
		{"the name looks like an ID", kinds.Identity{Unique: one, ByName: true}, planeID, false},
		{"konnect reads none by that key", kinds.Identity{Unique: one}, "a", false},
		{"one of two keys leads there", kinds.Identity{Unique: [][]string{{"username"}, {"custom_id"}}, ByName: true}, "a", false},
		{"there is no key to look for", kinds.Identity{}, "", true},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			k := &kinds.Kind{Identity: tt.identity}
			k.Name = func(crd.Object) string { return tt.name }
			assert.Equal(t, tt.want, isReadAlone(&item{subject: subject{kind: k}}))
		})
	}
}

// An entity belongs to all that it refers to, and to nothing that only has the same ID.
func TestParentsIn(t *testing.T) {
	t.Parallel()
	k := &kinds.Kind{Collection: "services", References: []kinds.Reference{
		{JSON: "client_certificate", To: "certificates"}, {JSON: "ca_certificates", To: "ca_certificates", Many: true},
	}}
	raw := `{"id": "s", "client_certificate": {"id": "1"}, "ca_certificates": ["1", "2"]}`
	child, err := wire.Decode(json.RawMessage(raw), k.Shape())
	require.NoError(t, err)
	certificate, first, second, other := &decision{}, &decision{}, &decision{}, &decision{}
	parents := map[place]*decision{
		{"certificates", "1"}: certificate, {"certificates", "2"}: other,
		{"ca_certificates", "1"}: first, {"ca_certificates", "2"}: second, {"routes", "1"}: other,
	}
	found := parentsIn(parents, k, child)
	require.Len(t, found, 3)
	assert.Same(t, certificate, found[0])
	assert.Same(t, first, found[1])
	assert.Same(t, second, found[2])
}
