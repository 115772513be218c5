package konnecttest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const otherOrganization = "5b0f3c86-8f0c-4a47-9a0c-0b7f6f1f3d11"

func TestFamiliesOfErrors(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)

	for name, tc := range map[string]struct {
		reason      string
		token       string
		method      string
		path        string
		status      int
		contentType string
		body        string
	}{
		"control plane without token": {
			reason: "control planes speak problem+json",
			method: "GET", path: "/v2/control-planes", status: 401, contentType: "application/problem+json", body: `"title":"Unauthenticated"`,
		},
		"identity with wrong token": {
			reason: "identity speaks problem+json",
			token:  "wrong", method: "GET", path: "/v3/organizations/me", status: 401, contentType: "application/problem+json", body: `"detail":"A valid token is required"`,
		},
		"core entity without token": {
			reason: "the gateway in front answers in its own form",
			method: "GET", path: entities + "/services", status: 401, contentType: "application/json", body: `{"message":"Unauthorized","status":401}`,
		},
		"flat targets without token": {
			reason: "the API document gives this one list problem errors",
			method: "GET", path: entities + "/targets", status: 401, contentType: "application/problem+json", body: `"status":401`,
		},
		"unknown path": {
			reason: "paths outside the API are not found",
			token:  konnecttest.DefaultToken, method: "GET", path: "/v2/nothing", status: 404, contentType: "application/problem+json", body: `"status":404`,
		},
		"unknown collection": {
			reason: "below core-entities the error is plain JSON",
			token:  konnecttest.DefaultToken, method: "GET", path: entities + "/nothing", status: 404, contentType: "application/json", body: `"code":5`,
		},
		"empty control plane ID": {
			reason: "a client with an empty ID must not be redirected to some other path",
			token:  konnecttest.DefaultToken, method: "GET", path: "/v2/control-planes//core-entities/services", status: 404, contentType: "application/json", body: `"code":5`,
		},
		"method of a control plane": {
			reason: "there is no PUT on a control plane",
			token:  konnecttest.DefaultToken, method: "PUT", path: "/v2/control-planes/" + id, status: 405, contentType: "application/problem+json", body: `"status":405`,
		},
		"method of an entity": {
			reason: "there is no PATCH on core entities",
			token:  konnecttest.DefaultToken, method: "PATCH", path: entities + "/services/x", status: 405, contentType: "application/json", body: `"message"`,
		},
		"write of a listed collection": {
			reason: "collections that are only listed take no writes",
			token:  konnecttest.DefaultToken, method: "POST", path: entities + "/partials", status: 404, contentType: "application/json", body: `"code":5`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.as(tc.token).do(tc.method, tc.path, nil)
			assert.Equal(t, tc.status, got.Status, tc.reason)
			assert.Equal(t, tc.contentType, got.Header.Get("Content-Type"), tc.reason)
			assert.Contains(t, got.Raw, tc.body, tc.reason)
		})
	}
	assert.Equal(t, "DELETE, GET, PATCH", c.do("PUT", "/v2/control-planes/"+id, nil).Header.Get("Allow"))
}

func TestProblemsCarryATrace(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	first := c.as("").do("GET", "/v2/control-planes", nil).Body["instance"]
	second := c.as("").do("GET", "/v2/control-planes", nil).Body["instance"]
	assert.Regexp(t, `^kong:trace:\d{19}$`, first)
	assert.NotEqual(t, first, second, "the trace is that of one request")
}

func TestOrganizationsSeeTheirOwn(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithToken("kpat_other", otherOrganization))
	other := c.as("kpat_other")
	id, entities := c.plane(nil)

	assert.Equal(t, 404, other.do("GET", "/v2/control-planes/"+id, nil).Status)
	assert.Equal(t, 404, other.do("GET", entities+"/services", nil).Status)
	assert.Empty(t, other.do("GET", "/v2/control-planes", nil).Body["data"])
	assert.Equal(t, 201, other.do("POST", "/v2/control-planes", map[string]any{"name": "cp"}).Status, "names are unique in one organization only")
	assert.Len(t, c.do("GET", "/v2/control-planes", nil).Body["data"], 1)
	assert.Len(t, c.srv.ControlPlanes(), 2)
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithToken("spat_system", otherOrganization))

	org := c.do("GET", "/v3/organizations/me", nil)
	require.Equal(t, 200, org.Status)
	assert.Equal(t, konnecttest.DefaultOrganizationID, org.Body["id"])
	assert.Equal(t, "active", org.Body["state"])
	assert.Equal(t, otherOrganization, c.as("spat_system").do("GET", "/v3/organizations/me", nil).Body["id"])

	user := c.do("GET", "/v3/users/me", nil)
	require.Equal(t, 200, user.Status)
	assert.Equal(t, true, user.Body["active"])
	assert.Equal(t, org.Body["owner_id"], user.Body["id"])
	assert.Equal(t, 401, c.as("spat_system").do("GET", "/v3/users/me", nil).Status, "a system account has no user")
}

func TestTokensComeAndGo(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.srv.AddToken("kpat_next", konnecttest.DefaultOrganizationID)
	c.srv.RevokeToken(c.srv.Token)
	assert.Equal(t, 401, c.do("GET", "/v2/control-planes", nil).Status)
	assert.Equal(t, 200, c.as("kpat_next").do("GET", "/v2/control-planes", nil).Status)
}

func TestBodies(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)

	for name, tc := range map[string]struct {
		reason, body, message string
	}{
		"not JSON":       {"a body must be JSON", `{`, "unexpected EOF"},
		"no body":        {"a write needs a body", ``, "EOF"},
		"null":           {"null is no entity", `null`, "not an object"},
		"a list":         {"an entity is an object", `[]`, "cannot unmarshal array"},
		"two objects":    {"one entity a request", `{"host":"a"} {}`, "after the object"},
		"unknown fields": {"unknown fields are refused, named in order", `{"host":"a","zeta":1,"beta":1}`, `unknown field "beta, zeta"`},
		"unknown in a reference": {
			"so are those within an object", `{"host":"a","client_certificate":{"name":"x"}}`, `unknown field "client_certificate.name"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.do("POST", entities+"/services", tc.body)
			require.Equal(t, 400, got.Status, tc.reason)
			assert.InDelta(t, 3, got.Body["code"], 0)
			assert.Contains(t, got.Body["message"], tc.message, tc.reason)
			assert.Empty(t, got.Body["details"])
		})
	}
	assert.Empty(t, c.srv.Entities(strings.Split(entities, "/")[3], "services"))
}

func TestContentTypeOfRequests(t *testing.T) {
	t.Parallel()
	srv := konnecttest.Start(t)
	for contentType, status := range map[string]int{
		"application/json":                  201,
		"application/json; charset=utf-8":   201,
		"application/x-www-form-urlencoded": 415,
	} {
		body := strings.NewReader(`{"name":"` + strings.NewReplacer("/", "-", ";", "", " ", "", "=", "").Replace(contentType) + `"}`)
		r, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+"/v2/control-planes", body)
		require.NoError(t, err)
		r.Header.Set("Authorization", "bearer "+srv.Token)
		r.Header.Set("Content-Type", contentType)
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		assert.Equal(t, status, read(t, res).Status, contentType)
	}
}

func TestTooLargeBody(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	got := c.do("POST", "/v2/control-planes", strings.Repeat(" ", 9<<20))
	assert.Equal(t, 413, got.Status)
}
