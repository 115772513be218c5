package konnecttest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// pins is a control plane of a kind and the path of its data plane certificates.
func pins(t *testing.T, clusterType string, opts ...konnecttest.Option) (c *client, path string) {
	t.Helper()
	c = newClient(t, opts...)
	_, entities := c.plane(body{"cluster_type": clusterType})
	return c, strings.TrimSuffix(entities, "core-entities") + "dp-client-certificates"
}

func TestDataPlaneCertificates(t *testing.T) {
	t.Parallel()
	pair := konnecttest.SelfSigned()
	for _, clusterType := range []string{
		"CLUSTER_TYPE_CONTROL_PLANE", "CLUSTER_TYPE_CONTROL_PLANE_GROUP", "CLUSTER_TYPE_K8S_INGRESS_CONTROLLER",
	} {
		c, path := pins(t, clusterType)
		created := c.do("POST", path, body{"cert": pair.Certificate})
		require.Equal(t, 201, created.Status, "data planes connect to all of them")
		item := created.Body["item"].(body)
		one := path + "/" + item["id"].(string)
		assert.Equal(t, created.Body, c.do("GET", one, nil).Body)
		titled := c.put(one, body{"cert": pair.Certificate, "title": "edge"}).Body["item"].(body)
		assert.Equal(t, "edge", titled["title"])
		assert.Equal(t, item["id"], titled["id"])
		assert.Equal(t, []any{titled}, c.do("GET", path, nil).Body["items"])
		assert.Equal(t, 204, c.do("DELETE", one, nil).Status)
		assert.Equal(t, 404, c.do("GET", one, nil).Status)
	}
}

func TestDataPlaneCertificateErrors(t *testing.T) {
	t.Parallel()
	pair := konnecttest.SelfSigned()
	c, path := pins(t, "CLUSTER_TYPE_CONTROL_PLANE")
	for reason, tc := range map[string]struct {
		method, path string
		body         any
		status       int
		message      string
	}{
		"no certificate":   {"POST", path, body{"title": "t"}, 400, "cert: is required"},
		"no PEM":           {"POST", path, body{"cert": "x"}, 400, "invalid certificate"},
		"no tags":          {"POST", path, body{"cert": pair.Certificate, "tags": strs("a")}, 400, "unknown field"},
		"PUT creates none": {"PUT", path + "/" + idOne, body{"cert": pair.Certificate}, 404, "not found"},
		"an absent one":    {"GET", path + "/" + idOne, nil, 404, "not found"},
		"an absent plane":  {"GET", strings.Replace(path, "/v2/control-planes/", "/v2/control-planes/"+idOne+"/../", 1), nil, 404, ""},
		"not an ID":        {"PUT", path + "/x", body{"cert": pair.Certificate}, 400, "uuid"},
		"no JSON":          {"POST", path, "x", 400, "invalid character"},
	} {
		got := c.do(tc.method, tc.path, tc.body)
		assert.Equal(t, tc.status, got.Status, reason)
		if tc.message != "" {
			assert.Contains(t, got.Body["message"], tc.message, reason)
			assert.Len(t, got.Body, 1, reason)
		}
	}
	assert.JSONEq(t, `{"message":"Unauthorized"}`, c.as("kpat_wrong").do("GET", path, nil).Raw)
	c.srv.Inject(konnecttest.Fault{Effect: konnecttest.FailBefore(500)})
	assert.JSONEq(t, `{"message":"Internal Server Error"}`, c.do("GET", path, nil).Raw)

	for range 32 {
		require.Equal(t, 201, c.do("POST", path, body{"cert": pair.Certificate, "id": idOne}).Status, "the ID is the server's choice")
	}
	full := c.do("POST", path, body{"cert": pair.Certificate})
	assert.Equal(t, 403, full.Status)
	assert.Contains(t, full.Body["message"], "the limit of dp-client-certificates is reached")
}

func TestDataPlaneCertificateOptions(t *testing.T) {
	t.Parallel()
	pair, other := konnecttest.SelfSigned(), konnecttest.SelfSigned()
	for status, want := range map[int]int{0: 201, 400: 400, 409: 409} {
		c, path := pins(t, "CLUSTER_TYPE_CONTROL_PLANE", konnecttest.WithDuplicatePin(status))
		require.Equal(t, 201, c.do("POST", path, body{"cert": pair.Certificate}).Status)
		assert.Equal(t, want, c.do("POST", path, body{"cert": "\n" + pair.Certificate}).Status, "the certificate counts, not its text")
		assert.Equal(t, 201, c.do("POST", path, body{"cert": other.Certificate}).Status)
	}
	for want, opts := range map[int][]konnecttest.Option{200: nil, 400: {konnecttest.WithFixedPins()}} {
		c, path := pins(t, "CLUSTER_TYPE_CONTROL_PLANE", opts...)
		one := path + "/" + c.do("POST", path, body{"cert": pair.Certificate}).Body["item"].(body)["id"].(string)
		assert.Equal(t, 200, c.do("PUT", one, body{"cert": pair.Certificate + "\n", "title": "t"}).Status)
		assert.Equal(t, want, c.do("PUT", one, body{"cert": other.Certificate}).Status)
	}
}
