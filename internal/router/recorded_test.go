package router_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/router"
)

// recorded reads a file of answers of the gateway itself, a JSON value on each line.
func recorded[T any](t *testing.T, name string) []T {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "reference", "gateway", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the gateway's recorded answers are not here")
	}
	require.NoError(t, err)
	defer func() { assert.NoError(t, file.Close()) }()
	var all []T
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var value T
		require.NoError(t, json.Unmarshal(lines.Bytes(), &value), lines.Text())
		all = append(all, value)
	}
	require.NoError(t, lines.Err())
	require.NotEmpty(t, all)
	return all
}

type recordedRoute struct {
	Route   json.RawMessage  `json:"route"`
	Service *json.RawMessage `json:"service"`
}

type recordedRequest struct {
	Method, URI, Host, Scheme, SNI string
	SrcIP                          string         `json:"src_ip"`
	SrcPort                        uint16         `json:"src_port"`
	DstIP                          string         `json:"dst_ip"`
	DstPort                        uint16         `json:"dst_port"`
	Headers                        map[string]any `json:"headers"`
}

type recordedResult struct {
	ID           string
	UpstreamURI  *string `json:"upstream_uri"`
	UpstreamHost string  `json:"upstream_host"`
	Prefix       string
	Matches      struct {
		Captures struct {
			List  []any
			Named map[string]string
		} `json:"uri_captures"`
	}
}

type recordedCase struct {
	Subsystem string
	Routes    []recordedRoute
	Requests  []struct {
		Via          string
		Req          recordedRequest
		Trad, Compat *recordedResult
		Strict       json.RawMessage `json:"compat_strict_model"`
		Flags        []string
	}
}

// routes returns the router's raw input: absent fields are not filled in as in entities.
func (c recordedCase) routes(t *testing.T) []router.Route {
	t.Helper()
	var routes []router.Route
	for i, r := range c.Routes {
		var fields map[string]json.RawMessage // as they are: the order of headers counts
		require.NoError(t, json.Unmarshal(r.Route, &fields))
		if _, ok := fields["strip_path"]; !ok {
			fields["strip_path"] = json.RawMessage("false")
		}
		var services []json.RawMessage
		if r.Service != nil {
			var service map[string]any
			require.NoError(t, json.Unmarshal(*r.Service, &service))
			service["id"] = strconv.Itoa(i)
			fields["service"] = marshal(t, map[string]string{"id": strconv.Itoa(i)})
			services = append(services, marshal(t, service))
		}
		decoded, err := router.Decode([]json.RawMessage{marshal(t, fields)}, services)
		require.NoError(t, err)
		routes = append(routes, decoded...)
	}
	return routes
}

func marshal(t *testing.T, value any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(value)
	require.NoError(t, err)
	return raw
}

func (r recordedRequest) request(t *testing.T, raw bool) router.Request {
	t.Helper()
	request := router.Request{Method: r.Method, Protocol: r.Scheme, Host: r.Host, Path: r.URI, SNI: r.SNI}
	if raw {
		request.Path = router.Normalize(r.URI)
	}
	for name, value := range r.Headers {
		if request.Header == nil {
			request.Header = map[string][]string{}
		}
		switch value := value.(type) {
		case string:
			request.Header[name] = []string{value}
		case []any:
			for _, v := range value {
				request.Header[name] = append(request.Header[name], v.(string))
			}
		}
	}
	request.Source, request.Destination = addrPort(r.SrcIP, r.SrcPort), addrPort(r.DstIP, r.DstPort)
	return request
}

func addrPort(ip string, port uint16) netip.AddrPort {
	addr, _ := netip.ParseAddr(ip)
	return netip.AddrPortFrom(addr, port)
}

// isMixed tells a configuration that no gateway has: routes of http in a table of streams.
func (c recordedCase) isMixed(routes []router.Route) bool {
	return c.Subsystem == "stream" && slices.ContainsFunc(routes, func(r router.Route) bool { return r.Subsystem() != router.Stream })
}

// isStale tells answers of a router that was built from older routes than are given,
// as that of flavor traditional_compatible is where times of change do not grow.
func (c recordedCase) isStale(t *testing.T) bool {
	t.Helper()
	last := 0
	for _, r := range c.Routes {
		var times struct {
			Updated int `json:"updated_at"`
		}
		require.NoError(t, json.Unmarshal(r.Route, &times))
		if times.Updated < last {
			return true
		}
		last = times.Updated
	}
	return false
}

