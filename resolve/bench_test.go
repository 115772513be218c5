package resolve_test

import (
	"strconv"
	"testing"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/resolve"
)

// BenchmarkResolve has 40 000 nodes: services, routes, upstreams and targets.
func BenchmarkResolve(b *testing.B) {
	objects := batch(controlPlane("cp"))
	for i := range 10_000 {
		n := strconv.Itoa(i)
		objects = append(objects, service(n, "cp"), route(n, n, ""), upstream(n, "cp"), target(n, n))
	}
	resolved := func(b *testing.B) *resolve.Graph {
		b.Helper()
		graph, err := resolve.Resolve(b.Context(), objects)
		if err != nil {
			b.Fatal(err)
		}
		return graph
	}
	b.Run("graph", func(b *testing.B) {
		for b.Loop() {
			resolved(b)
		}
	})
	b.Run("mermaid", func(b *testing.B) {
		graph := resolved(b)
		for b.Loop() {
			graph.Mermaid()
		}
	})
	b.Run("source", func(b *testing.B) {
		var routes, rest []crd.Object
		for _, obj := range objects {
			if obj.GVK().Kind == "KongRoute" {
				routes = append(routes, obj)
			} else {
				rest = append(rest, obj)
			}
		}
		source := resolve.Objects(rest...)
		for b.Loop() {
			if _, err := resolve.Resolve(b.Context(), routes, resolve.WithSource(source)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
