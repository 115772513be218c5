package konnect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/internal/golden"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// The pairs of testdata/<kind>: a manifest, and the request that creates its
// entity. They pin identity too: paths and references hold computed IDs, which
// must never change.

func goldenCases(t testing.TB, kind string) []string {
	t.Helper()
	cases, err := filepath.Glob(filepath.Join("testdata", kind, "*.yaml"))
	require.NoError(t, err)
	return cases
}

func decodeManifest(t testing.TB, path string) crd.Object {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	obj, err := manifest.Decode(text)
	require.NoError(t, err, path)
	return obj
}

// goldenParents are what the objects of the pairs refer to.
func goldenParents() map[string][]crd.Object {
	control := plane("gateway-control-plane").MustBuild()
	service := builder.NewService("service").ControlPlane("gateway-control-plane").Host("echo.example.com").MustBuild()
	upstream := builder.NewUpstream("upstream").ControlPlane("gateway-control-plane").MustBuild()
	alice := builder.NewConsumer("alice").ControlPlane("gateway-control-plane").Username("alice").MustBuild()
	return map[string][]crd.Object{
		"KongService":                    append([]crd.Object{control}, goldenCertificates()...),
		"KongUpstream":                   append([]crd.Object{control}, goldenCertificates()...),
		"KongRoute":                      {control, service},
		"KongTarget":                     {control, upstream},
		"KongKeySet":                     {control},
		"KongDataPlaneClientCertificate": {control},
		"KongVault":                      {control},
		"KongKey":                        {control, builder.NewKeySet("tokens").ControlPlane("gateway-control-plane").MustBuild()},
		"KongConsumer":                   {control},
		"KongConsumerGroup":              {control},
		"KongPluginBinding": {
			control, service, builder.NewRoute("route").Service("service").Paths("/").MustBuild(),
			builder.NewConsumer("alice").ControlPlane("gateway-control-plane").MustBuild(),
			builder.NewConsumerGroup("gold").ControlPlane("gateway-control-plane").MustBuild(),
			builder.NewPlugin("limit", "rate-limiting").Config(map[string]any{"minute": 5, "policy": nil}).
				InstanceName("first").Protocols("https", "http").
				Ordering(configurationv1.PluginOrdering{Before: map[string][]string{"access": {"key-auth"}}}).
				Annotation("konghq.com/tags", "three").MustBuild(),
			builder.NewClusterPlugin("everywhere", "correlation-id").MustBuild(),
		},
		"KongCredentialACL":       {control, alice},
		"KongCredentialAPIKey":    {control, alice},
		"KongCredentialBasicAuth": {control, alice},
		"KongCredentialHMAC":      {control, alice},
		"KongCredentialJWT":       {control, alice},
		"KongSNI":                 append([]crd.Object{control}, goldenCertificates()...),
		"KongCertificate":         {control, goldenSecret("pair"), goldenSecret("pair-alt")},
		"KongCACertificate":       {control, goldenSecret("authority")},
	}
}

// goldenCertificates are those that a service and an upstream may name.
func goldenCertificates() []crd.Object {
	return []crd.Object{
		builder.NewCertificate("client").ControlPlane("gateway-control-plane").KeyPair("{vault://env/cert}", "{vault://env/key}").MustBuild(),
		builder.NewCACertificate("trusted").ControlPlane("gateway-control-plane").Cert(lastingAuthority).MustBuild(),
	}
}

// goldenSecret has references to a vault in place of a key pair, and a certificate that
// does not expire.
func goldenSecret(name string) crd.Object {
	return core.NewSecret(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: crd.DefaultNamespace},
		StringData: map[string]string{
			"tls.crt": "{vault://env/" + name + "/cert}", "tls.key": "{vault://env/" + name + "/key}", "ca.crt": lastingAuthority,
		},
	})
}

// sequence gives the IDs that the server chooses.
func sequence() konnecttest.Option {
	n := 0
	return konnecttest.WithIDs(func() string {
		n++
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	})
}

// sent is a request as the golden files show it.
type sent struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body"`
}

