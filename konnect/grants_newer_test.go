package konnect_test

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// grantedByMany is a control plane and a service of another namespace, whose reference
// one entry of a grant permits; change adds to the grant.
func grantedByMany(change func(*configurationv1alpha1.KongReferenceGrantSpec)) []crd.Object {
	grant := builder.NewReferenceGrant("g").FromServices("apps").ToControlPlanes("gw").MustBuild()
	change(&grant.Spec)
	return []crd.Object{
		builder.NewGatewayControlPlane("gw").MustBuild(), grant,
		builder.NewService("api").Namespace("apps").ControlPlaneIn("default", "gw").Host("a.example.com").MustBuild(),
	}
}

// TestGrantsOfNewerOperators permit what is known, and stop nothing.
func TestGrantsOfNewerOperators(t *testing.T) {
	t.Parallel()
	type from = configurationv1alpha1.ReferenceGrantFrom
	type to = configurationv1alpha1.ReferenceGrantTo
	type spec = configurationv1alpha1.KongReferenceGrantSpec
	for name, tt := range map[string]struct {
		change func(*spec)
		fields []string // of warnings
	}{
		"to a kind of Konnect's": {func(s *spec) { s.To = append(s.To, to{Group: crd.KonnectGroup, Kind: "KonnectConfigStore"}) }, []string{"spec.to[1]"}},
		"to a kind of Kong's":    {func(s *spec) { s.To = append(s.To, to{Group: crd.ConfigurationGroup, Kind: "KongNew"}) }, []string{"spec.to[1]"}},
		"from a kind": {func(s *spec) {
			s.From = append(s.From, from{Group: crd.ConfigurationGroup, Kind: "KongNew", Namespace: "a"})
		}, []string{"spec.from[1]"}},
		"from a cluster's kind": {func(s *spec) { s.From = append(s.From, from{Group: crd.ConfigurationGroup, Kind: "KongNew"}) }, []string{"spec.from[1]"}},
		"another group":         {func(s *spec) { s.To = append(s.To, to{Group: "example.com", Kind: "Any"}) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.NewServer()
			client := newNetwork(server).client(t)
			plan, err := client.Plan(t.Context(), grantedByMany(tt.change))
			require.NoError(t, err)
			var fields []string
			for _, w := range plan.Warnings {
				assert.Equal(t, konnect.WarningUnknownKind, w.Code)
				fields = append(fields, w.Field)
			}
			assert.Equal(t, tt.fields, fields)
			report, err := client.Ensure(t.Context(), grantedByMany(tt.change), konnect.WithoutWarnings(konnect.WarningUnknownKind))
			require.NoError(t, err)
			assert.Equal(t, 2, report.Writes)
			assert.Empty(t, report.Warnings)
			_, err = client.Delete(t.Context(), grantedByMany(tt.change))
			require.NoError(t, err)
		})
	}
}

// TestGrantsOfOnlyNewerKinds grant nothing that is known.
func TestGrantsOfOnlyNewerKinds(t *testing.T) {
	t.Parallel()
	server := konnecttest.NewServer()
	objects := grantedByMany(func(s *configurationv1alpha1.KongReferenceGrantSpec) {
		s.To = []configurationv1alpha1.ReferenceGrantTo{{Group: crd.KonnectGroup, Kind: "KonnectGatewayControlplane"}}
	})
	_, err := newNetwork(server).client(t).Ensure(t.Context(), objects)
	require.ErrorContains(t, err, "needs a KongReferenceGrant")
	assert.Empty(t, server.Requests())
}

// TestGrantsThatAreWrong stop the batch as before.
func TestGrantsThatAreWrong(t *testing.T) {
	t.Parallel()
	server := konnecttest.NewServer()
	objects := grantedByMany(func(s *configurationv1alpha1.KongReferenceGrantSpec) {
		s.To = append(s.To, configurationv1alpha1.ReferenceGrantTo{Group: "", Kind: "Secret"})
	})
	_, err := newNetwork(server).client(t).Ensure(t.Context(), objects)
	require.ErrorContains(t, err, "spec.to[1].group")
	assert.Empty(t, server.Requests())
}

func TestGrantOfTheField(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../shared/field/31-grant-of-newer-operator.yaml")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the file is not there")
	}
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	objects, err := manifest.DecodeAll(file)
	require.NoError(t, err)
	report, err := newNetwork(konnecttest.NewServer()).client(t).Ensure(t.Context(), objects)
	require.NoError(t, err)
	assert.Equal(t, 1, report.Writes)
}
