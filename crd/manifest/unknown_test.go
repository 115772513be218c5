package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

func TestUnknownFields(t *testing.T) {
	t.Parallel()
	const route = `"apiVersion": "configuration.konghq.com/v1alpha1", "kind": "KongRoute", "metadata": {"name": "route"}`
	cases := map[string]struct {
		reason, object string
		want           []string
	}{
		"none":    {"decoding keeps everything", `{` + route + `, "spec": {"paths": ["/a"], "headers": {"x": ["y"]}}, "status": {}}`, nil},
		"in spec": {"a field of a newer operator", `{` + route + `, "spec": {"newSetting": {"a": 1}}}`, []string{"spec.newSetting"}},
		"everywhere": {
			"in status, in items and at the top, in order",
			`{` + route + `, "spec": {"sources": [{"ip": "10.0.0.1"}, {"mark": 1}]}, "status": {"konnect": {"region": "us"}}, "extra": true}`,
			[]string{"extra", "spec.sources[1].mark", "status.konnect.region"},
		},
		"close": {"a name that differs by case only is unknown too", `{` + route + `, "spec": {"Paths": []}}`, []string{"spec.Paths"}},
		"keys of a map": {
			"any key is known there", `{` + route + `, "spec": {"headers": {"newSetting": ["a"]}}}`, nil,
		},
		"wrong types": {"a value of another type is not an unknown field", `{` + route + `, "spec": {"paths": "/a", "newSetting": 1}}`, []string{"spec.newSetting"}},
		"metadata": {
			"what an API server adds is known",
			`{` + route[:len(route)-1] + `, "uid": "u", "resourceVersion": "1", "generation": 1, "creationTimestamp": "2026-01-01T00:00:00Z",
				"managedFields": [{"manager": "m", "operation": "Apply", "fieldsV1": {"f:spec": {}}}]}}`, nil,
		},
		"old version": {
			"the old control plane is known too",
			`{"apiVersion": "konnect.konghq.com/v1alpha1", "kind": "KonnectGatewayControlPlane", "spec": {"name": "a", "createControlPlaneRequest": {}}}`,
			[]string{"spec.createControlPlaneRequest"},
		},
		"Secret": {"core Secrets are a kind as well", `{"apiVersion": "v1", "kind": "Secret", "data": {"token": "a2V5"}, "seal": 1}`, []string{"seal"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			unknown, err := manifest.UnknownFields([]byte(c.object))
			require.NoError(t, err, c.reason)
			assert.Equal(t, c.want, unknown, c.reason)
		})
	}
}

func TestUnknownFieldsOfWhatIsNoObject(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]string{
		``:                                    "find unknown fields: invalid JSON: EOF",
		`{`:                                   "find unknown fields: invalid JSON: unexpected EOF",
		`["a"]`:                               "find unknown fields: must be an object, not a list",
		`{}`:                                  "find unknown fields: apiVersion: must be set",
		`{"a":0`:                              "find unknown fields: invalid JSON: unexpected EOF",
		`{"apiVersion": "v1", "kind": "Pod"}`: `find unknown fields: kind: unknown kind "Pod", supported are ` + supported,
		`{"apiVersion": "configuration.konghq.com/v1alpha1", "kind": "KongServiceList"}`: "find unknown fields: KongServiceList is a list",
	} {
		unknown, err := manifest.UnknownFields([]byte(object))
		require.EqualError(t, err, want)
		assert.Nil(t, unknown)
	}
}
