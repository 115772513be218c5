package kinds_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// rule is one object that the CRD accepts, and what Konnect's rules say of it.
type rule[Spec any] struct {
	reason string
	change func(*Spec)
	// refused is the path of the only problem; empty where there is none.
	refused string
	// server says why the in-memory Konnect disagrees; empty where it agrees.
	server string
}

// ruleCase is a rule with its object made.
type ruleCase struct {
	reason, refused, server string
	obj                     crd.Object
}

const (
	chosenID  = "1f0c4f5a-55c5-4e0e-8f7a-7d5a3c2b1e00"
	foreignID = "0d6e4079-e36e-4e6c-9df6-0f1b5f5d3a11"
)

// checked runs Konnect's rules beyond the CRD on a defaulted object.
func checked(obj crd.Object) field.ErrorList {
	return append(kinds.NewTable().By(obj.GVK().GroupKind()).Check(obj), kinds.CheckUserTags(obj)...)
}

// payloadOf returns the body that would create an object's entity.
func payloadOf(obj crd.Object) ([]byte, error) {
	d, err := kinds.NewTable().By(obj.GVK().GroupKind()).Desire(obj, inputs(obj, nil))
	return d.Body(), err
}

// must asserts a type that a test has made sure of.
func must[T any](value any) T {
	typed, ok := value.(T)
	if !ok {
		panic(fmt.Sprintf("%v is %T", value, value))
	}
	return typed
}

// judge is the in-memory Konnect as a judge of payloads.
type judge struct {
	*testing.T
	server *konnecttest.Server
	plane  string
}

func newJudge(t *testing.T) *judge {
	t.Helper()
	server := konnecttest.Start(t)
	id, err := server.AddControlPlane("", map[string]any{"name": "cp"})
	require.NoError(t, err)
	return &judge{T: t, server: server, plane: id}
}

