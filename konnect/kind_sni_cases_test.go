package konnect_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func vaulted(name string) crd.Object {
	return builder.NewCertificate(name).ControlPlane("cp").KeyPair("{vault://env/"+name+"}", "{vault://env/"+name+"-key}").MustBuild()
}

func sniCase() kindCase {
	base := func() *builder.SNI { return builder.NewSNI("shop").SpecName("Shop.example.com").Certificate("old") }
	parents := func() []crd.Object { return []crd.Object{plane("cp").MustBuild(), vaulted("old")} }
	return kindCase{
		kind:    "KongSNI",
		given:   []string{"name", "certificate", "tags"},
		full:    func() []crd.Object { return append(parents(), base().Tags("b", "a").MustBuild()) },
		minimal: func() []crd.Object { return append(parents(), base().MustBuild()) },
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongSNI](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		drifts: []drift{
			{field: "name", value: "other.example.com", to: "shop.example.com"},
			{field: "certificate", path: "certificate.id", value: foreignID, to: idOf("KongCertificate", "old")},
			{field: "tags", value: list("a"), to: marked("KongSNI", "shop", "a", "b")},
		},
	}
}

// An SNI goes to another certificate by one write, before the former one goes; so does the
// name where it is another object's.
func TestSNIsMoveWithoutAnOutage(t *testing.T) {
	t.Parallel()
	for name, sni := range map[string]*builder.SNI{"the same object": builder.NewSNI("shop"), "another object": builder.NewSNI("renewed")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sniCase().full())
			moved := []crd.Object{plane("cp").MustBuild(), vaulted("new"), sni.SpecName("shop.example.com").Certificate("new").MustBuild()}
			_, err := newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner)).Ensure(t.Context(), moved, konnect.WithPrune())
			require.NoError(t, err)
			stored := w.stored(w.last())
			require.NotNil(t, stored, "it is the same entity")
			assert.Equal(t, map[string]any{"id": moved[1].GetKonnectStatus().ID}, stored["certificate"])
			assert.Equal(t, moved[1].GetKonnectStatus().ID, must[*configurationv1alpha1.KongSNI](moved[2]).Status.Konnect.CertificateID)
			assert.Equal(t, 1, w.server.Count(http.MethodPut, "/snis"))
			assert.Zero(t, w.server.Count(http.MethodDelete, "/snis"))
			assert.Len(t, w.server.Entities(w.last().ControlPlane, "certificates"), 1)
		})
	}
}

func TestSNIsAreChecked(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"*": "", "*.example.com": "", "shop.*": "", "A.example.com": "", "a.*.com": "konnect allows one *", "10.0.0.1": "neither an ip address",
		"a.example.com:443": "nor with a port",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			objects := []crd.Object{plane("cp").MustBuild(), vaulted("old"), builder.NewSNI("a").SpecName(name).Certificate("old").MustBuild()}
			_, err := newClient(t, server).Ensure(t.Context(), objects)
			if want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, want)
			assert.Zero(t, server.Writes())
		})
	}
}

// A name is unique in the control plane, in whatever case and for whatever certificate.
func TestSNIsAreUnique(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	objects := append(sniCase().full(), vaulted("new"), builder.NewSNI("twin").SpecName("SHOP.example.com").Certificate("new").MustBuild())
	_, err := newClient(t, server).Ensure(t.Context(), objects)
	require.ErrorContains(t, err, `spec.name "shop.example.com" is that of KongSNI default/shop too`)
	assert.Zero(t, server.Writes())
}
