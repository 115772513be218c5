package conformance

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// testEveryField puts every candidate into every place of every seed, one at a time. The
// metadata and the status are the same for all seeds: those of the first will do.
func testEveryField(t *testing.T, s *server, k *kind) {
	t.Helper()
	of := s.schemas[k.GroupVersionKind]
	var requests []request
	seeds := k.seeds(t)
	for _, seed := range seeds {
		for _, field := range of.desired() {
			requests = append(requests, singleChanges(t, k, seed, of.only(field).sites)...)
		}
	}
	requests = append(requests, singleChanges(t, k, seeds[0], func(object tree) []site { return metadataSites(t, object) })...)
	if !k.stateless {
		requests = append(requests, statusChanges(t, k, s.store(t, k, seeds[0]), of)...)
	}
	accepted := make([]bool, len(requests))
	parallel(len(requests), func(i int) {
		server, _ := s.check(t, requests[i])
		accepted[i] = server.accepted
	})
	valid := share(accepted)
	t.Logf("%d requests, %.0f %% valid", len(requests), valid)
	assert.Greater(t, valid, 10.0)
	assert.Less(t, valid, 90.0)
}

func share(accepted []bool) float64 {
	count := 0
	for _, ok := range accepted {
		if ok {
			count++
		}
	}
	return 100 * float64(count) / float64(len(accepted))
}

// singleChanges returns a request for every candidate of every place in a seed.
func singleChanges(t *testing.T, k *kind, seed tree, places func(tree) []site) []request {
	t.Helper()
	var requests []request
	for i, place := range places(seed) {
		for _, c := range place.of.candidates(t, place.required) {
			object := cloneTree(seed)
			places(object)[i].change(c)
			requests = append(requests, newObject(t, k, object))
		}
	}
	return requests
}

// statusChanges returns a request to the status of a stored object for every candidate
// of every place there.
func statusChanges(t *testing.T, k *kind, before tree, of *property) []request {
	t.Helper()
	filled := cloneTree(before)
	filled["status"] = fullStatus(t, of.properties["status"])
	requests := []request{updateStatus(t, k, before, filled)}
	for i, place := range of.only("status").sites(filled) {
		for _, c := range place.of.candidates(t, place.required) {
			object := cloneTree(filled)
			of.only("status").sites(object)[i].change(c)
			requests = append(requests, updateStatus(t, k, before, object))
		}
	}
	return requests
}

// fullStatus is a valid status that has every field.
func fullStatus(t testing.TB, of *property) tree {
	t.Helper()
	status := of.full(t).(tree)
	condition := status["conditions"].([]any)[0].(tree)
	condition["type"], condition["status"] = "Programmed", "False"
	return status
}

// full is a valid value that has every property, and one item in every list and map.
func (p *property) full(t testing.TB) any {
	t.Helper()
	switch {
	case p.items != nil:
		return []any{p.items.full(t)}
	case p.additional != nil:
		return tree{"a": p.additional.full(t)}
	case p.Type == "object":
		object := tree{}
		for name, property := range p.properties {
			object[name] = property.full(t)
		}
		return object
	default:
		return p.example(t)
	}
}
