package routing_test

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/resolve/routing"
)

func TestExplainReasons(t *testing.T) {
	t.Parallel()
	regex := func(id string, priority int64, more routing.Route) routing.Route {
		more.ID, more.Paths, more.RegexPriority = id, []string{"~/a"}, priority
		return more
	}
	header := map[string][]string{"x": {"1"}}
	request := routing.Request{Host: "h", Path: "/abc", Header: http.Header{"X": {"1"}}}
	for _, c := range []struct {
		reason        string
		winner, loser routing.Route
		opts          []routing.Option
		want          string
	}{
		{"fields", routing.Route{Methods: []string{"GET"}, Paths: []string{"/a"}}, routing.Route{Paths: []string{"/abc"}}, nil, "matches by fewer fields: 1, the other by 2"},
		{"plain hosts", routing.Route{Hosts: []string{"h"}}, routing.Route{Methods: []string{"GET"}, Paths: []string{"/a"}}, nil, "hosts without wildcard"},
		{"a regular expression", regex("", 0, routing.Route{}), routing.Route{Methods: []string{"GET"}, Paths: []string{"/abc"}}, nil, "no regular expression"},
		{"length", routing.Route{Paths: []string{"/abc"}}, routing.Route{Paths: []string{"/a"}}, nil, "the shorter prefix: 2 characters, the other 4"},
		{"the lower priority", regex("", 2, routing.Route{}), regex("", 1, routing.Route{}), nil, "the lower regex_priority: 1, the other 2"},
		{"bits that are lost", regex("", 1, routing.Route{}), regex("", 8192, routing.Route{}), nil, "its regex_priority of 8192 counts less than the 1"},
		{"bits that run into each other", regex("", 1, routing.Route{Headers: header}), regex("", 2, routing.Route{Headers: header}), nil, "its regex_priority of 2 counts less than the 1"},
		{"an overflowing priority", regex("", 4096, routing.Route{}), regex("", 0, routing.Route{Hosts: []string{"h"}}), nil, "the other's regex_priority of 4096 overflows"},
		{
			"overflowing fields", routing.Route{Methods: []string{"GET"}, Hosts: []string{"*h"}, Headers: header, Paths: []string{"/a"}},
			routing.Route{Hosts: []string{"h"}, Paths: []string{"/abc"}}, nil, "the other matches by 4 fields, which overflows",
		},
		{"a tie", regex("2", 0, routing.Route{}), regex("1", 0, routing.Route{}), nil, "the larger ID"},
		{
			"strict headers", routing.Route{Headers: map[string][]string{"x": {"1"}, "X-B": {"1", "2"}}, Paths: []string{"/a"}},
			routing.Route{Headers: header, Paths: []string{"/abc"}}, []routing.Option{routing.WithPriority(routing.Strict)}, "fewer headers: 1, the other by 2",
		},
		{
			"age", routing.Route{CreatedAt: 1, Paths: []string{"/a"}}, routing.Route{CreatedAt: 2, Paths: []string{"/a"}},
			[]routing.Option{routing.WithFlavor(routing.Traditional)}, "the younger one",
		},
		{
			"category", routing.Route{Hosts: []string{"h"}}, routing.Route{Paths: []string{"/a"}},
			[]routing.Option{routing.WithFlavor(routing.Traditional)}, "less important fields",
		},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			c.winner.Name, c.loser.Name = "winner", "loser"
			r, err := routing.New([]routing.Route{c.loser, c.winner}, c.opts...)
			require.NoError(t, err)
			request := request
			request.Header = http.Header{"X": {"1"}, "X-B": {"1"}}
			e := r.Explain(request)
			require.NotNil(t, e.Match)
			assert.Equal(t, "winner", e.Match.Route.Name)
			require.Len(t, e.RunnersUp, 1)
			assert.Contains(t, e.RunnersUp[0].Reason, c.want)
			assert.Contains(t, e.String(), "- route loser: ")
		})
	}
}

