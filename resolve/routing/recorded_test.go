package routing_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/resolve/routing"
)

// recordedCase is what the gateway itself answered for generated entities.
type recordedCase struct {
	Routes []struct {
		Route   map[string]json.RawMessage
		Service map[string]any
	}
	Requests []struct {
		Req struct {
			Method, URI, Host, Scheme, SNI string
			SrcIP                          string `json:"src_ip"`
			SrcPort                        uint16 `json:"src_port"`
			DstIP                          string `json:"dst_ip"`
			DstPort                        uint16 `json:"dst_port"`
			Headers                        map[string]any
		}
		Compat, Trad *recordedAnswer
		Flags        []string
	}
}

type recordedAnswer struct {
	ID           string
	UpstreamURI  string `json:"upstream_uri"`
	UpstreamHost string `json:"upstream_host"`
	Prefix       string
}

// The gateway's recorded answers, by way of entities.
func TestRecorded(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../../shared/reference/gateway/random-cases.jsonl")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the gateway's recorded answers are not here")
	}
	require.NoError(t, err)
	defer func() { assert.NoError(t, file.Close()) }()
	lines, answers := bufio.NewScanner(file), 0
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if len(lines.Bytes()) > 0 {
			var c recordedCase
			require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
			answers += c.check(t)
		}
	}
	require.NoError(t, lines.Err())
	assert.Greater(t, answers, 1000)
}

func (c recordedCase) check(t *testing.T) (answers int) {
	t.Helper()
	var entities, services []json.RawMessage
	for i, r := range c.Routes {
		if r.Service != nil {
			r.Service["id"] = strconv.Itoa(i)
			r.Route["service"] = raw(t, map[string]string{"id": strconv.Itoa(i)})
			services = append(services, raw(t, r.Service))
		}
		entities = append(entities, raw(t, r.Route))
	}
	routes, err := routing.FromEntities(entities, services)
	require.NoError(t, err)
	compatible, err := routing.New(routes)
	require.NoError(t, err)
	traditional, err := routing.New(routes, routing.WithFlavor(routing.Traditional))
	require.NoError(t, err)
	for _, q := range c.Requests {
		request := routing.Request{
			Method: q.Req.Method, Protocol: q.Req.Scheme, Host: q.Req.Host, Path: q.Req.URI, SNI: q.Req.SNI, Header: http.Header{},
			Source: at(t, q.Req.SrcIP, q.Req.SrcPort), Destination: at(t, q.Req.DstIP, q.Req.DstPort),
		}
		for name, value := range q.Req.Headers {
			if text, ok := value.(string); ok {
				request.Header.Add(name, text)
				continue
			}
			for _, text := range value.([]any) {
				request.Header.Add(name, text.(string))
			}
		}
		if !slices.Contains(q.Flags, "compat_platform_dependent_maybe") {
			answers++
			q.Compat.compare(t, compatible, request)
		}
		if len(q.Req.Headers) < 2 { // the order of headers is not kept by this way of encoding
			answers++
			q.Trad.compare(t, traditional, request)
		}
	}
	return answers
}

func (a *recordedAnswer) compare(t *testing.T, r *routing.Router, request routing.Request) {
	t.Helper()
	m, ok := r.Match(request)
	require.Equal(t, a != nil, ok, "%+v", request)
	explained := r.Explain(request)
	require.Equal(t, ok, explained.Match != nil)
	if !ok {
		return
	}
	assert.Equal(t, a.ID, m.Route.ID, "%+v", request)
	assert.Equal(t, a.Prefix, m.Prefix)
	assert.Equal(t, a.UpstreamHost, m.UpstreamHost)
	if a.UpstreamURI != "" {
		assert.Equal(t, a.UpstreamURI, m.UpstreamPath)
	}
}

func raw(t *testing.T, value any) json.RawMessage {
	t.Helper()
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	return encoded
}

func at(t *testing.T, ip string, port uint16) netip.AddrPort {
	t.Helper()
	addr, err := netip.ParseAddr(ip)
	require.NoError(t, err)
	return netip.AddrPortFrom(addr, port)
}
