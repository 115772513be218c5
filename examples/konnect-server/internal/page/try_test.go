package page_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func (s *site) fill(t *testing.T) {
	t.Helper()
	service := s.put(t, "services", map[string]any{"name": "catalog", "host": "a.example", "path": "/v1"})
	other := s.put(t, "services", map[string]any{"name": "beta", "host": "b.example"})
	route := func(fields map[string]any) { s.put(t, "routes", fields) }
	route(map[string]any{"name": "all", "protocols": []string{"http", "https"}, "paths": []string{"/catalog"}, "service": service})
	route(map[string]any{"name": "admin", "protocols": []string{"https"}, "paths": []string{"/catalog/admin"}, "service": service})
	route(map[string]any{"name": "beta", "protocols": []string{"http", "https"}, "paths": []string{"/catalog"}, "headers": map[string]any{"x-beta": []string{"yes"}}, "service": other})
	route(map[string]any{"name": "alone", "protocols": []string{"http", "https"}, "paths": []string{"/alone"}})
}

func TestTry(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill(t)
	cases := []struct {
		reason string
		form   url.Values
		status int
		want   []string
	}{
		{"the longer path", url.Values{"url": {"https://a/catalog/admin/x"}}, http.StatusOK, []string{">admin</a> takes it, service", ">catalog</a> gets it", "<code>/v1/x</code>", "has the shorter prefix"}},
		{"https is meant where nothing else is said", url.Values{"url": {"a/catalog/admin"}}, http.StatusOK, []string{">admin</a> takes it", "GET https://a/catalog/admin"}},
		{"https alone", url.Values{"url": {"http://a/catalog/admin"}}, http.StatusOK, []string{">admin</a> takes it, and the gateway itself answers <strong>426</strong>"}},
		{"a header", url.Values{"url": {"https://a/catalog"}, "header": {"X-Beta: yes\r\n\r\n"}}, http.StatusOK, []string{">beta</a> takes it", "<details open>"}},
		{"a header that is not as the route wants it", url.Values{"url": {"https://a/catalog"}, "header": {"X-Beta: no"}}, http.StatusOK, []string{">all</a> takes it", "<td>headers</td>"}},
		{"no service", url.Values{"url": {"https://a/alone"}}, http.StatusOK, []string{">alone</a> takes it, and the gateway itself answers <strong>503</strong>"}},
		{"no route", url.Values{"url": {"https://a/other"}}, http.StatusOK, []string{"No route takes it", "404"}},
		{"another router", url.Values{"url": {"https://a/catalog"}, "flavor": {"traditional"}, "priority": {"strict"}}, http.StatusOK, []string{"<dd>traditional</dd>"}},
		{"another calculation", url.Values{"url": {"https://a/catalog"}, "priority": {"strict"}}, http.StatusOK, []string{"traditional_compatible, strict"}},
		{"this control plane", url.Values{"url": {"https://a/catalog"}, "plane": {s.planeID}}, http.StatusOK, []string{"In shop", `value="` + s.planeID + `" selected`}},
		{"nothing is filled in", url.Values{}, http.StatusBadRequest, []string{"enter the URL"}},
		{"no URL", url.Values{"url": {"ftp://a/<b>"}}, http.StatusBadRequest, []string{"enter the URL", "ftp://a/&lt;b&gt;"}},
		{"a space would be a second word", url.Values{"url": {"https://a/ b"}}, http.StatusBadRequest, []string{"has a space"}},
		{"no header", url.Values{"url": {"https://a/"}, "header": {"beta"}}, http.StatusBadRequest, []string{"name: value"}},
		{"a control plane that is not there", url.Values{"url": {"https://a/"}, "plane": {"x"}}, http.StatusBadRequest, []string{"no control plane that was asked for has a route"}},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			w := s.get(t, "/page/try?"+c.form.Encode())
			assert.Equal(t, c.status, w.Code)
			for _, want := range c.want {
				assert.Contains(t, w.Body.String(), want)
			}
		})
	}
}

// A data plane of a group has the routes of its members.
func TestTryInGroup(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill(t)
	group := s.plane(t, "group", map[string]any{"cluster_type": "CLUSTER_TYPE_CONTROL_PLANE_GROUP"})
	status := s.send(t, http.MethodPut, "/v2/control-planes/"+group+"/group-memberships", `{"members":[{"id":"`+s.planeID+`"}]}`)
	require.Less(t, status, 300)
	body := s.get(t, "/page/try?url=https%3A%2F%2Fa%2Fcatalog%2Fadmin&plane="+group).Body.String()
	assert.Contains(t, body, "In group")
	assert.Contains(t, body, ">admin</a> takes it")
	assert.Contains(t, s.get(t, "/page/control-planes/"+group).Body.String(), ">shop</a>")
}

// What cannot be decided here is said, by the name of the route.
func TestTryUndecided(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	require.NoError(t, s.SetRouterFlavor(s.planeID, konnecttest.FlavorTraditionalPCRE))
	s.put(t, "routes", map[string]any{"name": "ahead", "paths": []string{"~/a(?=b)"}})
	w := s.get(t, "/page/try?url=https%3A%2F%2Fa%2Fab")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "route ahead: paths")
}
