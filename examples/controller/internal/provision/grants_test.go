package provision_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
)

// other makes a second namespace, which the controller has to be started with.
func (w *world) other(suffix string) string {
	name := w.namespace + "-" + suffix
	w.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	return name
}

// authOfOthers takes its token from a Secret of another namespace.
func (w *world) authOfOthers(namespace, secret string) crd.Object {
	return builder.NewAPIAuth("konnect-api-auth").Namespace(w.namespace).
		SecretIn(namespace, secret).ServerURL(w.konnect.URL[len("http://"):]).MustBuild()
}

// grantToken permits the credentials of the world's namespace to name Secrets of another.
func (w *world) grantToken(namespace string) *configurationv1alpha1.KongReferenceGrant {
	return builder.NewReferenceGrant("grant").Namespace(namespace).FromAPIAuths(w.namespace).ToSecrets().MustBuild()
}

func (w *world) secretIn(namespace string) *corev1.Secret {
	secret := w.secret("token", w.konnect.Token)
	secret.Namespace = namespace
	return secret
}

// message waits until a condition of obj says so.
func (w *world) message(obj crd.Object, kind, text string) {
	w.t.Helper()
	w.eventually(func() error {
		if err := w.get(obj); err != nil {
			return err
		}
		if c := meta.FindStatusCondition(obj.GetConditions(), kind); c == nil || !strings.Contains(c.Message, text) {
			return fmt.Errorf("%s: %s does not say %q: %v", crd.KeyOf(obj), kind, text, obj.GetConditions())
		}
		return nil
	})
}

// TestGrantOfATokenGoes: what was made with a token is left when the grant to it is
// gone by the time of its deletion, whether or not the token is there or remembered.
func TestGrantOfATokenGoes(t *testing.T) {
	for name, gone := range map[string]func(secret *corev1.Secret, grant client.Object) []client.Object{
		"the grant": func(_ *corev1.Secret, grant client.Object) []client.Object { return []client.Object{grant} },
		"the grant and Secret": func(secret *corev1.Secret, grant client.Object) []client.Object {
			return []client.Object{secret, grant}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tokens := w.other("tokens")
			w.start(provision.Options{}, tokens)
			secret, grant, auth := w.secretIn(tokens), w.grantToken(tokens), w.authOfOthers(tokens, "token")
			_, controlPlane, service, route := w.howTo()
			w.create(secret, grant, auth, controlPlane, service, route)
			w.programmed(controlPlane, service, route)

			w.delete(gone(secret, grant)...)
			for _, obj := range []crd.Object{controlPlane, service, route} {
				w.message(obj, crd.ConditionAPIAuthResolvedRef, "needs a KongReferenceGrant in namespace "+tokens)
			}
			w.condition(auth, crd.ConditionAPIAuthValid, metav1.ConditionFalse, "Invalid")
			w.konnect.ResetLog()
			w.delete(auth, route, service, controlPlane)
			w.gone(route, service, controlPlane, auth)
			assert.Contains(t, w.event(controlPlane, "LeftInKonnect"), "needs a KongReferenceGrant in namespace "+tokens)
			assert.Contains(t, w.event(service, "LeftInKonnect"), service.GetKonnectStatus().ID)
			assert.Empty(t, w.konnect.Requests(), "the token is not used")
			assert.Len(t, w.konnect.ControlPlanes(), 1)
		})
	}
}

// TestEverythingGoesWithItsGrant: a Secret that goes is remembered while the grant stays.
func TestEverythingGoesWithItsGrant(t *testing.T) {
	w := newWorld(t)
	tokens := w.other("tokens")
	w.start(provision.Options{}, tokens)
	secret, auth := w.secretIn(tokens), w.authOfOthers(tokens, "token")
	_, controlPlane, service, _ := w.howTo()
	w.create(secret, w.grantToken(tokens), auth, controlPlane, service)
	w.programmed(controlPlane, service)
	w.delete(secret, auth, service, controlPlane)
	w.gone(auth, service, controlPlane)
	assert.Empty(t, w.konnect.ControlPlanes())
	assert.Empty(t, w.notes(controlPlane, "LeftInKonnect"))
}

// TestNothingIsDoneWithoutAGrant: an object of another namespace that names credentials
// or a Secret without a grant gets neither a call nor a finalizer, keeps nobody's
// credentials, and can go.
func TestNothingIsDoneWithoutAGrant(t *testing.T) {
	w := newWorld(t)
	evil := w.other("evil")
	w.start(provision.Options{}, evil)
	secret, auth := w.secret("token", w.konnect.Token), w.authOf("token")
	_, controlPlane, _, _ := w.howTo()
	w.create(secret, auth, controlPlane)
	w.programmed(controlPlane)
	w.konnect.ResetLog()

	thief := builder.NewAPIAuth("thief").Namespace(evil).SecretIn(w.namespace, "token").ServerURL(w.konnect.URL[len("http://"):]).MustBuild()
	byAuth := builder.NewGatewayControlPlane("by-auth").Namespace(evil).AuthIn(w.namespace, "konnect-api-auth").MustBuild()
	bySecret := builder.NewGatewayControlPlane("by-secret").Namespace(evil).Auth("thief").MustBuild()
	service := builder.NewService("service").Namespace(evil).Host("example.com").ControlPlaneIn(w.namespace, "gateway-control-plane").MustBuild()
	grant := builder.NewReferenceGrant("own").Namespace(evil).FromAPIAuths(evil).ToSecrets().MustBuild()
	w.create(grant, thief, byAuth, bySecret, service)
	w.condition(byAuth, crd.ConditionAPIAuthResolvedRef, metav1.ConditionFalse, "RefNotPermitted")
	w.condition(bySecret, crd.ConditionAPIAuthResolvedRef, metav1.ConditionFalse, "RefInvalid")
	w.condition(service, crd.ConditionResolvedRefs, metav1.ConditionFalse, "RefNotPermitted")
	w.condition(service, crd.ConditionControlPlaneRefValid, metav1.ConditionFalse, "Invalid")
	assert.Zero(t, w.konnect.Writes())
	for _, obj := range []crd.Object{byAuth, bySecret, service, thief} {
		require.NoError(t, w.get(obj))
		assert.Empty(t, obj.GetFinalizers(), "%s", crd.KeyOf(obj))
	}

	edit(w, crd.Object(byAuth), func(obj crd.Object) { obj.SetFinalizers([]string{crd.Finalizer}) }) // of an older release
	w.delete(secret, auth, controlPlane)
	w.gone(controlPlane, auth)
	assert.Empty(t, w.konnect.ControlPlanes())
	w.delete(thief, bySecret, service, byAuth)
	w.gone(thief, bySecret, service, byAuth)
	assert.Empty(t, w.notes(byAuth, "LeftInKonnect"), "there was nothing to leave")
}

