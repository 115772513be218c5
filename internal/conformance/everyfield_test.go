package conformance

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// testEveryField puts every candidate into every place of every seed, one at a time.
func testEveryField(t *testing.T, s *server, k *kind) {
	of := s.schemas[k.GroupVersionKind]
	var requests []request
	for _, seed := range k.seeds(t) {
		requests = append(requests, singleChanges(t, seed, of, func(object tree) request { return newObject(t, k, object) })...)
		if k.stateless {
			continue
		}
		before := s.store(t, k, seed)
		requests = append(requests, statusChanges(t, k, before, of)...)
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

// singleChanges returns a request for every candidate of every place outside the status.
func singleChanges(t *testing.T, seed tree, of *property, as func(tree) request) []request {
	t.Helper()
	spec := &property{JSONSchemaProps: of.JSONSchemaProps, properties: map[string]*property{"spec": of.properties["spec"]}}
	var requests []request
	places := append(sites(seed, spec, ""), metadataSites(t, seed)...)
	for i := range places {
		for _, c := range places[i].of.candidates(t, places[i].required) {
			object := cloneTree(seed)
			again := append(sites(object, spec, ""), metadataSites(t, object)...)
			again[i].change(c)
			requests = append(requests, as(object))
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
	of = &property{JSONSchemaProps: of.JSONSchemaProps, properties: map[string]*property{"status": of.properties["status"]}}
	requests := []request{updateStatus(t, k, before, filled)}
	for i, place := range sites(filled, of, "") {
		for _, c := range place.of.candidates(t, place.required) {
			object := cloneTree(filled)
			sites(object, of, "")[i].change(c)
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
