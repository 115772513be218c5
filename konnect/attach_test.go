package konnect_test

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

func TestControlPlane(t *testing.T) {
	t.Parallel()
	server := konnecttest.NewServer()
	ids := map[string]string{}
	for name, labels := range map[string]map[string]any{
		"alpha": {"env": "prod", "team": "a"}, "beta": {"env": "prod"}, "gamma\n": {"env": "test"},
	} {
		id, err := server.AddControlPlane("", map[string]any{"name": name, "labels": labels})
		require.NoError(t, err)
		ids[name] = id
	}
	n := newNetwork(server)
	var written []string
	n.watch(func(r *http.Request) error {
		if r.Method != http.MethodGet {
			written = append(written, r.Method+" "+r.URL.Path)
		}
		return nil
	}, nil)
	client := n.client(t)
	type selector = konnect.ControlPlaneSelector
	all := fmt.Sprintf(`"alpha" (%s), "beta" (%s), "gamma\n" (%s)`, ids["alpha"], ids["beta"], ids["gamma\n"])
	const absent = "00000000-0000-4000-8000-000000000000"
	for _, tt := range []struct {
		reason   string
		selector selector
		want     string // name of the control plane
		err      string
	}{
		{reason: "by name", selector: selector{Name: "beta"}, want: "beta"},
		{reason: "by ID", selector: selector{ID: ids["alpha"]}, want: "alpha"},
		{reason: "by labels, all of them", selector: selector{Labels: map[string]string{"env": "prod", "team": "a"}}, want: "alpha"},
		{reason: "several", selector: selector{Labels: map[string]string{"env": "prod"}},
			err: fmt.Sprintf(`2 have labels env=prod: "alpha" (%s), "beta" (%s); select one by its ID`, ids["alpha"], ids["beta"])},
		{reason: "none of that name", selector: selector{Name: "alph"}, err: `none has name "alph"; the organisation has ` + all},
		{reason: "none of that ID", selector: selector{ID: absent}, err: "none has ID " + absent + "; the organisation has " + all},
		{reason: "none with that label", selector: selector{Labels: map[string]string{"env": ""}}, err: "none has labels env=; the organisation has " + all},
		{reason: "nothing said", err: "exactly one of ID, Name and Labels must be set"},
		{reason: "two things said", selector: selector{Name: "beta", ID: ids["beta"]}, err: "exactly one of ID, Name and Labels must be set"},
		{reason: "a name for an ID", selector: selector{ID: "beta"}, err: `ID "beta" is not a UUID`},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			plane, err := client.ControlPlane(t.Context(), tt.selector)
			if tt.err != "" {
				require.EqualError(t, err, "attach to control plane: "+tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, ids[tt.want], plane.Spec.Mirror.Konnect.ID)
			plane.Name = "gw"
			assert.Empty(t, plane.Validate())
		})
	}
	assert.Empty(t, written, "it only reads")
}

// TestControlPlaneServesItsChildren provisions into the control plane that was selected,
// which stays as it is, also when all is deleted.
func TestControlPlaneServesItsChildren(t *testing.T) {
	t.Parallel()
	server := konnecttest.NewServer()
	id, err := server.AddControlPlane("", map[string]any{"name": "made-by-hand", "description": "by hand", "labels": map[string]any{"team": "a"}})
	require.NoError(t, err)
	before := server.ControlPlanes()[0]
	client := newNetwork(server).client(t)
	plane, err := client.ControlPlane(t.Context(), konnect.ControlPlaneSelector{Name: "made-by-hand"})
	require.NoError(t, err)
	plane.Name, plane.Namespace = "gw", "kong"
	service := builder.NewService("api").Namespace("kong").ControlPlane("gw").Host("api.example.com").MustBuild()
	report, err := client.Ensure(t.Context(), []crd.Object{plane, service})
	require.NoError(t, err)
	assert.Equal(t, 1, report.Writes)
	assert.Len(t, server.Entities(id, "services"), 1)
	_, err = client.Delete(t.Context(), []crd.Object{plane, service})
	require.NoError(t, err)
	assert.Empty(t, server.Entities(id, "services"))
	assert.Equal(t, before, server.ControlPlanes()[0])
}

func TestControlPlaneWithoutToken(t *testing.T) {
	t.Parallel()
	client, err := konnect.NewClient()
	require.NoError(t, err)
	_, err = client.ControlPlane(t.Context(), konnect.ControlPlaneSelector{Name: "gw"})
	assert.EqualError(t, err, "attach to control plane: the client has no token of its own; use WithToken or WithTokenSource, or With for one that has")
	_, err = new(konnect.Client).ControlPlane(t.Context(), konnect.ControlPlaneSelector{Name: "gw"})
	assert.ErrorContains(t, err, "konnect.NewClient")
}