func TestRecordedRequests(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"router-cases.jsonl", "random-cases.jsonl"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			answers, left := 0, 0
			for n, c := range recorded[recordedCase](t, file) {
				routes := c.routes(t)
				if c.isMixed(routes) {
					left++
					continue
				}
				answers += c.check(t, n, routes)
			}
			t.Logf("%d answers given; %d configurations that no gateway has were left out", answers, left)
			assert.LessOrEqual(t, left, 1)
			assert.Greater(t, answers, 600)
		})
	}
}

func (c recordedCase) check(t *testing.T, n int, routes []router.Route) int {
	t.Helper()
	build := func(flavor router.Flavor, calculation router.Calculation) *router.Router {
		r, err := router.New(routes, router.Config{Flavor: flavor, Calculation: calculation})
		require.NoError(t, err, "configuration %d", n)
		return r
	}
	compatible := build(router.TraditionalCompatible, router.Original)
	strict := build(router.TraditionalCompatible, router.Strict)
	traditional := build(router.Traditional, router.Original)
	answers, stale := 0, c.isStale(t)
	for i, q := range c.Requests {
		request := q.Req.request(t, q.Via != "select")
		where := func(flavor string) string {
			return flavor + " " + strconv.Itoa(n) + " " + strconv.Itoa(i) + " " + string(marshal(t, q.Req))
		}
		uri := q.Via != "select"
		if !slices.Contains(q.Flags, "compat_platform_dependent_maybe") && !stale {
			answers++
			compare(t, where("compatible"), q.Compat, compatible, request, uri)
			if q.Via == "" { // only there is the strict calculation recorded where it differs
				wanted := q.Compat
				if q.Strict != nil {
					wanted = nil
					require.NoError(t, json.Unmarshal(q.Strict, &wanted))
				}
				compare(t, where("strict"), wanted, strict, request, uri)
			}
		}
		answers++
		compare(t, where("traditional"), q.Trad, traditional, request, true)
	}
	return answers
}

func compare(t *testing.T, where string, wanted *recordedResult, r *router.Router, request router.Request, uri bool) {
	t.Helper()
	got, ok := r.Match(&request)
	if !assert.Equal(t, wanted != nil, ok, "%s: found %+v", where, got.Route) || !ok {
		return
	}
	if !assert.Equal(t, wanted.ID, got.Route.ID, "%s", where) {
		return
	}
	assert.Equal(t, wanted.Prefix, got.Prefix, "%s", where)
	assert.Equal(t, wanted.UpstreamHost, got.UpstreamHost, "%s", where)
	if uri && wanted.UpstreamURI != nil && got.Route.Subsystem() == router.HTTP {
		assert.Equal(t, *wanted.UpstreamURI, got.UpstreamPath, "%s", where)
	}
	captures := map[string]string{}
	for i, value := range wanted.Matches.Captures.List {
		if text, ok := value.(string); ok {
			captures[strconv.Itoa(i)] = text
		}
	}
	maps.Copy(captures, wanted.Matches.Captures.Named)
	if len(captures) == 0 {
		captures = nil
	}
	assert.Equal(t, captures, got.Captures, "%s", where)
}

func TestRecordedNormalization(t *testing.T) {
	t.Parallel()
	for _, c := range recorded[struct{ URI, Router, Merge string }](t, "uri-normalize.jsonl") {
		assert.Equal(t, c.Router, router.Normalize(c.URI), "%q", c.URI)
		assert.Equal(t, c.Merge, router.NormalizePath(c.URI), "%q", c.URI)
	}
}

func TestRecordedPriorities(t *testing.T) {
	t.Parallel()
	type split struct {
		ID               string
		Priority, Strict string
		Paths            []string
	}
	for _, c := range recorded[struct {
		Route json.RawMessage
		Split []struct {
			ID       string
			Priority string
			Strict   string `json:"priority_strict"`
			Paths    []string
		}
	}](t, "route-priorities.jsonl") {
		decoded, err := router.Decode([]json.RawMessage{c.Route}, nil)
		require.NoError(t, err)
		original, strict := router.Split(&decoded[0], router.Original), router.Split(&decoded[0], router.Strict)
		var wanted, got []split
		for _, s := range c.Split {
			wanted = append(wanted, split{s.ID, s.Priority, s.Strict, s.Paths})
		}
		for i, s := range original {
			got = append(got, split{s.ID, hex(s.Priority), hex(strict[i].Priority), s.Paths})
		}
		assert.ElementsMatch(t, wanted, got, "%s", c.Route)
	}
}

func hex(n uint64) string {
	text := strconv.FormatUint(n, 16)
	return "0000000000000000"[len(text):] + text
}
