package conformance

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

// testRoundTrip writes every valid random object as YAML, has an API server read it and
// reads its answer.
func testRoundTrip(t *testing.T, s *server, k *kind) {
	t.Helper()
	g := newGenerator(t, s, k)
	var requests []request
	for len(requests) < *casesFlag/10 {
		object := cloneTree(pick(g.random, g.seeds))
		g.mutate(object, pick(g.random, g.of.desired()))
		if r := newObject(t, k, object); library(t, r).accepted {
			requests = append(requests, r)
		}
	}
	parallel(len(requests), func(i int) { s.roundTrip(t, requests[i]) })
	t.Logf("%d objects", len(requests))
}

func (s *server) roundTrip(t *testing.T, r request) {
	t.Helper()
	object, err := manifest.Decode(r.body)
	if !assert.NoError(t, err) {
		return
	}
	var text bytes.Buffer
	if !assert.NoError(t, manifest.Encode(&text, object)) {
		return
	}
	answer := s.judge(t, request{kind: r.kind, body: text.Bytes(), contentType: asYAML})
	if !assert.True(t, answer.accepted, "%s\n%s", text.String(), answer) {
		return
	}
	again := decode(t, answer.result)
	again.SetUID("")
	again.SetCreationTimestamp(metav1.Time{})
	again.SetGeneration(object.GetGeneration())
	again.SetManagedFields(nil)
	again.SetNamespace(object.GetNamespace())
	assert.True(t, same(t, object, again), "want %#v\ngot %#v\n%s", object, again, text.String())
}

func same(t testing.TB, a, b crd.Object) bool {
	t.Helper()
	require.Equal(t, a.GVK(), b.GVK())
	return apiequality.Semantic.DeepEqual(a, b)
}
