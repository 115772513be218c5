package manifest_test

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/internal/golden"
)

func meta(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name, Namespace: "kong"} }

func encode(t *testing.T, objects ...crd.Object) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, manifest.Encode(&out, objects...))
	return out.String()
}

func service(name string) *configurationv1alpha1.KongService {
	return &configurationv1alpha1.KongService{
		ObjectMeta: meta(name),
		Spec: configurationv1alpha1.KongServiceSpec{
			Host: "echo.kong.svc.cluster.local",
			ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{
				Type:                 commonv1alpha1.ControlPlaneRefKonnectNamespacedRef,
				KonnectNamespacedRef: &commonv1alpha1.KonnectNamespacedRef{Name: "gateway-control-plane"},
			},
		},
	}
}

func TestEncodeGolden(t *testing.T) {
	t.Parallel()
	programmed := service("programmed")
	programmed.Labels = map[string]string{"team": "a"}
	programmed.Spec.Enabled, programmed.Spec.Port = new(false), new(int64(0))
	programmed.Spec.Tags = commonv1alpha1.Tags{}
	programmed.SetKonnectStatus(crd.KonnectStatus{ID: "8a4a0b7e-0000-4000-8000-000000000001", ControlPlaneID: "cp"})
	programmed.SetConditions([]metav1.Condition{{
		Type: crd.ConditionProgrammed, Status: metav1.ConditionTrue, Reason: "Programmed",
		LastTransitionTime: metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), ObservedGeneration: 2,
	}})
	pending := service("pending")
	pending.Default()
	upstream := &configurationv1alpha1.KongUpstream{
		ObjectMeta: meta("upstream"),
		Spec: configurationv1alpha1.KongUpstreamSpec{
			Name: new("upstream"),
			Healthchecks: &configurationv1alpha1.Healthchecks{
				Threshold: new(12.5),
				Passive: &configurationv1alpha1.PassiveHealthchecks{
					Type:    new("http"),
					Healthy: &configurationv1alpha1.PassiveHealthy{Successes: new(int64(0)), HTTPStatuses: []int64{200, 201}},
				},
			},
		},
	}
	auth := &konnectv1alpha1.KonnectAPIAuthConfiguration{
		ObjectMeta: meta("auth"),
		Spec: konnectv1alpha1.KonnectAPIAuthConfigurationSpec{
			Type: konnectv1alpha1.APIAuthTypeToken, Token: new(crd.SecretString("kpat_example")), ServerURL: "us.api.konghq.com",
		},
	}
	cp := &konnectv1alpha2.KonnectGatewayControlPlane{
		ObjectMeta: meta("cp"),
		Spec: konnectv1alpha2.KonnectGatewayControlPlaneSpec{
			CreateControlPlaneRequest: &konnectv1alpha2.CreateControlPlaneRequest{
				Name: "cp", Description: new("on: two\nlines"), Labels: map[string]string{"yes": "no", "version": "1.0"},
				ProxyURLs: []konnectv1alpha2.ProxyURL{{Host: "proxy.example.com", Port: 443, Protocol: "https"}},
			},
		},
	}
	secret := core.NewSecret(&corev1.Secret{
		ObjectMeta: meta("token"), Data: map[string][]byte{"token": []byte("kpat_example")},
		StringData: map[string]string{"other": "spat_example"},
	})
	grant := &configurationv1alpha1.KongReferenceGrant{
		ObjectMeta: meta("grant"),
		Spec: configurationv1alpha1.KongReferenceGrantSpec{
			From: []configurationv1alpha1.ReferenceGrantFrom{{Group: "configuration.konghq.com", Kind: "KongVault"}},
			To:   []configurationv1alpha1.ReferenceGrantTo{{Group: "core", Kind: "Secret", Name: new("token")}},
		},
	}
	got := encode(t, programmed, pending, upstream, auth, cp, secret, grant)
	golden.Equal(t, "testdata/encode.golden.yaml", got)
	assert.NotContains(t, got, "creationTimestamp")
	assert.NotContains(t, got, "null")

	objects, err := manifest.DecodeAll(strings.NewReader(got))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(got, encode(t, objects[0])+"---\n"), "what was read is written the same way again")
	decoded := as[*configurationv1alpha1.KongService](t, objects[0])
	assert.NotNil(t, decoded.Spec.Tags, "an empty list that is set stays set")
	assert.Equal(t, programmed.Status.Konnect, decoded.Status.Konnect)
}