func TestExplainMisses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason  string
		route   routing.Route
		request routing.Request
		want    string
	}{
		{"method", routing.Route{Methods: []string{"GET", "PUT"}}, routing.Request{Method: "POST"}, "methods: POST is not GET or PUT"},
		{"host", routing.Route{Hosts: []string{"a", "b", "c", "d", "e"}}, routing.Request{}, "hosts: is missing, and must be a, b, c, d or 1 more"},
		{"path", routing.Route{Paths: []string{"~/x$", "/longer"}}, routing.Request{Path: "/a"}, "paths: /a is not ~/x$"},
		{"header", routing.Route{Headers: map[string][]string{"X-Key": {"1"}}}, routing.Request{Header: http.Header{"X-Key": {"confidential"}}}, "headers: X-Key is not 1"},
		{
			"a disabled service", routing.Route{Paths: []string{"/"}, Service: &routing.Service{Name: "s", Disabled: true}},
			routing.Request{}, "service: service s is disabled",
		},
		{"sni", routing.Route{SNIs: []string{"a"}, Paths: []string{"/"}, Protocols: []string{"https"}}, routing.Request{Protocol: "https", SNI: "b"}, "snis: b is not a"},
		{
			"source", routing.Route{Protocols: []string{"tcp"}, Sources: []routing.Endpoint{{IP: "10.0.0.1", Port: 5}}},
			routing.Request{Protocol: "tcp", Source: netip.MustParseAddrPort("10.0.0.2:5")}, "sources: 10.0.0.2:5 is not 10.0.0.1 port 5",
		},
		{
			"destination", routing.Route{Protocols: []string{"tcp"}, Destinations: []routing.Endpoint{{IP: "10.0.0.0/8"}}},
			routing.Request{Protocol: "tcp"}, "destinations: anywhere is not 10.0.0.0/8",
		},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			c.route.Name = "near"
			r, err := routing.New([]routing.Route{c.route})
			require.NoError(t, err)
			text := r.Explain(c.request).String()
			assert.Contains(t, text, "is taken by no route")
			assert.Contains(t, text, "  - route near: "+c.want)
			assert.NotContains(t, text, "confidential")
		})
	}
}

func TestExplainAnswers(t *testing.T) {
	t.Parallel()
	service := &routing.Service{Name: "s"}
	for _, c := range []struct {
		reason  string
		route   routing.Route
		request routing.Request
		want    string
	}{
		{"https alone", routing.Route{Protocols: []string{"https"}, Service: service}, routing.Request{}, "answered 426: the route accepts https alone"},
		{"a redirect", routing.Route{Protocols: []string{"https"}, HTTPSRedirectStatusCode: 308, Service: service}, routing.Request{Host: "h", Path: "/a?key=confidential"}, "answered 308, which leads to https://h/a\n"},
		{"no service", routing.Route{}, routing.Request{}, "answered 503: the route has no service"},
		{"another subsystem", routing.Route{Service: &routing.Service{Name: "s", Protocol: "tcp"}}, routing.Request{}, "answered 503: the protocol of service s is tcp"},
		{"grpc", routing.Route{Protocols: []string{"grpc"}, Service: service}, routing.Request{}, "answered 415"},
		{"grpc in the clear", routing.Route{Protocols: []string{"grpcs"}, Service: service}, routing.Request{Protocol: "grpc"}, "answered 200 by the gateway itself"},
		{"a service", routing.Route{Service: service}, routing.Request{Path: "/b"}, "and goes to service s as /b"},
		{"not readable", routing.Route{}, routing.Request{Path: "/%ff"}, "is taken by no route: the request has text that is not UTF-8"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			c.route.Paths = []string{"/", "/b/"}
			r, err := routing.New([]routing.Route{c.route})
			require.NoError(t, err)
			e := r.Explain(c.request)
			assert.Contains(t, e.String(), c.want)
			raw, err := json.Marshal(e)
			require.NoError(t, err)
			assert.NotContains(t, string(raw)+e.String(), "confidential")
		})
	}
}

func TestExplainStreams(t *testing.T) {
	t.Parallel()
	at := netip.MustParseAddrPort("10.0.0.1:5")
	r, err := routing.New([]routing.Route{
		{Name: "exact", Protocols: []string{"tcp"}, Sources: []routing.Endpoint{{IP: "10.0.0.1"}}, Service: &routing.Service{Name: "s", Protocol: "tcp"}},
		{Name: "range", Protocols: []string{"tcp"}, Sources: []routing.Endpoint{{IP: "10.0.0.0/8"}}},
	})
	require.NoError(t, err)
	assert.Equal(t, `tcp from 10.0.0.1:5 to anywhere
  is taken by route exact
  and goes to service s
  These would take it as well:
  - route range: has less exact sources and destinations
`, r.Explain(routing.Request{Protocol: "tcp", Source: at}).String())
}

// However many routes there are, a page has room for them.
func TestExplainPrintsFew(t *testing.T) {
	t.Parallel()
	routes := make([]routing.Route, 30)
	for i := range routes {
		routes[i] = routing.Route{Name: "a\x1b[31m", Paths: []string{"/"}}
	}
	r, err := routing.New(routes)
	require.NoError(t, err)
	e := r.Explain(routing.Request{Path: "/\x1b[31m", Host: "h\n"})
	assert.Len(t, e.RunnersUp, 29)
	assert.Contains(t, e.String(), "- and 19 more\n")
	assert.NotContains(t, e.String(), "\x1b")
	assert.Contains(t, e.String(), `h\n/`)
}
