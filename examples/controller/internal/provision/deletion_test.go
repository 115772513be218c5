package provision_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// event waits for an Event of that reason about obj, and returns its note.
func (w *world) event(obj client.Object, reason string) string {
	w.t.Helper()
	var note string
	w.eventually(func() error {
		notes := w.notes(obj, reason)
		if len(notes) == 0 {
			return fmt.Errorf("no event %s of %s", reason, obj.GetName())
		}
		note = notes[0]
		return nil
	})
	return note
}

func (w *world) notes(obj client.Object, reason string) []string {
	w.t.Helper()
	var list eventsv1.EventList
	require.NoError(w.t, w.client.List(w.t.Context(), &list, client.InNamespace(obj.GetNamespace())))
	var notes []string
	for _, e := range list.Items {
		if e.Regarding.Name == obj.GetName() && e.Reason == reason {
			notes = append(notes, e.Note)
		}
	}
	return notes
}

func (w *world) delete(objects ...client.Object) {
	w.t.Helper()
	for _, obj := range objects {
		require.NoError(w.t, client.IgnoreNotFound(w.client.Delete(w.t.Context(), obj)))
	}
}

// TestDeletionInAnyOrder deletes everything, in random orders, at once or with pauses
// in which the controller acts. Credentials are kept until nothing needs them.
func TestDeletionInAnyOrder(t *testing.T) {
	const rounds = 6
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(t)
	w.start(provision.Options{})
	for round := range rounds {
		auth, controlPlane, service, route := w.howTo()
		upstream := builder.NewUpstream("upstream").Namespace(w.namespace).ControlPlane("gateway-control-plane").MustBuild()
		target := builder.NewTarget("target").Namespace(w.namespace).Upstream("upstream").Target("10.0.0.1:80").MustBuild()
		objects := []client.Object{auth, controlPlane, service, route, upstream, target}
		w.create(objects...)
		w.programmed(controlPlane, service, route, upstream, target)

		random.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
		for _, obj := range objects {
			w.delete(obj)
			if round%2 == 1 { // half-way states are what is tested
				time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
			}
		}
		w.gone(objects...)
		assert.Empty(t, w.konnect.ControlPlanes(), "round %d", round)
	}
}

func TestServiceWaitsForItsRoutes(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, route := w.howTo()
	w.create(auth, controlPlane, service, route)
	w.programmed(controlPlane, service, route)

	w.delete(service)
	assert.Contains(t, w.event(service, "DeletionBlocked"), "delete KongService "+w.namespace+"/service")
	w.condition(service, crd.ConditionProgrammed, metav1.ConditionFalse, "KonnectAPIOpFailed")
	require.NoError(t, w.get(route))
	w.delete(route)
	w.gone(route, service)
	assert.Empty(t, w.konnect.Entities(controlPlane.GetKonnectStatus().ID, "services"))
}

// TestControlPlaneTakesAllAlong deletes a control plane whose objects stay: one call,
// and the objects say that they have lost their entities.
func TestControlPlaneTakesAllAlong(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, route := w.howTo()
	w.create(auth, controlPlane, service, route)
	w.programmed(controlPlane, service, route)

	w.konnect.ResetLog()
	w.delete(controlPlane)
	w.gone(controlPlane)
	assert.Equal(t, 1, w.konnect.Writes())
	w.condition(service, crd.ConditionControlPlaneRefValid, metav1.ConditionFalse, "Invalid")
	w.condition(route, crd.ConditionProgrammed, metav1.ConditionFalse, "ConditionWithStatusFalseExists")
	assert.Empty(t, service.GetKonnectStatus().ID)
	assert.Empty(t, route.GetKonnectStatus().ID)

	_, controlPlane, _, _ = w.howTo()
	w.create(controlPlane)
	w.programmed(controlPlane, service, route)

	w.delete(controlPlane)
	w.gone(controlPlane)
	w.delete(service, route)
	w.gone(service, route)
	assert.Empty(t, w.notes(service, "LeftInKonnect"), "nothing was left")
}

// TestWhatIsNeededIsGone removes by force what an entity is reached through.
func TestWhatIsNeededIsGone(t *testing.T) {
	cases := []struct {
		reason string
		remove func(w *world, auth crd.Object, secret *corev1.Secret)
	}{
		{"the secret", func(w *world, _ crd.Object, secret *corev1.Secret) { w.delete(secret) }},
		{"the secret's label", func(w *world, _ crd.Object, secret *corev1.Secret) {
			secret.Labels = nil
			require.NoError(w.t, w.client.Update(w.t.Context(), secret))
		}},
		{"the token in the secret", func(w *world, _ crd.Object, secret *corev1.Secret) {
			secret.Data = nil
			require.NoError(w.t, w.client.Update(w.t.Context(), secret))
		}},
		{"the credentials, by force", func(w *world, auth crd.Object, _ *corev1.Secret) {
			w.delete(auth)
			edit(w, auth, func(auth crd.Object) { auth.SetFinalizers(nil) })
			w.gone(auth)
		}},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t)
			stop := w.start(provision.Options{})
			secret, auth := w.secret("token", w.konnect.Token), w.authOf("token")
			_, controlPlane, service, route := w.howTo()
			w.create(secret, auth, controlPlane, service, route)
			w.programmed(controlPlane, service, route)

			stop()
			c.remove(w, auth, secret)
			w.start(provision.Options{}) // one that has never seen the token
			w.condition(controlPlane, crd.ConditionProgrammed, metav1.ConditionFalse, "ConditionWithStatusFalseExists")
			w.delete(route, service, controlPlane)
			w.gone(route, service, controlPlane)
			assert.Contains(t, w.event(controlPlane, "LeftInKonnect"), controlPlane.GetKonnectStatus().ID)
			assert.Len(t, w.konnect.ControlPlanes(), 1)
		})
	}
}

