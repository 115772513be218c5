package manifest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

const withForeign = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
---
apiVersion: v1
kind: List
items:
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}
- {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: second}, spec: {port: 80}}
- {apiVersion: v1, kind: Secret, metadata: {name: token}}
`

func TestTakeForeignKinds(t *testing.T) {
	t.Parallel()
	var taken []string
	take := manifest.TakeForeignKinds(func(f manifest.Foreign) (bool, error) {
		if f.Kind != "Ingress" {
			return false, nil
		}
		taken = append(taken, f.String()+" "+string(f.JSON))
		return true, nil
	})
	var skipped []string
	objects, err := manifest.DecodeAll(strings.NewReader(withForeign), take,
		manifest.SkipUnknownKinds(func(s manifest.Skipped) { skipped = append(skipped, s.Kind) }))
	require.NoError(t, err)
	assert.Len(t, objects, 1, "a Secret is a kind of this module")
	assert.Equal(t, []string{"Deployment"}, skipped, "what is not taken is left out as before")
	assert.Equal(t, []string{
		`document 1, line 2: Ingress shop/web (networking.k8s.io/v1): foreign kind ` +
			`{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web","namespace":"shop"}}`,
		`document 2, line 10: Ingress second (networking.k8s.io/v1): foreign kind ` +
			`{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"second"},"spec":{"port":80}}`,
	}, taken)

	_, err = manifest.DecodeAll(strings.NewReader(withForeign), take)
	require.ErrorContains(t, err, `unknown kind "Deployment"`, "or refused as before")
	_, err = manifest.DecodeAll(strings.NewReader(withForeign), manifest.TakeForeignKinds(func(manifest.Foreign) (bool, error) {
		return false, errors.New("is not wanted")
	}))
	require.ErrorContains(t, err, "document 1, line 2: Ingress shop/web: is not wanted")
}

// TestTakeNoUnknownKinds has what is nearly an object of this module: it stays an error.
func TestTakeNoUnknownKinds(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"apiVersion: configuration.konghq.com/v1alpha1\nkind: KongRuote\nmetadata: {name: x}\n",
		"apiVersion: example.com/v1\nkind: KongRoute\nmetadata: {name: x}\n",
		"kind: Ingress\nmetadata: {name: x}\n",
		"apiVersion: configuration.konghq.com/v1\nkind: KongIngress\nmetadata: {name: x}\n",
	} {
		_, err := manifest.DecodeAll(strings.NewReader(text), manifest.TakeForeignKinds(func(f manifest.Foreign) (bool, error) {
			return true, errors.New("was taken")
		}))
		require.Error(t, err, text)
		assert.NotContains(t, err.Error(), "was taken", text)
	}
}