// accepts sends a payload and returns what the server has against it.
func (j *judge) accepts(path string, payload []byte) (reason string) {
	j.Helper()
	req, err := http.NewRequestWithContext(j.Context(), http.MethodPost, j.server.URL+path, bytes.NewReader(payload))
	require.NoError(j, err)
	req.Header.Set("Authorization", "Bearer "+j.server.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(j, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(j, err)
	if res.StatusCode/100 == 2 {
		return ""
	}
	require.Equal(j, http.StatusBadRequest, res.StatusCode, "%s", body)
	return string(body)
}

// checkRules holds each case against the rules and the server.
func checkRules(t *testing.T, pathOf func(*judge) string, cases []ruleCase) {
	t.Helper()
	j := newJudge(t)
	path := pathOf(j)
	for _, c := range cases {
		obj := must[crd.Object](c.obj.DeepCopyObject())
		obj.Default()
		require.Empty(t, obj.Validate(), "%s: the CRD itself refuses it", c.reason)
		checkProblems(t, c, checked(obj))

		payload, err := payloadOf(obj)
		require.NoError(t, err, c.reason)
		said := j.accepts(path, payload)
		if agrees := (said == "") == (c.refused == ""); c.server == "" {
			assert.True(t, agrees, "%s: the server says %q", c.reason, said)
		} else {
			assert.False(t, agrees, "%s: the server agrees after all", c.reason)
		}
	}
}

func checkProblems(t *testing.T, c ruleCase, problems field.ErrorList) {
	t.Helper()
	if c.refused == "" {
		assert.Empty(t, problems, c.reason)
		return
	}
	if assert.Len(t, problems, 1, c.reason) {
		assert.Equal(t, c.refused, problems[0].Field, c.reason)
	}
}

func validatorOf(entity string) func(*judge) string {
	return func(j *judge) string {
		return "/v2/control-planes/" + j.plane + "/core-entities/schemas/" + entity + "/validate"
	}
}

func serviceRules(rules []rule[configurationv1alpha1.KongServiceSpec]) []ruleCase {
	var cases []ruleCase
	for _, r := range rules {
		obj := builder.NewService("service").ControlPlane("cp").Host("echo.example.com").MustBuild()
		r.change(&obj.Spec)
		cases = append(cases, ruleCase{r.reason, r.refused, r.server, obj})
	}
	return cases
}

func TestServiceRules(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongServiceSpec
	checkRules(t, validatorOf("service"), serviceRules([]rule[spec]{
		{reason: "no more than a host", change: func(s *spec) { *s = spec{ControlPlaneRef: s.ControlPlaneRef, Host: "echo"} }},

		{reason: "id", change: func(s *spec) { s.ID = new(chosenID) }},
		{reason: "id in capitals", change: func(s *spec) { s.ID = new(strings.ToUpper(chosenID)) }, refused: "spec.id",
			server: "the path decides, and it takes capitals"},
		{reason: "id of another form", change: func(s *spec) { s.ID = new("{" + chosenID + "}") }, refused: "spec.id",
			server: "the id goes into the path"},
		{reason: "id that is none", change: func(s *spec) { s.ID = new("service") }, refused: "spec.id", server: "the id goes into the path"},

		{reason: "name", change: func(s *spec) { s.Name = new("Service-1.a_b~ü") }},
		{reason: "name of 128", change: func(s *spec) { s.Name = new(strings.Repeat("ü", 128)) }},
		{reason: "name of 129", change: func(s *spec) { s.Name = new(strings.Repeat("a", 129)) }, refused: "spec.name"},
		{reason: "empty name", change: func(s *spec) { s.Name = new("") }, refused: "spec.name"},
		{reason: "name of two dots", change: func(s *spec) { s.Name = new("..") }, refused: "spec.name",
			server: "a path with it leads elsewhere"},
		{reason: "name of three dots", change: func(s *spec) { s.Name = new("...") }},
		{reason: "name with a space", change: func(s *spec) { s.Name = new("a b") }, refused: "spec.name"},
		{reason: "name with a slash", change: func(s *spec) { s.Name = new("a/b") }, refused: "spec.name"},
		{reason: "name with a colon", change: func(s *spec) { s.Name = new("a:b") }, refused: "spec.name"},

		{reason: "host with an underscore", change: func(s *spec) { s.Host = "_echo.a-b_" }},
		{reason: "host in capitals", change: func(s *spec) { s.Host = "Echo.Example" }},
		{reason: "host with a final dot", change: func(s *spec) { s.Host = "echo." }},
		{reason: "IPv4", change: func(s *spec) { s.Host = "10.0.0.1" }},
		{reason: "IPv6", change: func(s *spec) { s.Host = "2001:db8::1" }},
		{reason: "IPv6 in brackets", change: func(s *spec) { s.Host = "[2001:db8::1]" }},
		{reason: "IPv4 in IPv6", change: func(s *spec) { s.Host = "::ffff:10.0.0.1" }, refused: "spec.host"},
		{reason: "host with a port", change: func(s *spec) { s.Host = "echo:80" }, refused: "spec.host"},
		{reason: "host with a space", change: func(s *spec) { s.Host = "a b" }, refused: "spec.host"},
		{reason: "host with a scheme", change: func(s *spec) { s.Host = "http://echo" }, refused: "spec.host"},
		{reason: "host with an empty label", change: func(s *spec) { s.Host = "a..b" }, refused: "spec.host"},
		{reason: "host that begins with a dash", change: func(s *spec) { s.Host = "-a" }},
		{reason: "host that ends with a dash", change: func(s *spec) { s.Host = "a-.b" }, refused: "spec.host"},
		{reason: "IPv4 with zeros", change: func(s *spec) { s.Host = "010.000.0.01" }},
		{reason: "IPv4 out of range", change: func(s *spec) { s.Host = "192.168.1.1000" }, refused: "spec.host"},
		{reason: "a part of IPv4 out of range", change: func(s *spec) { s.Host = "192.168.1.256" }, refused: "spec.host"},
		{reason: "IPv4 of three parts", change: func(s *spec) { s.Host = "1.2.3" }, refused: "spec.host"},
		{reason: "IPv4 with a final dot", change: func(s *spec) { s.Host = "1.2.3.4." }, refused: "spec.host"},
		{reason: "digits alone", change: func(s *spec) { s.Host = "20240101" }, refused: "spec.host"},
		{reason: "digits in labels of a name", change: func(s *spec) { s.Host = "1.2.3.4.example" }},
		{reason: "host with a path", change: func(s *spec) { s.Host = "echo/a" }, refused: "spec.host"},
		{reason: "host of 256", change: func(s *spec) { s.Host = strings.Repeat("abc.", 64)[:255] + "a" }},
		{reason: "host of 257", change: func(s *spec) { s.Host = strings.Repeat("abc.", 64) + "a" }, refused: "spec.host"},

		{reason: "unknown protocol", change: func(s *spec) { s.Protocol = new("gopher") }, refused: "spec.protocol"},
		{reason: "protocol in capitals", change: func(s *spec) { s.Protocol = new("HTTP") }, refused: "spec.protocol"},
		{reason: "protocol of a tunnel", change: func(s *spec) { s.Protocol = new("tls_passthrough") }},
		{reason: "lowest port", change: func(s *spec) { s.Port = new(int64(0)) }},
		{reason: "below it", change: func(s *spec) { s.Port = new(int64(-1)) }, refused: "spec.port"},
		{reason: "highest port", change: func(s *spec) { s.Port = new(int64(65535)) }},
		{reason: "above it", change: func(s *spec) { s.Port = new(int64(65536)) }, refused: "spec.port"},

		{reason: "path", change: func(s *spec) { s.Path = new("/a/b.c~d%20!$&'()*+,;=:@") }},
		{reason: "empty path", change: func(s *spec) { s.Path = new("") }, refused: "spec.path"},
		{reason: "path without a slash", change: func(s *spec) { s.Path = new("a") }, refused: "spec.path"},
		{reason: "path with two slashes", change: func(s *spec) { s.Path = new("/a//b") }, refused: "spec.path"},
		{reason: "path with a space", change: func(s *spec) { s.Path = new("/a b") }, refused: "spec.path"},
		{reason: "path with half an escape", change: func(s *spec) { s.Path = new("/a%2") }, refused: "spec.path"},
		{reason: "path of 1024", change: func(s *spec) { s.Path = new("/" + strings.Repeat("a", 1023)) }},
		{reason: "path of 1025", change: func(s *spec) { s.Path = new("/" + strings.Repeat("a", 1024)) }, refused: "spec.path"},
		{reason: "path over ws", change: func(s *spec) { s.Protocol, s.Path = new("ws"), new("/a") }},
		{reason: "path over grpc", change: func(s *spec) { s.Protocol, s.Path = new("grpc"), new("/a") }, refused: "spec.path"},
		{reason: "path over tcp", change: func(s *spec) { s.Protocol, s.Path = new("tcp"), new("/a") }, refused: "spec.path"},

		{reason: "no retries", change: func(s *spec) { s.Retries = new(int64(0)) }},
		{reason: "fewer", change: func(s *spec) { s.Retries = new(int64(-1)) }, refused: "spec.retries"},
		{reason: "most retries", change: func(s *spec) { s.Retries = new(int64(32767)) }},
		{reason: "more", change: func(s *spec) { s.Retries = new(int64(32768)) }, refused: "spec.retries"},
		{reason: "shortest timeouts", change: func(s *spec) {
			s.ConnectTimeout, s.ReadTimeout, s.WriteTimeout = new(int64(1)), new(int64(1)), new(int64(1))
		}},
		{reason: "shorter to connect", change: func(s *spec) { s.ConnectTimeout = new(int64(0)) }, refused: "spec.connect_timeout"},
		{reason: "shorter to read", change: func(s *spec) { s.ReadTimeout = new(int64(0)) }, refused: "spec.read_timeout"},
		{reason: "shorter to write", change: func(s *spec) { s.WriteTimeout = new(int64(0)) }, refused: "spec.write_timeout"},
		{reason: "longest timeouts", change: func(s *spec) {
			s.ConnectTimeout, s.ReadTimeout, s.WriteTimeout = new(int64(2147483646)), new(int64(2147483646)), new(int64(2147483646))
		}},
		{reason: "longer to connect", change: func(s *spec) { s.ConnectTimeout = new(int64(2147483647)) }, refused: "spec.connect_timeout"},
		{reason: "longer to read", change: func(s *spec) { s.ReadTimeout = new(int64(2147483647)) }, refused: "spec.read_timeout"},
		{reason: "longer to write", change: func(s *spec) { s.WriteTimeout = new(int64(2147483647)) }, refused: "spec.write_timeout"},

		{reason: "verification over https", change: func(s *spec) { s.Protocol, s.TLSVerify = new("https"), new(false) }},
		{reason: "verification over tls", change: func(s *spec) { s.Protocol, s.TLSVerify = new("tls"), new(true) }},
		{reason: "verification in clear", change: func(s *spec) { s.TLSVerify = new(false) }, refused: "spec.tls_verify"},
		{reason: "verification over grpcs", change: func(s *spec) { s.Protocol, s.TLSVerify = new("grpcs"), new(true) }, refused: "spec.tls_verify"},
		{reason: "shortest chain", change: func(s *spec) { s.Protocol, s.TLSVerifyDepth = new("https"), new(int64(0)) }},
		{reason: "shorter chain", change: func(s *spec) { s.Protocol, s.TLSVerifyDepth = new("https"), new(int64(-1)) }, refused: "spec.tls_verify_depth"},
		{reason: "longest chain", change: func(s *spec) { s.Protocol, s.TLSVerifyDepth = new("https"), new(int64(64)) }},
		{reason: "longer chain", change: func(s *spec) { s.Protocol, s.TLSVerifyDepth = new("https"), new(int64(65)) }, refused: "spec.tls_verify_depth"},
		{reason: "chain in clear", change: func(s *spec) { s.TLSVerifyDepth = new(int64(1)) }, refused: "spec.tls_verify_depth"},
	}))
}

func TestServiceURLRules(t *testing.T) {
	t.Parallel()
	type spec = configurationv1alpha1.KongServiceSpec
	url := func(text string) func(*spec) { return func(s *spec) { s.URL = &text } }
	const dropped = "it drops what it does not store"
	checkRules(t, validatorOf("service"), serviceRules([]rule[spec]{
		{reason: "https", change: url("https://echo.example.com")},
		{reason: "everything", change: url("http://echo.example.com:8080/a%20b")},
		{reason: "scheme in capitals", change: url("HTTPS://echo.example.com")},
		{reason: "IPv6", change: url("http://[2001:db8::1]:80")},
		{reason: "path over a url that allows none", change: func(s *spec) { s.URL, s.Path = new("tcp://echo:90"), new("/a") }},
		{reason: "verification over a url of https", change: func(s *spec) { s.URL, s.TLSVerify = new("https://echo"), new(true) }},
		{reason: "verification over a url in clear", change: func(s *spec) {
			s.URL, s.Protocol, s.TLSVerify = new("http://echo"), new("https"), new(true)
		}, refused: "spec.tls_verify"},
		{reason: "IPv4 out of range", change: url("http://192.168.1.300/a"), refused: "spec.url"},
		{reason: "IPv4 with zeros", change: url("http://010.0.0.1/a")},
		{reason: "another alphabet in the path", change: url("http://echo/é"), refused: "spec.url"},
		{reason: "a space in the path", change: url("http://echo/a b"), refused: "spec.url"},
		{reason: "escapes in the path", change: url("https://echo/a%7Eb/c%2Dd")},
		{reason: "no scheme", change: url("echo.example.com"), refused: "spec.url"},
		{reason: "no host", change: url("http:///path"), refused: "spec.url"},
		{reason: "empty", change: url(""), refused: "spec.url"},
		{reason: "unknown scheme", change: url("ftp://echo"), refused: "spec.url"},
		{reason: "path over tcp", change: url("tcp://echo:90/a"), refused: "spec.url"},
		{reason: "two slashes", change: url("http://echo//a"), refused: "spec.url"},
		{reason: "host with a space", change: url("http://a b"), refused: "spec.url"},
		{reason: "host with an empty label", change: url("http://a..b"), refused: "spec.url"},
		{reason: "port that is none", change: url("http://echo:http"), refused: "spec.url"},
		{reason: "port out of range", change: url("http://echo:65536"), refused: "spec.url"},
		{reason: "user", change: url("http://user:secret@echo"), refused: "spec.url", server: dropped},
		{reason: "query", change: url("http://echo?a=b"), refused: "spec.url", server: dropped},
		{reason: "fragment", change: url("http://echo#a"), refused: "spec.url", server: dropped},
	}))
}

func TestTargetRules(t *testing.T) {
	t.Parallel()
	cases := []struct{ reason, target, refused, server string }{
		{reason: "host", target: "echo.example.com"},
		{reason: "host and port", target: "echo.example.com:80"},
		{reason: "IPv4", target: "10.0.0.1"},
		{reason: "IPv4 and port", target: "10.0.0.1:65535"},
		{reason: "IPv6", target: "2001:db8::1"},
		{reason: "IPv6 in brackets", target: "[2001:db8::1]"},
		{reason: "IPv6 and port", target: "[2001:DB8::1]:8080"},
		{reason: "IPv4 in IPv6", target: "[::ffff:10.0.0.1]:80"},
		{reason: "any IPv6", target: "::"},
		{reason: "underscore", target: "_http._tcp.echo:80"},
		{reason: "final dot", target: "echo.:80"},
		{reason: "IPv4 with zeros", target: "010.0.0.1:80"},
		{reason: "IPv4 out of range", target: "192.168.1.300:8080", refused: "spec.target"},
		{reason: "IPv4 of three parts", target: "1.2.3", refused: "spec.target"},
		{reason: "IPv4 of five parts", target: "1.2.3.4.5", refused: "spec.target"},
		{reason: "digits alone", target: "20240101:80", refused: "spec.target"},
		{reason: "a name that begins with a dash", target: "-a.b:80"},
		{reason: "a port and a path", target: "api.example.com:80/path", refused: "spec.target"},
		{reason: "port 0", target: "echo:0", refused: "spec.target", server: "the gateway takes port 0, on which nothing listens"},
		{reason: "port above 65535", target: "echo:65536", refused: "spec.target"},
		{reason: "no port after the colon", target: "echo:", refused: "spec.target"},
		{reason: "port of letters", target: "echo:http", refused: "spec.target"},
		{reason: "port with a sign", target: "echo:+80", refused: "spec.target"},
		{reason: "port with a zero before", target: "echo:080", refused: "spec.target", server: "it drops the zero"},
		{reason: "no host", target: ":80", refused: "spec.target"},
		{reason: "a url", target: "http://echo", refused: "spec.target"},
		{reason: "a path", target: "echo/a", refused: "spec.target"},
		{reason: "a space", target: "a b", refused: "spec.target"},
		{reason: "an empty label", target: "a..b", refused: "spec.target"},
		{reason: "half a bracket", target: "[2001:db8::1", refused: "spec.target"},
		{reason: "a host in brackets", target: "[echo]:80", refused: "spec.target"},
		{reason: "a zone", target: "[fe80::1%eth0]:80", refused: "spec.target"},
		{reason: "IPv6 and no port after the colon", target: "[2001:db8::1]:", refused: "spec.target"},
	}
	var rules []ruleCase
	for _, c := range cases {
		obj := builder.NewTarget("target").Upstream("upstream").Target("placeholder").MustBuild()
		obj.Spec.Target = c.target
		rules = append(rules, ruleCase{c.reason + " " + c.target, c.refused, c.server, obj})
	}
	checkRules(t, validatorOf("target"), rules)
}

// TestTargetsAreNormalisedAsStored compares the form in which we look for drift
// with that in which the server stores.
func TestTargetsAreNormalisedAsStored(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	upstream, err := j.server.Put(j.plane, "upstreams", map[string]any{"name": "upstream"})
	require.NoError(t, err)
	for _, address := range []string{
		"echo", "Echo.Example:80", "10.0.0.1", "10.0.0.1:1", "::1", "2001:DB8::A", "[2001:db8::1]", "[2001:db8::1]:81",
		"::ffff:10.0.0.1", "echo.:80", "010.0.0.2", "010.020.003.000:80", "2001:db8:0:0:1:0:0:1",
	} {
		stored, err := j.server.Put(j.plane, "targets", map[string]any{"target": address, "upstream": map[string]any{"id": upstream["id"]}})
		require.NoError(t, err, address)
		normalized, err := konnectrules.NormalizeTarget(address)
		require.NoError(t, err, address)
		assert.Equal(t, stored["target"], normalized, address)
		again, err := konnectrules.NormalizeTarget(normalized)
		require.NoError(t, err, address)
		assert.Equal(t, normalized, again, address)
	}
}

func TestTagRules(t *testing.T) {
	t.Parallel()
	many := func(n int) []string {
		var tags []string
		for i := range n {
			tags = append(tags, strings.Repeat("a", i+1))
		}
		return tags
	}
	cases := []struct {
		reason     string
		tags       []string
		annotation string
		refused    string
		server     string
	}{
		{reason: "a tag of 128", tags: []string{strings.Repeat("ü", 128)}},
		{reason: "printable ones", tags: []string{"a b", "team:gateway", "a=b;c", "ü"}},
		{reason: "twice the same", tags: []string{"a", "a"}},
		{reason: "twice the same by annotation", tags: []string{"a"}, annotation: "a, b"},
		{reason: "as many as fit beside the marks", tags: many(17)},
		{reason: "one more", tags: many(18), refused: "spec.tags"},
		{reason: "one more by annotation", tags: many(17), annotation: "x", refused: "spec.tags"},
		{reason: "comma", tags: []string{"a,b"}, refused: "spec.tags[0]"},
		{reason: "slash", tags: []string{"a", "a/b"}, refused: "spec.tags[1]"},
		{reason: "control character", tags: []string{"a\tb"}, refused: "spec.tags[0]"},
		{reason: "delete", tags: []string{"a\x7f"}, refused: "spec.tags[0]"},
		{reason: "long one by annotation", annotation: strings.Repeat("a", 129), refused: "metadata.annotations[konghq.com/tags]"},
		{reason: "many by annotation alone", annotation: strings.Join(many(18), ","), refused: "metadata.annotations[konghq.com/tags]"},
		{reason: "slash by annotation", annotation: "b, a/b,managed-by:argocd", refused: "metadata.annotations[konghq.com/tags]"},
		{reason: "an operator's key", tags: []string{"managed-by:kong-operator"}, refused: "spec.tags[0]", server: "tags are free"},
		{reason: "our key", tags: []string{"managed-key:a"}, refused: "spec.tags[0]", server: "tags are free"},
		{reason: "our key for readers", tags: []string{"k8s-name:a"}, refused: "spec.tags[0]", server: "tags are free"},
		{reason: "our key without a value", tags: []string{"managed-by"}},
		{reason: "a key like ours", tags: []string{"managed-by-us:a"}},
	}
	var rules []ruleCase
	for _, c := range cases {
		obj := builder.NewService("service").ControlPlane("cp").Host("echo").MustBuild()
		obj.Spec.Tags = c.tags
		if c.annotation != "" {
			obj.Annotations = map[string]string{"konghq.com/tags": c.annotation}
		}
		rules = append(rules, ruleCase{c.reason, c.refused, c.server, obj})
	}
	checkRules(t, validatorOf("service"), rules)
}
