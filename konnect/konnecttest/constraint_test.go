package konnecttest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const detailType = "type.googleapis.com/kong.admin.model.v1.ErrorDetail"

func constraint(fieldName, message string) string {
	if fieldName != "" {
		fieldName = `"field":"` + fieldName + `",`
	}
	return `{"code":3,"message":"data constraint error","details":[{"@type":"` + detailType + `","type":"ERROR_TYPE_REFERENCE",` +
		fieldName + `"messages":["` + message + `"]}]}`
}

func TestUniqueNames(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	bodies := map[string]map[string]any{
		"/services":  {"host": "a", "name": "x"},
		"/routes":    {"paths": strs("/"), "name": "x"},
		"/upstreams": {"name": "x"},
	}
	for path, body := range bodies {
		require.Equal(t, 201, c.do("POST", entities+path, body).Status, path)
		for _, got := range []answer{
			c.do("POST", entities+path, body),
			c.do("PUT", entities+path+"/"+idOne, body),
		} {
			assert.Equal(t, 400, got.Status, path)
			assert.JSONEq(t, constraint("name", "name (type: unique) constraint failed"), got.Raw)
		}
	}
	require.Equal(t, 201, c.do("POST", entities+"/routes", map[string]any{"paths": strs("/"), "name": "X"}).Status, "names are case-sensitive")

	for range 2 {
		require.Equal(t, 201, c.do("POST", entities+"/services", map[string]any{"host": "a"}).Status, "null names never collide")
	}
	_, other := c.plane(map[string]any{"name": "other"})
	assert.Equal(t, 201, c.do("POST", other+"/services", bodies["/services"]).Status, "unique in one control plane only")
}

func TestUniqueIDs(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	body := map[string]any{"id": idOne, "host": "a"}
	require.Equal(t, 201, c.do("POST", entities+"/services", body).Status)
	got := c.do("POST", entities+"/services", body)
	assert.Equal(t, 400, got.Status)
	assert.JSONEq(t, constraint("id", "id (type: primary) constraint failed"), got.Raw)
}

func TestUniqueTargets(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	for _, upstream := range []string{"one", "two"} {
		require.Equal(t, 200, c.do("PUT", entities+"/upstreams/"+upstream, map[string]any{}).Status)
		require.Equal(t, 201, c.do("POST", entities+"/upstreams/"+upstream+"/targets", map[string]any{"target": "a"}).Status,
			"an address may be in several upstreams")
	}
	got := c.do("POST", entities+"/upstreams/one/targets", map[string]any{"target": "a:8000"})
	assert.JSONEq(t, constraint("target", "target (type: unique) constraint failed"), got.Raw)
}

func TestNamesAreFreed(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	require.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a", "name": "x"}).Status)
	require.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a", "name": "y"}).Status)
	require.Equal(t, 200, c.do("PUT", entities+"/services/"+idTwo, map[string]any{"host": "a", "name": "x"}).Status, "by a new name")
	require.Equal(t, 204, c.do("DELETE", entities+"/services/"+idOne, nil).Status)
	require.Equal(t, 201, c.do("POST", entities+"/services", map[string]any{"host": "a", "name": "y"}).Status, "by deletion")
}

func TestForeignKeys(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	_, other := c.plane(map[string]any{"name": "other"})
	require.Equal(t, 200, c.do("PUT", other+"/services/"+idOne, map[string]any{"host": "a"}).Status)

	route := map[string]any{"paths": strs("/"), "service": map[string]any{"id": idOne}}
	want := constraint("service.id", "service.id (type: foreign) constraint failed")
	for _, got := range []answer{
		c.do("POST", entities+"/routes", route),
		c.do("PUT", entities+"/routes/"+idTwo, route),
		c.do("POST", entities+"/services/"+idOne+"/routes", map[string]any{"paths": strs("/")}),
		c.do("POST", entities+"/services/no-name/routes", map[string]any{"paths": strs("/")}),
	} {
		assert.Equal(t, 400, got.Status, "references do not leave their control plane")
		assert.JSONEq(t, want, got.Raw)
	}
	got := c.do("PUT", entities+"/upstreams/"+idOne+"/targets/"+idTwo, map[string]any{"target": "a"})
	assert.JSONEq(t, constraint("upstream.id", "upstream.id (type: foreign) constraint failed"), got.Raw)
}

func TestServiceWithRoutesStays(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	require.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a"}).Status)
	require.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne+"/routes/"+idTwo, map[string]any{"paths": strs("/")}).Status)

	got := c.do("DELETE", entities+"/services/"+idOne, nil)
	assert.Equal(t, 400, got.Status)
	assert.JSONEq(t, constraint("", "constraint failed (type: foreign) as route references this value"), got.Raw)

	require.Equal(t, 200, c.do("PUT", entities+"/routes/"+idTwo, map[string]any{"paths": strs("/")}).Status, "a PUT without service detaches")
	assert.Equal(t, 204, c.do("DELETE", entities+"/services/"+idOne, nil).Status)
}