func TestEncodeHowToGolden(t *testing.T) {
	t.Parallel()
	objects, err := manifest.DecodeAll(strings.NewReader(readFile(t, "testdata/how-to.yaml")))
	require.NoError(t, err)
	golden.Equal(t, "testdata/how-to.golden.yaml", encode(t, objects...))
}

func TestEncodeStatus(t *testing.T) {
	t.Parallel()
	empty, pending, known := service("s"), service("s"), service("s")
	pending.Default()
	known.Default()
	known.SetKonnectStatus(crd.KonnectStatus{ID: "a"})
	auth := &konnectv1alpha1.KonnectAPIAuthConfiguration{ObjectMeta: meta("a")}
	auth.Default()
	odd := &konnectv1alpha1.KonnectAPIAuthConfiguration{ObjectMeta: meta("a")}
	odd.SetConditions(crd.PendingConditions())
	for _, c := range []struct {
		reason string
		obj    crd.Object
		kept   bool
	}{
		{"an empty status says nothing", empty, false},
		{"the default is filled in by the cluster", pending, false},
		{"an ID must not get lost", known, true},
		{"each kind has a default of its own", auth, false},
		{"the default of another kind is not this one's", odd, true},
	} {
		assert.Equal(t, c.kept, strings.Contains(encode(t, c.obj), "\nstatus:\n"), c.reason)
	}
}

func TestEncodeLeavesObjectsAlone(t *testing.T) {
	t.Parallel()
	obj := service("s")
	before := obj.DeepCopy()
	encode(t, obj)
	assert.Equal(t, before, obj)
}

// Text that YAML would take for something else must survive.
func TestEncodeText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "\n", "\n\n a", "a\n", " a\nb ", "a\n\n", "\ta", "a\t", "yes", "No", "on", "y", "null", "~", "true", "1", "1_000", "010", "0o10", "0x1f", "0b1",
		"1e3", "1e+3", "+1", "-1", ".5", "5.", ".inf", "-.INF", ".nan", "1:30", "2026-01-02", "2026-01-02T03:04:05Z", "=", "<<", "-", "- a", "? a", ": a", "a: b", "a #b",
		"#a", "&a", "*a", "!a", "!!int 1", "|", ">", "%a", "@a", "`a`", "'", "\"", "\\", "{a}", "[a]", "a,b", "---", "...", "a\n---\nb", "a\n...\nb", "\u0000", "\u0007", "\u007f", "\u0085",
		"\u2028", "\ufeff", "\uffff", "é", "😀", "a\r\nb", "\r", strings.Repeat("word ", 100), "  a\n b", "a\n  b\nc", "a \nb", "a\n\tb",
	} {
		obj := service("s")
		obj.Spec.Name = &text
		obj.Annotations = map[string]string{text: text}
		got, err := manifest.Decode([]byte(encode(t, obj)))
		require.NoError(t, err, "%q", text)
		assert.Equal(t, text, *as[*configurationv1alpha1.KongService](t, got).Spec.Name)
		assert.Equal(t, map[string]string{text: text}, got.GetAnnotations())
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("gone") }

func TestEncodeErrors(t *testing.T) {
	t.Parallel()
	require.EqualError(t, manifest.Encode(brokenWriter{}, service("s")), "write manifests: gone")
	var none *configurationv1alpha1.KongService
	require.EqualError(t, manifest.Encode(&bytes.Buffer{}, none), "encode manifest: object is nil")
	require.EqualError(t, manifest.Encode(&bytes.Buffer{}, nil), "encode manifest: object is nil")
	upstream := &configurationv1alpha1.KongUpstream{ObjectMeta: meta("u")}
	upstream.Spec.Healthchecks = &configurationv1alpha1.Healthchecks{Threshold: new(math.Inf(1))}
	require.EqualError(t, manifest.Encode(&bytes.Buffer{}, upstream), "encode KongUpstream kong/u: json: unsupported value: +Inf")
	require.NoError(t, manifest.Encode(brokenWriter{}), "nothing is written for no object")
}
