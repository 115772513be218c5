package konnect_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const (
	usHost = "us.example.com"
	euHost = "eu.example.com"

	attemptTimeout = 20 * time.Second
)

// network reaches servers by host without sockets, so that it works in a bubble.
type network struct {
	servers map[string]*konnecttest.Server

	lock sync.Mutex
	// before may refuse a request, after is told of each that was answered.
	before func(*http.Request) error
	after  func(*http.Request)
}

func newNetwork(server *konnecttest.Server) *network {
	return &network{servers: map[string]*konnecttest.Server{usHost: server}}
}

// watch sets what is called around each request, one call at a time.
func (n *network) watch(before func(*http.Request) error, after func(*http.Request)) {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.before, n.after = before, after
}

func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	server := n.servers[req.URL.Host]
	if server == nil {
		return nil, fmt.Errorf("no such host: %s", req.URL.Host)
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if err := n.tellBefore(req); err != nil {
		return nil, err
	}
	res, err := serve(server, req)
	n.tellAfter(req)
	if ctxErr := req.Context().Err(); ctxErr != nil {
		return nil, ctxErr
	}
	return res, err
}

func (n *network) tellBefore(req *http.Request) error {
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.before == nil {
		return nil
	}
	return n.before(req)
}

func (n *network) tellAfter(req *http.Request) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.after != nil {
		n.after(req)
	}
}

// lateRequest is one whose process has died before it arrived.
type lateRequest struct {
	req  *http.Request
	body []byte
}

// hold takes a request off the network.
func hold(req *http.Request) (lateRequest, error) {
	late := lateRequest{req: req.Clone(context.Background())}
	if req.Body == nil {
		return late, nil
	}
	var err error
	late.body, err = io.ReadAll(req.Body)
	return late, err
}

// arrive lets it have its effect. Nobody waits for the answer.
func (l lateRequest) arrive(server *konnecttest.Server) {
	l.req.Body = io.NopCloser(bytes.NewReader(l.body))
	if res, err := serve(server, l.req); err == nil {
		_ = res.Body.Close()
	}
}

// serve turns an aborted handler into what a client sees of it.
func serve(server *konnecttest.Server, req *http.Request) (res *http.Response, err error) {
	incoming := req.Clone(req.Context())
	if incoming.Body == nil {
		incoming.Body = http.NoBody
	}
	recorder := &answerRecorder{ResponseRecorder: httptest.NewRecorder()}
	defer func() {
		reason := recover()
		if reason == nil {
			return
		}
		if failure, ok := reason.(error); !ok || failure != http.ErrAbortHandler { //nolint:errorlint // a panic's value
			panic(reason)
		}
		if !recorder.started {
			res, err = nil, fmt.Errorf("read answer: %w", io.EOF)
			return
		}
		res = recorder.Result()
		res.Body = io.NopCloser(io.MultiReader(bytes.NewReader(recorder.Body.Bytes()), brokenReader{}))
	}()
	server.ServeHTTP(recorder, incoming)
	return recorder.Result(), nil
}

type answerRecorder struct {
	*httptest.ResponseRecorder
	started bool
}

