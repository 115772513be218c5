package provision_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
)

// TestControlPlaneWithoutCredentials: what a program with a token of its own may do, a
// cluster cannot.
func TestControlPlaneWithoutCredentials(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	controlPlane := builder.NewGatewayControlPlane("gateway-control-plane").Namespace(w.namespace).MustBuild()
	_, _, service, route := w.howTo()
	w.create(controlPlane, service, route)

	programmed := w.condition(controlPlane, crd.ConditionProgrammed, metav1.ConditionFalse, "FailedToCreate")
	assert.Contains(t, programmed.Message, "spec.konnect.authRef")
	assert.Contains(t, w.event(controlPlane, "FailedToCreate"), "spec.konnect.authRef")
	w.condition(service, crd.ConditionProgrammed, metav1.ConditionFalse, "ConditionWithStatusFalseExists")

	w.delete(controlPlane, service, route)
	w.gone(controlPlane, service, route)
	assert.Empty(t, w.konnect.Requests(), "nothing was ever sent")
}

// TestConditionsAsPartsArrive adds the objects one by one, each of which the former
// ones wait for.
func TestConditionsAsPartsArrive(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	_, controlPlane, service, route := w.howTo()

	w.create(route)
	w.condition(route, crd.ConditionServiceRefValid, metav1.ConditionFalse, "Invalid")
	w.create(service)
	w.condition(service, crd.ConditionControlPlaneRefValid, metav1.ConditionFalse, "Invalid")
	w.create(controlPlane)
	w.condition(controlPlane, crd.ConditionAPIAuthResolvedRef, metav1.ConditionFalse, "RefNotFound")
	auth := w.authOf("token")
	w.create(auth)
	w.condition(controlPlane, crd.ConditionAPIAuthResolvedRef, metav1.ConditionFalse, "RefInvalid")
	w.create(w.secret("token", "kpat_wrong"))
	w.condition(controlPlane, crd.ConditionAPIAuthValid, metav1.ConditionFalse, "Invalid")
	w.condition(auth, crd.ConditionAPIAuthValid, metav1.ConditionFalse, "Invalid")
	assert.Zero(t, w.konnect.Writes())

	secret := w.secret("token", w.konnect.Token)
	require.NoError(t, w.client.Update(t.Context(), secret))
	w.programmed(controlPlane, service, route)
	for _, kind := range []string{
		crd.ConditionServiceRefValid, crd.ConditionControlPlaneRefValid, crd.ConditionAPIAuthResolvedRef, crd.ConditionAPIAuthValid,
	} {
		w.condition(route, kind, metav1.ConditionTrue, map[bool]string{true: "ResolvedRef", false: "Valid"}[kind == crd.ConditionAPIAuthResolvedRef])
	}
	w.condition(auth, crd.ConditionAPIAuthValid, metav1.ConditionTrue, "Valid")
	assert.Contains(t, w.event(route, "Programmed"), "created as "+route.GetKonnectStatus().ID)
}

// TestGrantComesAndGoes: a service in another namespace than its control plane.
func TestGrantComesAndGoes(t *testing.T) {
	w := newWorld(t)
	other := w.namespace + "-apps"
	w.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: other}})
	w.start(provision.Options{}, other)
	auth, controlPlane, _, _ := w.howTo()
	service := builder.NewService("service").Namespace(other).Host("example.com").
		ControlPlaneIn(w.namespace, "gateway-control-plane").MustBuild()
	w.create(auth, controlPlane, service)
	w.condition(service, crd.ConditionResolvedRefs, metav1.ConditionFalse, "RefNotPermitted")

	grant := &configurationv1alpha1.KongReferenceGrant{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "grant"},
		Spec: configurationv1alpha1.KongReferenceGrantSpec{
			From: []configurationv1alpha1.ReferenceGrantFrom{{Group: crd.ConfigurationGroup, Kind: "KongService", Namespace: other}},
			To:   []configurationv1alpha1.ReferenceGrantTo{{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind}},
		},
	}
	w.create(grant)
	w.programmed(controlPlane, service)

	w.delete(grant)
	w.condition(service, crd.ConditionResolvedRefs, metav1.ConditionFalse, "RefNotPermitted")
	w.delete(service)
	w.gone(service)
	assert.Contains(t, w.event(service, "LeftInKonnect"), service.GetKonnectStatus().ID)
}

// TestGroupWaitsForItsMembers: a group is a tree of its own, and is woken when its
// members are there.
func TestGroupWaitsForItsMembers(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	group := builder.NewGatewayControlPlane("group").Namespace(w.namespace).Auth("konnect-api-auth").
		ClusterType(konnectv1alpha2.ClusterTypeControlPlaneGroup).Members("first", "second").MustBuild()
	w.create(w.auth("konnect-api-auth"), group)
	w.condition(group, crd.ConditionMembersReferenceResolved, metav1.ConditionFalse, "SomeMemberNotResolved")
	first, second := w.controlPlane("first", "konnect-api-auth"), w.controlPlane("second", "konnect-api-auth")
	w.create(first, second)
	w.programmed(first, second, group)
	assert.Len(t, w.konnect.Members(group.Status.ID), 2)
	w.delete(first, group, second)
	w.gone(first, group, second)
	assert.Empty(t, w.konnect.ControlPlanes())
}
