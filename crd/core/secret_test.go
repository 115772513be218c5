package core_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
)

func ExampleNewSecret() {
	secret := core.NewSecret(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "konnect-token", Namespace: "kong"},
		StringData: map[string]string{"token": "kpat_example"},
	})
	token, found := secret.Value("token")
	fmt.Println(secret, token, found, token.Reveal())
	// Output:
	// Secret kong/konnect-token [redacted] true kpat_example
}

func TestValue(t *testing.T) {
	t.Parallel()
	secret := core.NewSecret(&corev1.Secret{
		Data:       map[string][]byte{"token": []byte("old"), "other": []byte("kept")},
		StringData: map[string]string{"token": "new"},
	})
	for name, want := range map[string]struct {
		value  string
		found  bool
		reason string
	}{
		"token":  {"new", true, "an API server lets stringData win"},
		"other":  {"kept", true, "data alone counts"},
		"absent": {"", false, "what is not there is not found"},
	} {
		value, found := secret.Value(name)
		assert.Equal(t, want.value, value.Reveal(), want.reason)
		assert.Equal(t, want.found, found, want.reason)
	}
}

func TestDataIsNeverPrinted(t *testing.T) {
	t.Parallel()
	secret := core.NewSecret(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "konnect-token"},
		Data:       map[string][]byte{"token": []byte("kpat_example")},
		StringData: map[string]string{"token": "kpat_example"},
	})
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(handler).Info("secret", "pointer", secret, "value", *secret)
	}
	fmt.Fprintf(&out, "%v %+v %#v %s %v %+v %#v", secret, secret, secret, secret, *secret, *secret, *secret)
	assert.NotContains(t, out.String(), "kpat_example")
	assert.NotContains(t, out.String(), "107 112 97 116", "nor as a list of bytes")
	assert.Contains(t, out.String(), "Secret default/konnect-token")
}

func TestObject(t *testing.T) {
	t.Parallel()
	var obj crd.Object = core.NewSecret(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "konnect-token"}})
	obj.Default()
	assert.Equal(t, corev1.SchemeGroupVersion.WithKind("Secret"), obj.GetObjectKind().GroupVersionKind())
	assert.Empty(t, obj.References())
	assert.Empty(t, obj.Validate())
	assert.Empty(t, obj.ValidateUpdate(obj))
	obj.SetConditions(crd.PendingConditions())
	assert.Empty(t, obj.GetConditions(), "a Secret keeps no conditions")
	obj.SetKonnectStatus(crd.KonnectStatus{ID: "x"})
	assert.Zero(t, obj.GetKonnectStatus(), "nor an entity")
	dup, ok := obj.DeepCopyObject().(*core.Secret)
	assert.True(t, ok)
	dup.Name = "other"
	assert.Equal(t, "konnect-token", obj.GetName(), "a copy shares nothing")
}