func (r *answerRecorder) WriteHeader(status int) {
	r.started = true
	r.ResponseRecorder.WriteHeader(status)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// client returns a client with the default token of the server at usHost.
func (n *network) client(t testing.TB, opts ...konnect.Option) *konnect.Client {
	t.Helper()
	opts = append([]konnect.Option{
		konnect.WithServerURL("https://" + usHost), konnect.WithToken(konnecttest.DefaultToken),
	}, opts...)
	return n.bareClient(t, opts...)
}

// bareClient returns a client without credentials of its own.
func (n *network) bareClient(t testing.TB, opts ...konnect.Option) *konnect.Client {
	t.Helper()
	client, err := konnect.NewClient(append([]konnect.Option{konnect.WithHTTPClient(&http.Client{Transport: n, Timeout: attemptTimeout})}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

// entityCollections are compared in stateOf, with "plugins" for what others put there.
var entityCollections = []string{
	"services", "routes", "upstreams", "targets", "consumers", "consumer_groups", "acls", "key-auths", "basic-auths", "hmac-auths", "jwts", "plugins",
	"certificates", "ca_certificates", "snis",
}

// stateOf is what a server holds in all organizations, as text: IDs are replaced
// by names and times left out, so that two servers can be compared.
func stateOf(t testing.TB, server *konnecttest.Server) string {
	t.Helper()
	var names []string
	var state []map[string]any
	planes := server.ControlPlanes()
	slices.SortFunc(planes, func(a, b map[string]any) int { return strings.Compare(textOf(a["name"]), textOf(b["name"])) })
	for _, plane := range planes {
		id := textOf(plane["id"])
		names = append(names, id, fmt.Sprintf("<control plane %v>", plane["name"]))
		shown := map[string]any{"control plane": timeless(plane), "members": server.Members(id)}
		for _, collection := range entityCollections {
			entities := server.Entities(id, collection)
			slices.SortFunc(entities, func(a, b map[string]any) int {
				if order := strings.Compare(label(a), label(b)); order != 0 {
					return order
				}
				return strings.Compare(withoutID(a, names), withoutID(b, names))
			})
			for _, entity := range entities {
				names = append(names, textOf(entity["id"]), "<"+collection+" "+label(entity)+">")
				shown[collection] = append(asList(shown[collection]), timeless(entity))
			}
		}
		var pairs []string
		for _, pair := range server.Entities(id, "memberships") {
			text := fmt.Sprintf("%v in %v", pair["consumer"], pair["consumer_group"])
			pairs = append(pairs, strings.NewReplacer(names...).Replace(text))
		}
		slices.Sort(pairs)
		shown["memberships"] = pairs
		state = append(state, shown)
	}
	text, err := json.MarshalIndent(state, "", "  ")
	require.NoError(t, err)
	return strings.NewReplacer(names...).Replace(string(text))
}

// withoutID is an entity as text that is the same on every server.
func withoutID(entity map[string]any, names []string) string {
	left := timeless(entity)
	delete(left, "id")
	text, _ := json.Marshal(left) // it came as JSON
	return strings.NewReplacer(names...).Replace(string(text))
}

// assertState compares states of stateOf and shows the lines that differ.
func assertState(t testing.TB, want, got, reason string) {
	t.Helper()
	if want != got {
		assert.Fail(t, "another state", "%s (-want +got):\n%s", reason, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
	}
}

func asList(value any) []any {
	list, _ := value.([]any)
	return list
}

func timeless(entity map[string]any) map[string]any {
	left := maps.Clone(entity)
	delete(left, "created_at")
	delete(left, "updated_at")
	delete(left, "password")                               // its hash depends on the consumer's ID
	if config, ok := left["config"].(map[string]any); ok { // the endpoints are made from the ID
		left["config"] = []any{config["cluster_type"], config["auth_type"], config["cloud_gateway"], config["proxy_urls"]}
	}
	return left
}

// label is an entity's name or address, what its marks say, or what texts it has.
func label(entity map[string]any) string {
	name := textOf(entity["name"])
	target := textOf(entity["target"])
	mark := ""
	for _, tag := range asList(entity["tags"]) {
		if value, ok := strings.CutPrefix(textOf(tag), "k8s-name:"); ok {
			mark = value
		}
	}
	switch {
	case name != "":
		return name
	case target != "":
		return target
	case mark != "":
		return mark
	}
	var texts []string
	for _, field := range slices.Sorted(maps.Keys(entity)) {
		if text, ok := entity[field].(string); ok && field != "id" && field != "password" { // they depend on the server
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, " ")
}

// platform is a batch with every kind that has entities, small.
func platform() []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("gw").Description("first").MustBuild(),
		builder.NewGatewayControlPlane("spare").MustBuild(),
		builder.NewGatewayControlPlane("edge").Group().Members("gw").MustBuild(),
		builder.NewUpstream("pool").ControlPlane("gw").Slots(100).MustBuild(),
		builder.NewTarget("one").Upstream("pool").Address("10.0.0.1:80").Weight(10).MustBuild(),
		builder.NewService("api").ControlPlane("gw").Host("pool").Retries(1).MustBuild(),
		builder.NewRoute("all").Service("api").Protocols("http").Paths("/first").MustBuild(),
	}
}

// platformChanged is platform with a difference in every entity.
func platformChanged() []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("gw").Description("second").MustBuild(),
		builder.NewGatewayControlPlane("spare").ProxyURL("https", "proxy.example.com", 443).MustBuild(),
		builder.NewGatewayControlPlane("edge").Group().Members("spare").MustBuild(),
		builder.NewUpstream("pool").ControlPlane("gw").Slots(200).MustBuild(),
		builder.NewTarget("one").Upstream("pool").Address("10.0.0.1:80").Weight(20).MustBuild(),
		builder.NewService("api").ControlPlane("gw").Host("pool").Retries(2).MustBuild(),
		builder.NewRoute("all").Service("api").Protocols("http").Paths("/second").MustBuild(),
	}
}

// controlPlanesOf returns the control planes of a batch.
func controlPlanesOf(objects []crd.Object) []crd.Object {
	return slices.DeleteFunc(slices.Clone(objects), func(obj crd.Object) bool {
		return crd.KeyOf(obj).GroupKind() != crd.ControlPlaneGroupKind()
	})
}

func cutTag(tag string) (key, value string, ok bool) { return strings.Cut(tag, ":") }

func contains(items []string, item string) bool { return slices.Contains(items, item) }

func mapsWithout(m map[string]string, key string) map[string]string {
	left := maps.Clone(m)
	delete(left, key)
	return left
}

// objectNamed returns the object of a batch with that metadata.name.
func objectNamed(t testing.TB, objects []crd.Object, name string) crd.Object {
	t.Helper()
	i := slices.IndexFunc(objects, func(obj crd.Object) bool { return obj.GetName() == name })
	require.GreaterOrEqual(t, i, 0, "no object %s", name)
	return objects[i]
}

// assertCondition checks a condition's status and reason.
func assertCondition(t testing.TB, obj crd.Object, kind, status, reason string) {
	t.Helper()
	found := meta.FindStatusCondition(obj.GetConditions(), kind)
	if assert.NotNil(t, found, "%s has no condition %s: %v", crd.KeyOf(obj), kind, obj.GetConditions()) {
		assert.Equal(t, status+" "+reason, string(found.Status)+" "+found.Reason, "%s: %s: %s", crd.KeyOf(obj), kind, found.Message)
		assert.Equal(t, obj.GetGeneration(), found.ObservedGeneration, "%s: %s", crd.KeyOf(obj), kind)
	}
}

// tokenSource gives the token that current points to.
func tokenSource(current *string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return *current, nil }
}

// textOf returns a decoded value as a string.
func textOf(value any) string {
	text, _ := value.(string)
	return text
}
