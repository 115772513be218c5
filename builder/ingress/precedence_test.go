package ingress_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder/ingress"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// reference decides which Service gets a request, by going through all paths as the
// documentation of this package orders them.
type reference struct{ paths []referencePath }

type referencePath struct {
	host, kind, value, service string
	method, header, sni        string
	priority, age              int
}

func (p referencePath) hostRank() int {
	switch {
	case p.host == "":
		return 0
	case strings.HasPrefix(p.host, "*."):
		return len(p.host)
	default:
		return 1000
	}
}

func (p referencePath) takes(r routing.Request) bool {
	_, parent, _ := strings.Cut(r.Host, ".")
	switch {
	case p.host != "" && p.host != r.Host && p.host != "*."+parent,
		p.method != "" && p.method != r.Method,
		p.header != "" && r.Header.Get("X-Part") != p.header,
		p.sni != "" && p.sni != r.SNI:
		return false
	}
	switch p.kind {
	case "Exact":
		return r.Path == p.value
	case "Prefix":
		want, have := strings.Split(strings.Trim(p.value, "/"), "/"), strings.Split(strings.TrimPrefix(r.Path, "/"), "/")
		return p.value == "/" || len(have) >= len(want) && slices.Equal(have[:len(want)], want)
	case "Regex":
		return regexp.MustCompile("^(?:" + p.value + ")").MatchString(r.Path)
	default:
		return strings.HasPrefix(r.Path, p.value)
	}
}

// pathOf returns the path that takes a request; the zero value if none does.
func (ref reference) pathOf(r routing.Request) referencePath {
	rank := func(p referencePath) []int {
		kind := map[string]int{"Regex": 10, "Exact": 3, "Prefix": 2, "ImplementationSpecific": 1, "Default": 0}[p.kind]
		length := len(p.value)
		if p.kind == "Prefix" && p.value != "/" {
			length = len(strings.TrimSuffix(p.value, "/"))
		}
		isRegex := 0
		if p.kind == "Regex" {
			isRegex = 1 + p.priority
		}
		count := 0
		for _, criterion := range []string{p.method, p.header, p.sni} {
			count += min(len(criterion), 1)
		}
		return []int{p.hostRank(), isRegex, length, kind, count, min(len(p.header), 1), -p.age}
	}
	taking := slices.DeleteFunc(slices.Clone(ref.paths), func(p referencePath) bool { return !p.takes(r) })
	if len(taking) == 0 {
		return referencePath{}
	}
	return slices.MaxFunc(taking, func(a, b referencePath) int { return slices.Compare(rank(a), rank(b)) })
}

// add puts a path into the reference and into an Ingress of its own.
func (ref *reference) add(in *ingress.Input, p referencePath) {
	p.age, p.service = len(ref.paths), fmt.Sprintf("s%d", len(ref.paths)%8)
	ref.paths = append(ref.paths, p)
	object := networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{
		Namespace: "shop", Name: fmt.Sprintf("i%d", p.age), Annotations: map[string]string{},
		CreationTimestamp: metav1.Unix(int64(p.age), 0),
	}}
	if p.method != "" {
		object.Annotations["konghq.com/methods"] = p.method
	}
	if p.header != "" {
		object.Annotations["konghq.com/headers.X-Part"] = p.header
	}
	if p.sni != "" {
		object.Annotations["konghq.com/snis"] = p.sni
	}
	to := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: p.service, Port: networkingv1.ServiceBackendPort{Number: 80}}}
	path := networkingv1.HTTPIngressPath{Path: p.value, PathType: new(networkingv1.PathType(p.kind)), Backend: to}
	switch p.kind {
	case "Default":
		object.Spec.DefaultBackend = &to
	case "Regex":
		path.Path, path.PathType = "/~"+p.value, new(networkingv1.PathTypeImplementationSpecific)
		object.Annotations["konghq.com/regex-priority"] = fmt.Sprint(p.priority)
		fallthrough
	default:
		object.Spec.Rules = []networkingv1.IngressRule{{Host: p.host, IngressRuleValue: networkingv1.IngressRuleValue{
			HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{path}},
		}}}
	}
	in.Ingresses = append(in.Ingresses, object)
}

func pick[T any](random *rand.Rand, from ...T) T { return from[random.IntN(len(from))] }

// randomPath leaves most criteria out.
func randomPath(random *rand.Rand) referencePath {
	p := referencePath{
		host:   pick(random, "", "", "a.example.com", "b.example.com", "*.example.com", "*.b.example.com", "example.com"),
		kind:   pick(random, "Exact", "Prefix", "Prefix", "ImplementationSpecific", "Regex", "Default"),
		value:  pick(random, "/", "/a", "/a/", "/a/b", "/ab", "/a/b/c", "/a.b"),
		method: pick(random, "", "", "", "GET", "POST"),
		header: pick(random, "", "", "", "one", "two"),
		sni:    pick(random, "", "", "", "", "tls.example.com"),
	}
	switch p.kind {
	case "Regex":
		p.value, p.priority = pick(random, "/a/[a-c]", "/a.*", "/[^/]+/b", "/(a|b)$"), random.IntN(3)
	case "Default":
		p.host, p.value = "", "/"
	}
	return p
}

// randomRequest has no header in another case, which Kong does not tell apart, and is over
// TLS, because the router asks no other request for an SNI.
func randomRequest(random *rand.Rand) routing.Request {
	r := routing.Request{
		Method: pick(random, "GET", "POST", "PUT"), Protocol: "https", Header: http.Header{}, SNI: pick(random, "", "tls.example.com"),
		Host: pick(random, "a.example.com", "b.example.com", "c.example.com", "example.com", "other.org", severalLabels),
		Path: pick(random, "/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/a/b/c/d", "/ab", "/abc", "/a.b", "/axb", "/b", "/a/c"),
	}
	if part := pick(random, "", "one", "two"); part != "" {
		r.Header.Set("X-Part", part)
	}
	return r
}

// TestPrecedence puts random Ingresses beside the reference, under both calculations of
// priorities. Where two paths are equal in all but their ages, the older one counts in both.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	sets := 400
	if testing.Short() {
		sets = 60
	}
	base := read(t, services("s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"))
	random := rand.New(rand.NewPCG(15, 6))
	routes, requests := 0, 0
	for range sets {
		in, ref := base, &reference{}
		for range 2 + random.IntN(9) {
			ref.add(&in, randomPath(random))
		}
		result := accepted(t, in)
		routes += len(result.Objects)
		for priority, router := range routers(t, result) {
			for range 60 {
				r := randomRequest(random)
				match, ok := router.Match(r)
				want, got := ref.pathOf(r), ""
				if r.Host == severalLabels && want.host == "" {
					continue
				}
				if ok {
					got = strings.Split(match.Route.Service.Key.Name, ".")[2]
				}
				requests++
				if got != want.service {
					require.Equal(t, want.service, got, "%s: %s %s%s %v %s\n%+v\n%s", priority, r.Method, r.Host, r.Path, r.Header, r.SNI, ref.paths, explained(router, r))
				}
			}
		}
	}
	t.Logf("%d requests, %d objects", requests, routes)
}

// severalLabels is a host that Kong takes for *.example.com too, and Ingress does not: it
// counts where *.b.example.com has it.
const severalLabels = "c.b.example.com"

func explained(router *routing.Router, r routing.Request) string {
	text := router.Explain(r).String()
	return cmp.Or(text, "nothing")
}
