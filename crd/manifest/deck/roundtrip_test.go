package deck_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/crd/manifest/deck"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/internal/samples"
)

// unspeakable are the samples that no decK file can express, and what is said of them.
func unspeakable() map[string]string {
	return map[string]string{
		"KongDataPlaneClientCertificate/least": "decK knows no client certificates of data planes",
		"KongDataPlaneClientCertificate/most":  "decK knows no client certificates of data planes",
		"KongCertificate/most":                 "decK knows no second certificate",
		"KongCertificate/referring":            "decK knows no second certificate",
		"KongCredentialHMAC/least":             "spec.secret: must be set",
		"KongCredentialJWT/least":              "spec.key: must be set",
		"KongConsumer/most":                    "credentials[0]: Secret default/key needs the label konghq.com/credential",
		"KongPluginBinding/kubernetes":         "konnect has no entity of a Service",
		"KongUpstream/least":                   "spec.name: must be set",
		"KongUpstream/certificate":             "spec.name: must be set",
		"KongRoute/least":                      "no control plane",
		"KongConsumer/elsewhere":               "no control plane",
		"KongConsumerGroup/elsewhere":          "no control plane",
		"KongVault/kic":                        "control plane",
	}
}

// TestSamplesRoundTrip encodes each sample of each kind, with what it refers to, decodes the
// file, and encodes the objects that it finds: the file is the same again.
func TestSamplesRoundTrip(t *testing.T) {
	t.Parallel()
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	for _, kind := range kinds {
		if !deck.HasRowForTest(kind.Kind) {
			continue // TestEveryKindIsEncoded says why
		}
		documents, err := samples.Documents(kind.Kind)
		require.NoError(t, err)
		for _, document := range documents {
			document = regexp.MustCompile(`((?:timeout|interval): \d+)\.\d+`).ReplaceAll(document, []byte("$1")) // decK takes no others
			object, err := manifest.Decode(document)
			require.NoError(t, err)
			t.Run(kind.Kind+"/"+object.GetName(), func(t *testing.T) {
				t.Parallel()
				var first bytes.Buffer
				err := deck.Encode(&first, closure(t, object), deck.WithSecrets())
				if reason := unspeakable()[kind.Kind+"/"+object.GetName()]; reason != "" {
					require.ErrorContains(t, err, reason)
					return
				}
				require.NoError(t, err)
				file, err := deck.Decode(bytes.NewReader(first.Bytes()))
				if kind.Kind == "KongKey" && object.GetName() == "pair" {
					require.ErrorContains(t, err, "set: names one of key_sets that is not in the file", "it names one by its ID")
					return
				}
				require.NoError(t, err, "%s", &first)
				plane := builder.NewGatewayControlPlane(file.ControlPlaneName).MustBuild()
				assert.Equal(t, without(first.String()), without(encoded(t, append(file.Objects, plane), deck.WithSecrets())))
			})
		}
	}
}

// without has no IDs, which depend on the names of objects.
func without(file string) string {
	return regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).ReplaceAllString(file, "ID")
}

// closure is an object with all that it refers to, made of the least samples, and grants.
func closure(t *testing.T, object crd.Object) []crd.Object {
	t.Helper()
	all := []crd.Object{inOnePlane(t, object, false)}
	done := map[crd.Key]bool{crd.KeyOf(object): true}
	for i := 0; i < len(all); i++ {
		for n, ref := range all[i].References() {
			from := crd.KeyOf(all[i])
			if ref.To.Namespace != from.Namespace && !ref.Granted {
				all = append(all, grant(from, ref.To, string(rune('a'+i))+string(rune('a'+n))))
			}
			if !done[ref.To] {
				done[ref.To] = true
				all = append(all, sample(t, ref.To))
			}
		}
	}
	return all
}

func grant(from, to crd.Key, name string) crd.Object {
	g := &configurationv1alpha1.KongReferenceGrant{ObjectMeta: metav1.ObjectMeta{Namespace: to.Namespace, Name: name}}
	g.Spec.From = []configurationv1alpha1.ReferenceGrantFrom{{Group: from.Group, Kind: from.Kind, Namespace: from.Namespace}}
	g.Spec.To = []configurationv1alpha1.ReferenceGrantTo{{Group: cmp.Or(to.Group, "core"), Kind: to.Kind}}
	return g
}

// sample is an object of a key.
func sample(t *testing.T, key crd.Key) crd.Object {
	t.Helper()
	if key.Kind == crd.SecretKind {
		return core.NewSecret(&corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
			StringData: map[string]string{"password": `"example"`, "config": `{"a":1}`, "ca.crt": "ca", "tls.crt": "crt", "tls.key": "example", "token": "kpat_example"},
		})
	}
	documents, err := samples.Documents(key.Kind)
	require.NoError(t, err)
	object, err := manifest.Decode(documents[0])
	require.NoError(t, err)
	object.SetNamespace(key.Namespace)
	object.SetName(key.Name)
	return inOnePlane(t, object, true)
}

// inOnePlane is an object whose control plane is that of all others, if it names one; it does,
// and has a name in Konnect, where that is asked for.
func inOnePlane(t *testing.T, object crd.Object, always bool) crd.Object {
	t.Helper()
	text, err := json.Marshal(object)
	require.NoError(t, err)
	fields := map[string]any{}
	require.NoError(t, json.Unmarshal(text, &fields))
	spec, _ := fields["spec"].(map[string]any)
	if kind := object.GVK().Kind; spec["controlPlaneRef"] != nil && kind != "KongVault" || always && kind == "KongRoute" {
		spec["controlPlaneRef"] = map[string]any{"type": "konnectNamespacedRef", "konnectNamespacedRef": map[string]any{"name": "cp", "namespace": "gateways"}}
	}
	if always && object.GVK().Kind == "KongUpstream" {
		spec["name"] = "upstream"
	}
	text, err = json.Marshal(fields)
	require.NoError(t, err)
	changed, err := manifest.Decode(text)
	require.NoError(t, err)
	return changed
}

// TestMarksKeepNames has objects come back under their own names from a file with marks.
func TestMarksKeepNames(t *testing.T) {
	t.Parallel()
	objects := []crd.Object{
		builder.NewGatewayControlPlane("cp").Mirror("0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a12").MustBuild(),
		builder.NewService("one").SpecName("shop").Host("a.example").ControlPlane("cp").MustBuild(),
		builder.NewRoute("two").SpecName("basket").Paths("/").Service("one").MustBuild(),
		builder.NewConsumer("three").Username("alice").ControlPlane("cp").MustBuild(),
		builder.NewCredentialACL("four").Group("admins").Consumer("three").MustBuild(),
	}
	file, err := deck.Decode(strings.NewReader(encoded(t, objects, deck.WithOwner("team-k"))), deck.InControlPlane("", "cp"))
	require.NoError(t, err)
	var before, after []string
	for _, object := range objects[1:] {
		before = append(before, crd.KeyOf(object).String())
	}
	for _, object := range file.Objects {
		after = append(after, crd.KeyOf(object).String())
	}
	assert.ElementsMatch(t, before, after)
}