func TestCascades(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	require.Equal(t, 200, c.do("PUT", entities+"/upstreams/one", map[string]any{}).Status)
	require.Equal(t, 200, c.do("PUT", entities+"/upstreams/"+idTwo, map[string]any{"name": "two"}).Status)
	for address, upstream := range map[string]string{"a": "one", "b": "two", "c": "two"} {
		body := map[string]any{"target": address}
		require.Equal(t, 201, c.do("POST", entities+"/upstreams/"+upstream+"/targets", body).Status)
	}
	require.Equal(t, 204, c.do("DELETE", entities+"/upstreams/"+idTwo, nil).Status)
	assert.Len(t, c.srv.Entities(id, "targets"), 1, "an upstream takes its targets with it")

	require.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a"}).Status)
	_, err := c.srv.Put(id, "plugins", map[string]any{"name": "cors", "service": map[string]any{"id": idOne}})
	require.NoError(t, err)
	require.Equal(t, 204, c.do("DELETE", entities+"/services/"+idOne, nil).Status)
	assert.Empty(t, c.srv.Entities(id, "plugins"), "a service takes its plugins with it")

	consumer, err := c.srv.Put(id, "consumers", map[string]any{"username": "u"})
	require.NoError(t, err)
	_, err = c.srv.Put(id, "key-auths", map[string]any{"key": "k", "consumer": map[string]any{"id": consumer["id"]}})
	require.NoError(t, err)
	require.NoError(t, c.srv.Delete(id, "consumers", consumer["id"].(string)))
	assert.Empty(t, c.srv.Entities(id, "key-auths"), "a consumer takes its credentials with it")
}

func TestEntityLimits(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]float64{403: 7, 400: 3, 429: 8} {
		c := newClient(t, konnecttest.WithEntityLimit("services", 1), konnecttest.WithEntityLimitStatus(status))
		_, entities := c.plane(nil)
		require.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a"}).Status)
		got := c.do("POST", entities+"/services", map[string]any{"host": "a"})
		assert.Equal(t, status, got.Status)
		assert.InDelta(t, code, got.Body["code"], 0)
		assert.Contains(t, got.Raw, "the limit of services is reached")
		assert.Equal(t, 200, c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "b"}).Status, "updates are free")
	}
}

func TestForeignKeyLag(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := newClient(t, clock.option(), konnecttest.WithForeignKeyLag(konnecttest.Lag{Requests: 2}))
	_, entities := c.plane(nil)
	service := func(id string) {
		require.Equal(t, 200, c.do("PUT", entities+"/services/"+id, map[string]any{"host": "a"}).Status)
	}
	route := func(service string) answer {
		return c.do("POST", entities+"/routes", map[string]any{"paths": strs("/"), "service": map[string]any{"id": service}})
	}
	service(idOne)
	assert.Equal(t, "service.id", field(route(idOne)))
	assert.Equal(t, 400, route(idOne).Status)
	assert.Equal(t, 201, route(idOne).Status, "after two requests the parent is known")
	service(idOne)
	assert.Equal(t, 201, route(idOne).Status, "an update is no creation")

	c.srv.SetForeignKeyLag(konnecttest.Lag{Duration: time.Second})
	service(idTwo)
	assert.Equal(t, 400, route(idTwo).Status)
	clock.advance(time.Second)
	assert.Equal(t, 201, route(idTwo).Status)
	c.srv.SetForeignKeyLag(konnecttest.Lag{})
}

func TestReleaseLag(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := newClient(t, clock.option(), konnecttest.WithReleaseLag(konnecttest.Lag{Requests: 1}))
	_, entities := c.plane(nil)
	put := func(id, name string) int {
		return c.do("PUT", entities+"/services/"+id, map[string]any{"host": "a", "name": name}).Status
	}
	require.Equal(t, 200, put(idOne, "x"))
	require.Equal(t, 204, c.do("DELETE", entities+"/services/"+idOne, nil).Status)
	assert.Equal(t, 400, put(idOne, "x"), "not even the same ID gets the name of what was deleted")
	assert.Equal(t, 200, put(idOne, "x"))

	require.Equal(t, 200, put(idOne, "y"))
	assert.Equal(t, 400, put(idTwo, "x"), "a rename frees late as well")
	require.Equal(t, 200, put(idOne, "z"))
	assert.Equal(t, 200, put(idOne, "y"), "its owner may take a name back at once")

	c.srv.SetReleaseLag(konnecttest.Lag{Duration: time.Minute})
	require.Equal(t, 204, c.do("DELETE", entities+"/services/"+idOne, nil).Status)
	assert.Equal(t, 400, put(idTwo, "y"))
	clock.advance(time.Minute)
	assert.Equal(t, 200, put(idTwo, "y"))
}

func TestReleaseLagOfControlPlaneNames(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithReleaseLag(konnecttest.Lag{Requests: 1}))
	id, _ := c.plane(nil)
	require.Equal(t, 204, c.do("DELETE", planes+"/"+id, nil).Status)
	assert.Equal(t, 409, c.do("POST", planes, map[string]any{"name": "cp"}).Status)
	got := c.do("POST", planes, map[string]any{"name": "cp"})
	require.Equal(t, 201, got.Status)
	path := planes + "/" + got.Body["id"].(string)
	require.Equal(t, 200, c.do("PATCH", path, map[string]any{"name": "new"}).Status)
	assert.Equal(t, 200, c.do("PATCH", path, map[string]any{"name": "cp"}).Status, "back at once")
	assert.Equal(t, 409, c.do("POST", planes, map[string]any{"name": "new"}).Status)
}