func TestGoldenPayloads(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		for _, path := range goldenCases(t, c.kind) {
			t.Run(filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				server := konnecttest.Start(t, sequence())
				parents := goldenParents()[c.kind]
				if len(parents) > 0 {
					_, err := newClient(t, server).Ensure(t.Context(), parents)
					require.NoError(t, err)
					holdCertificate(t, server)
				}
				objects := func() []crd.Object { return append(goldenParents()[c.kind], decodeManifest(t, path)) }
				server.ResetLog()
				_, err := newClient(t, server).Ensure(t.Context(), objects())
				require.NoError(t, err)
				require.Equal(t, 1, server.Writes())
				golden.Equal(t, strings.TrimSuffix(path, ".yaml")+".json", write(t, server))

				server.ResetLog()
				_, err = newClient(t, server).Ensure(t.Context(), objects())
				require.NoError(t, err)
				assert.Zero(t, server.Writes(), "the second run")
			})
		}
	})
}

// holdCertificate puts the certificate there that objects of the pairs name by ID.
func holdCertificate(t *testing.T, server *konnecttest.Server) {
	t.Helper()
	id := must[string](server.ControlPlanes()[0]["id"])
	_, err := server.Put(id, "certificates", map[string]any{
		"id": foreignID, "cert": "{vault://env/cert}", "key": "{vault://env/key}",
	})
	require.NoError(t, err)
}

// write returns the one write that the server has seen.
func write(t *testing.T, server *konnecttest.Server) []byte {
	t.Helper()
	for _, r := range server.Requests() {
		if !r.IsWrite() {
			continue
		}
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		require.NoError(t, encoder.Encode(sent{Method: r.Method, Path: r.Path, Body: r.Body}))
		assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
		assert.Contains(t, []string{http.MethodPost, http.MethodPut}, r.Method)
		return text.Bytes()
	}
	require.Fail(t, "nothing was written")
	return nil
}

// TestGoldenPairsCoverSpecs names the fields of a spec that no pair sets.
func TestGoldenPairsCoverSpecs(t *testing.T) {
	without := map[string]string{
		"adopt":   "needs an entity that exists",
		"mirror":  "is only read",
		"members": "are written by requests of their own",
		"konnect": "names credentials",
	}
	eachKind(t, func(c kindTest) {
		t := c.T
		covered := map[string]bool{}
		for _, path := range goldenCases(t, c.kind) {
			coverFields(reflect.ValueOf(decodeManifest(t, path)).Elem().FieldByName("Spec"), "", covered)
		}
		require.NotEmpty(t, covered)
		for _, name := range []string{"minimal.yaml", "every-field.yaml"} {
			assert.FileExists(t, filepath.Join("testdata", c.kind, name))
		}
		for name, isSet := range covered {
			if without[name] == "" {
				assert.True(t, isSet, "no pair of %s sets %s", c.kind, name)
			}
		}
	})
}

// coverFields records which fields of a struct are set, by their JSON names.
// Structs below are followed; a field is covered once one value sets it.
func coverFields(value reflect.Value, prefix string, covered map[string]bool) {
	for i := range value.NumField() {
		name, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("json"), ",")
		path, field := prefix+name, value.Field(i)
		covered[path] = covered[path] || !field.IsZero()
		if field.Kind() == reflect.Pointer && !field.IsNil() {
			field = field.Elem()
		}
		if field.Kind() == reflect.Struct && !strings.Contains(path, "Ref") && path != "adopt" {
			coverFields(field, path+".", covered)
		}
	}
}

func TestGoldenPairsAreComplete(t *testing.T) {
	t.Parallel()
	for _, k := range konnect.KindsForTest() {
		for _, pattern := range []string{"yaml", "json"} {
			files, err := filepath.Glob(filepath.Join("testdata", k.GroupKind.Kind, "*."+pattern))
			require.NoError(t, err)
			assert.NotEmpty(t, files, "%s has no golden pairs", k.GroupKind.Kind)
			for _, file := range files {
				base := strings.TrimSuffix(file, "."+pattern)
				assert.FileExists(t, base+".yaml")
				assert.FileExists(t, base+".json")
			}
		}
	}
}