// TestWhatCannotBeMadeCanGo: no finalizer is set before something can be written.
func TestWhatCannotBeMadeCanGo(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	secret, auth := w.secret("token", "kpat_wrong"), w.authOf("token")
	_, controlPlane, service, route := w.howTo()
	orphan := builder.NewRoute("orphan").Namespace(w.namespace).Protocols("http").Paths("/").Service("none").MustBuild()
	w.create(secret, auth, controlPlane, service, route, orphan)
	w.condition(controlPlane, crd.ConditionAPIAuthValid, metav1.ConditionFalse, "Invalid")
	w.condition(orphan, crd.ConditionServiceRefValid, metav1.ConditionFalse, "Invalid")
	w.condition(route, crd.ConditionProgrammed, metav1.ConditionFalse, "ConditionWithStatusFalseExists")
	for _, obj := range []crd.Object{controlPlane, service, route, orphan, auth} {
		require.NoError(t, w.get(obj))
		assert.Empty(t, obj.GetFinalizers(), "%s", crd.KeyOf(obj))
	}
	w.delete(controlPlane, service, route, orphan, auth)
	w.gone(controlPlane, service, route, orphan, auth)

	auth = w.authOf("token")
	_, controlPlane, service, route = w.howTo()
	w.create(auth, controlPlane, service, route)
	w.condition(controlPlane, crd.ConditionAPIAuthValid, metav1.ConditionFalse, "Invalid")
	right := w.secret("token", w.konnect.Token)
	require.NoError(t, w.client.Update(t.Context(), right))
	w.programmed(controlPlane, service, route)
	for _, obj := range []crd.Object{controlPlane, service, route, auth} {
		require.NoError(t, w.get(obj))
		assert.NotEmpty(t, obj.GetFinalizers(), "%s", crd.KeyOf(obj))
	}
}

// TestFinalizerBeforeTheFirstWrite: what is being written is held already.
func TestFinalizerBeforeTheFirstWrite(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, _ := w.howTo()
	w.create(auth, controlPlane)
	w.programmed(controlPlane)
	require.NoError(t, w.get(controlPlane))
	slow := w.konnect.Inject(slowPut("**/services/*", 2*time.Second))
	w.create(service)
	w.eventually(func() error { return hit(slow) })
	require.NoError(t, w.get(service))
	assert.Contains(t, service.GetFinalizers(), crd.Finalizer)
	assert.Equal(t, 1, w.konnect.Count(http.MethodPut, "/services"))
}

// TestUnusedCredentials say in their status what they lack.
func TestUnusedCredentials(t *testing.T) {
	w := newWorld(t)
	tokens := w.other("tokens")
	w.start(provision.Options{}, tokens)
	auth, granted := w.authOf("token"), w.authOfOthers(tokens, "token")
	granted.SetName("granted")
	w.create(auth, granted)
	w.condition(auth, crd.ConditionAPIAuthValid, metav1.ConditionFalse, "Invalid")
	w.message(auth, crd.ConditionAPIAuthValid, "Secret "+w.namespace+"/token not found")
	w.message(granted, crd.ConditionAPIAuthValid, "needs a KongReferenceGrant in namespace "+tokens)

	w.create(w.secret("token", w.konnect.Token), w.grantToken(tokens))
	w.condition(auth, crd.ConditionAPIAuthValid, metav1.ConditionUnknown, "Pending")
	w.message(granted, crd.ConditionAPIAuthValid, "Secret "+tokens+"/token not found")
	w.create(w.secretIn(tokens))
	w.condition(granted, crd.ConditionAPIAuthValid, metav1.ConditionUnknown, "Pending")
	w.create(w.controlPlane("gateway-control-plane", "konnect-api-auth"))
	w.condition(auth, crd.ConditionAPIAuthValid, metav1.ConditionTrue, "Valid")
}

// TestGoneWithTheControlPlane: nothing is said to be left in Konnect that a control
// plane has taken along, even if nothing leads from the one to the other any more.
func TestGoneWithTheControlPlane(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, route := w.howTo()
	w.create(auth, controlPlane, service, route)
	w.programmed(controlPlane, service, route)

	w.delete(service)
	edit(w, service, func(service crd.Object) { service.SetFinalizers(nil) })
	w.gone(service)
	w.condition(route, crd.ConditionServiceRefValid, metav1.ConditionFalse, "Invalid")
	require.NotEmpty(t, route.GetKonnectStatus().ID)
	w.delete(controlPlane)
	w.gone(controlPlane)
	assert.Empty(t, w.konnect.ControlPlanes())
	w.delete(route)
	w.gone(route)
	assert.Empty(t, w.notes(route, "LeftInKonnect"), "nothing was left")
}