// TestSecretGoesWithTheRest: a controller that has seen the token deletes with it what
// is deleted together with it.
func TestSecretGoesWithTheRest(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	secret, auth := w.secret("token", w.konnect.Token), w.authOf("token")
	_, controlPlane, service, route := w.howTo()
	w.create(secret, auth, controlPlane, service, route)
	w.programmed(controlPlane, service, route)

	w.delete(secret, auth, service, controlPlane, route)
	w.gone(auth, service, controlPlane, route)
	assert.Empty(t, w.konnect.ControlPlanes())
	assert.Empty(t, w.notes(controlPlane, "LeftInKonnect"))
}

// authOf takes its token from a Secret.
func (w *world) authOf(secret string) crd.Object {
	return builder.NewAPIAuth("konnect-api-auth").Namespace(w.namespace).
		Secret(secret).ServerURL(strings.TrimPrefix(w.konnect.URL, "http://")).MustBuild()
}

func (w *world) secret(name, token string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: w.namespace, Name: name, Labels: map[string]string{provision.CredentialLabel: provision.CredentialValue},
		},
		Data: map[string][]byte{"token": []byte(token)},
	}
}

// TestRefusedTokenKeepsObjects: a token that does not work is no reason to give an
// entity up.
func TestRefusedTokenKeepsObjects(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{Drift: time.Second})
	auth, controlPlane, service, _ := w.howTo()
	w.create(auth, controlPlane, service)
	w.programmed(controlPlane, service)

	w.konnect.RevokeToken(w.konnect.Token)
	w.delete(service)
	w.event(service, "DeletionBlocked")
	if err := w.get(service); err != nil {
		t.Fatal(errors.Join(errors.New("the service is given up"), err))
	}
	w.konnect.AddToken(w.konnect.Token, controlPlane.GetKonnectStatus().ID)
	w.gone(service)
}

func slowPut(path string, delay time.Duration) konnecttest.Fault {
	return konnecttest.Fault{Method: http.MethodPut, Path: path, Effect: konnecttest.Delay(delay)}
}

// hit returns an error until a fault has struck.
func hit(fault *konnecttest.InjectedFault) error {
	if fault.Hits() == 0 {
		return errors.New("it is not being made yet")
	}
	return nil
}

// TestObjectVanishesMeanwhile takes an object away by force while its entity is being
// made: nothing of it stays.
func TestObjectVanishesMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, _ := w.howTo()
	w.create(auth, controlPlane)
	w.programmed(controlPlane)
	slow := w.konnect.Inject(slowPut("**/services/*", 2*time.Second))
	w.create(service)
	w.eventually(func() error { return hit(slow) })
	w.delete(service)
	edit(w, service, func(service crd.Object) { service.SetFinalizers(nil) })
	w.gone(service)
	w.eventually(func() error {
		if w.konnect.Count(http.MethodDelete, "/services") == 0 {
			return errors.New("it is not deleted yet")
		}
		return nil
	})
	assert.Empty(t, w.konnect.Entities(controlPlane.GetKonnectStatus().ID, "services"))
}

// TestDeletionPolicies: an object may go without its entity, or must not go.
func TestDeletionPolicies(t *testing.T) {
	w := newWorld(t)
	w.start(provision.Options{})
	auth, controlPlane, service, route := w.howTo()
	route.SetAnnotations(map[string]string{crd.DeletionPolicyAnnotation: string(crd.DeletionPolicyRetain)})
	service.SetAnnotations(map[string]string{crd.DeletionPolicyAnnotation: string(crd.DeletionPolicyProtect)})
	w.create(auth, controlPlane, service, route)
	w.programmed(controlPlane, service, route)
	id := controlPlane.GetKonnectStatus().ID

	w.delete(route)
	w.gone(route)
	assert.Len(t, w.konnect.Entities(id, "routes"), 1, "it is retained")
	w.delete(service, controlPlane)
	w.event(service, "DeletionBlocked")
	w.event(controlPlane, "DeletionBlocked")
	assert.Len(t, w.konnect.Entities(id, "services"), 1, "it is protected, from its control plane's end too")

	require.NoError(t, w.konnect.Delete(id, "routes", route.GetKonnectStatus().ID))
	edit(w, service, func(service crd.Object) {
		service.SetAnnotations(map[string]string{crd.DeletionPolicyAnnotation: string(crd.DeletionPolicyDelete)})
	})
	w.gone(service, controlPlane)
	assert.Empty(t, w.konnect.ControlPlanes())
}
