package konnecttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestDeleteMissingOption(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithDeleteMissing(404))
	_, entities := c.plane(nil)
	for _, path := range []string{"/services/" + idOne, "/services/" + idOne + "/routes/" + idTwo} {
		got := c.do("DELETE", entities+path, nil)
		assert.Equal(t, 404, got.Status)
		assert.JSONEq(t, `{"code":5,"message":"","details":[]}`, got.Raw)
	}
}

func TestMissingControlPlaneOption(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		form        konnecttest.NotFoundForm
		contentType string
		key         string
	}{
		"status":  {konnecttest.NotFoundStatus, "application/json", "code"},
		"message": {konnecttest.NotFoundMessage, "application/json", "message"},
		"problem": {konnecttest.NotFoundProblem, "application/problem+json", "instance"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, konnecttest.WithMissingControlPlane(tc.form))
			for method, body := range map[string]any{"GET": nil, "POST": map[string]any{"host": "a"}} {
				got := c.do(method, planes+"/"+idOne+"/core-entities/services", body)
				assert.Equal(t, 404, got.Status)
				assert.Equal(t, tc.contentType, got.Header.Get("Content-Type"))
				assert.Contains(t, got.Body, tc.key)
			}
		})
	}
}

func TestPutByNameOption(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithPutByName(false))
	id, entities := c.plane(nil)
	got := c.do("PUT", entities+"/services/name", map[string]any{"host": "a"})
	assert.Equal(t, 400, got.Status)
	assert.Equal(t, " 'name' is not a valid uuid", got.Body["message"])
	assert.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a", "name": "name"}).Status)
	assert.Equal(t, 200, c.do("GET", entities+"/services/name", nil).Status, "reading by name stays")
	assert.Len(t, c.srv.Entities(id, "services"), 1)
}

func TestRequestLogLimitOption(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]int{0: 0, 3: 3, 100: 7} {
		c := newClient(t, konnecttest.WithRequestLogLimit(limit))
		_, entities := c.plane(nil)
		for range 7 {
			require.Equal(t, 201, c.do("POST", entities+"/services", map[string]any{"host": "a"}).Status)
		}
		kept := c.srv.Requests()
		assert.Len(t, kept, want)
		if want > 0 {
			assert.Equal(t, 7, kept[want-1].Number, "the last ones are kept, oldest first")
			assert.Equal(t, 8-want, kept[0].Number)
			assert.Equal(t, 201, kept[0].Status)
		}
		assert.Equal(t, 7, c.srv.Writes(), "counters are exact all the same")
		assert.Equal(t, 7, c.srv.Count("POST", "/services"))
		assert.Equal(t, 7, c.srv.CountStatus(201))
	}
}
