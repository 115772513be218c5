package konnect_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

const pins = "dp-client-certificates"

// pinned is an object with a certificate.
func pinned(name, certificate string) crd.Object {
	return builder.NewDataPlaneClientCertificate(name).ControlPlane("cp").Cert(certificate).MustBuild()
}

func withPins(certificates ...string) func() []crd.Object {
	return func() []crd.Object {
		objects := []crd.Object{plane("cp").MustBuild()}
		for i, certificate := range certificates {
			objects = append(objects, pinned(fmt.Sprintf("pin-%d", i), certificate))
		}
		return objects
	}
}

func pinCase() kindCase {
	own, other := konnecttest.SelfSigned().Certificate, konnecttest.SelfSigned().Certificate
	key := crd.Key{Group: crd.ConfigurationGroup, Kind: "KongDataPlaneClientCertificate", Namespace: crd.DefaultNamespace, Name: "pin-0"}
	title := strings.Join(konnect.TagsForTest(nil, konnect.DefaultOwner, key)[:3], ", ")
	return kindCase{
		kind:    "KongDataPlaneClientCertificate",
		given:   []string{"cert", "title"},
		full:    withPins(own),
		minimal: withPins(own),
		drifts: []drift{
			{field: "title", value: title + ", of the gateways", to: title},
			{field: "cert", value: other, to: own, refused: true},
		},
	}
}

// TestPinsOfOthersServe as they are, and are never deleted.
func TestPinsOfOthersServe(t *testing.T) {
	t.Parallel()
	certificate := konnecttest.SelfSigned().Certificate
	w := newWorld(t, withPins()())
	id := w.report.Changes[0].KonnectID
	theirs, err := w.server.Put(id, pins, map[string]any{"cert": strings.ReplaceAll(certificate, "\n", "\r\n"), "title": "of somebody else"})
	require.NoError(t, err)

	objects := withPins(certificate)()
	w.settled(objects)
	assert.True(t, crd.IsProgrammed(objects[1]), "data planes with it can connect")
	assert.Empty(t, objects[1].GetKonnectStatus().ID, "it is not the object's")
	w.settled(objects)

	deleted, err := newClient(t, w.server, konnect.WithSource(resolve.Objects(objects[0]))).Delete(t.Context(), withPins(certificate)()[1:])
	require.NoError(t, err)
	assert.Equal(t, []konnect.Action{konnect.ActionUnchanged}, actions(deleted))
	_, err = newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner)).Ensure(t.Context(), withPins()(), konnect.WithPrune())
	require.NoError(t, err)
	assert.NotNil(t, w.server.Entity(id, pins, must[string](theirs["id"])))

	var refused *konnect.OwnershipError
	_, err = newClient(t, w.server).Delete(t.Context(), withPins(certificate)())
	require.ErrorAs(t, err, &refused, "the control plane would take it along")
	assert.Equal(t, theirs["id"], refused.KonnectID)

	w.ensure(withPins(certificate)(), konnect.WithAdoption(konnect.AdoptUnowned))
	_, err = newClient(t, w.server).Delete(t.Context(), withPins(certificate)())
	require.NoError(t, err, "it was taken over")
	assert.Empty(t, w.server.ControlPlanes())
}

func TestPinsAreToldByTheirBytes(t *testing.T) {
	t.Parallel()
	first, second := konnecttest.SelfSigned().Certificate, konnecttest.SelfSigned().Certificate
	w := newWorld(t, withPins(first, second)(), konnecttest.WithTrimmedPEM())
	w.settled(withPins("a title\n"+strings.ReplaceAll(first, "\n", "\r\n"), second)())

	_, err := newClient(t, w.server).Ensure(t.Context(), withPins(first, first)())
	require.ErrorContains(t, err, "what it has for cert is that of KongDataPlaneClientCertificate default/pin-0 too")
	_, err = newClient(t, w.server).Ensure(t.Context(), withPins(konnecttest.SelfSigned().Certificate)())
	require.ErrorContains(t, err, "; pin the other certificate by an object of another name, and delete this one once no data plane has it")
	_, err = newClient(t, w.server).Ensure(t.Context(), withPins("x")())
	require.ErrorContains(t, err, "spec.cert: Invalid value: \"[redacted]\": must be a certificate in PEM")

	client := newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner))
	report, err := client.Ensure(t.Context(), withPins(first)(), konnect.WithPrune())
	require.NoError(t, err)
	assert.Equal(t, []konnect.Action{konnect.ActionUnchanged, konnect.ActionUnchanged, konnect.ActionDeleted}, actions(report), "ours, without an object")
}

// TestPinsOfLostAnswers are looked up before they are posted again.
func TestPinsOfLostAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withPins()())
	w.server.Inject(konnecttest.Fault{Method: http.MethodPost, Path: "**/" + pins, Effect: konnecttest.LoseResponse()})
	certificate := konnecttest.SelfSigned().Certificate
	w.ensure(withPins(certificate)())
	assert.Len(t, w.server.Entities(w.report.Changes[0].KonnectID, pins), 1)
	w.settled(withPins(certificate)())
}

func TestPinsAreLimited(t *testing.T) {
	t.Parallel()
	var certificates []string
	for range 33 {
		certificates = append(certificates, konnecttest.SelfSigned().Certificate)
	}
	server := konnecttest.Start(t)
	_, err := newClient(t, server).Ensure(t.Context(), withPins(certificates...)())
	require.ErrorContains(t, err, "holds 32 of dp-client-certificates, and konnect takes 32; delete one first")
	assert.Zero(t, server.Writes())
	w := newWorld(t, withPins(certificates[:32]...)())
	_, err = newClient(t, w.server).Ensure(t.Context(), withPins(certificates...)())
	require.ErrorContains(t, err, "holds 32 of")
	assert.Zero(t, w.server.Writes())
}

func TestGroupsHavePins(t *testing.T) {
	t.Parallel()
	certificate := konnecttest.SelfSigned().Certificate
	objects := func(pins ...crd.Object) []crd.Object {
		return append([]crd.Object{plane("cp").Group().MustBuild()}, pins...)
	}
	w := newWorld(t, objects(pinned("pin", certificate)))
	w.settled(objects(pinned("pin", certificate)))
	report, err := newClient(t, w.server, konnect.WithOwner(konnect.DefaultOwner)).Ensure(t.Context(), objects(), konnect.WithPrune())
	require.NoError(t, err)
	assert.Equal(t, []konnect.Action{konnect.ActionUnchanged, konnect.ActionDeleted}, actions(report))
	w.ensure(objects(pinned("pin", certificate)))
	_, err = newClient(t, w.server).Delete(t.Context(), objects(pinned("pin", certificate)))
	require.NoError(t, err)
	assert.Empty(t, w.server.ControlPlanes())
}
