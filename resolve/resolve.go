package resolve

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// Option configures Resolve.
type Option func(*resolver)

// WithSource looks objects outside the batch up in source; nil means that there
// are none, which is the default. Resolve asks it at most once for each key and
// once for the grants of each namespace, one call at a time.
func WithSource(source Source) Option {
	return func(r *resolver) { r.source = source }
}

// Resolve returns the graph of objects and of all that they refer to, directly
// or not. The result does not depend on the order of objects, as long as no key
// occurs twice; of duplicates the first one stays.
//
// The error is an *[Error] that holds every problem found, in objects and in
// what was looked up. The graph is there even then, with what could be resolved.
// When ctx ends, the lookups that are left are dropped and its error is one of
// the problems.
func Resolve(ctx context.Context, objects []crd.Object, opts ...Option) (*Graph, error) {
	r := &resolver{nodes: make(map[crd.Key]*Node, len(objects)), misses: map[crd.Key]error{}}
	for _, opt := range opts {
		opt(r)
	}
	if r.source == nil {
		r.source = Objects()
	}
	r.addBatch(objects)
	r.grants = newGrants(r.source, r.queue)
	r.follow(ctx)
	if r.interrupted != nil {
		r.report(fmt.Errorf("resolve: look up references: %w", r.interrupted))
	}

	graph, cycles := newGraph(r.nodes, r.queue)
	for _, path := range cycles {
		r.report(&CycleError{Path: path})
	}
	r.report(assignControlPlanes(graph.nodes)...)
	r.report(checkTokens(graph.nodes)...)
	return graph, newError(r.problems)
}

// resolver is the state of one call of Resolve.
type resolver struct {
	source      Source
	nodes       map[crd.Key]*Node
	misses      map[crd.Key]error // what the source answered for keys that it has no object of
	queue       []*Node           // all nodes, whose references are followed in this order
	grants      *grants
	problems    []error
	interrupted error
}

func (r *resolver) report(problems ...error) { r.problems = append(r.problems, problems...) }

// addBatch makes a node of each object and queues them by key, so that the
// source is asked in the same order whatever the order of the batch.
func (r *resolver) addBatch(objects []crd.Object) {
	duplicates := map[crd.Key]bool{}
	for i, obj := range objects {
		if isNil(obj) {
			r.report(fmt.Errorf("resolve: item %d of the batch is nil", i))
			continue
		}
		key := crd.KeyOf(obj)
		if _, ok := r.nodes[key]; ok {
			duplicates[key] = true
			continue
		}
		r.add(&Node{Key: key, Object: obj, InBatch: true})
	}
	for key := range duplicates {
		r.report(&DuplicateError{Key: key})
	}
	slices.SortFunc(r.queue, compareNodes)
}

func (r *resolver) add(node *Node) {
	r.nodes[node.Key] = node
	r.queue = append(r.queue, node)
}

// follow resolves the references of every node in the queue, which grows by the
// objects that are looked up.
func (r *resolver) follow(ctx context.Context) {
	for i := 0; i < len(r.queue); i++ {
		node := r.queue[i]
		for _, ref := range node.Object.References() {
			target, err := r.target(ctx, node.Key, ref)
			node.Edges = append(node.Edges, Edge{Reference: ref, Node: target})
			switch {
			case err == nil:
			case ctx.Err() != nil && errors.Is(err, ctx.Err()):
				r.interrupted = ctx.Err()
			default:
				r.report(err)
			}
		}
	}
}

// target returns the node that ref leads to. What is not granted is as if it were
// not there: it is neither linked, if it is in the batch, nor looked up.
func (r *resolver) target(ctx context.Context, from crd.Key, ref crd.Reference) (*Node, error) {
	if ref.Unsupported {
		return nil, &UnsupportedError{From: from, Field: ref.Field, To: ref.To}
	}
	if err := r.permit(ctx, from, ref); err != nil {
		return nil, err
	}
	if target := r.nodes[ref.To]; target != nil {
		return target, nil
	}
	target, err := r.lookUp(ctx, ref.To)
	if ref.Or != nil && errors.Is(err, ErrNotFound) {
		if target := r.nodes[*ref.Or]; target != nil {
			return target, nil
		}
		target, err = r.lookUp(ctx, *ref.Or)
	}
	switch {
	case err == nil:
		return target, nil
	case errors.Is(err, ErrNotFound):
		return nil, &MissingError{From: from, Field: ref.Field, To: ref.To, Or: ref.Or}
	default:
		return nil, &LookupError{From: from, Field: ref.Field, To: ref.To, Err: err}
	}
}

// permit returns nil if ref stays in its namespace or is granted.
func (r *resolver) permit(ctx context.Context, from crd.Key, ref crd.Reference) error {
	if ref.To.Namespace == from.Namespace || ref.Granted {
		return nil
	}
	granted, err := r.grants.permit(ctx, from, ref.To)
	switch {
	case err != nil:
		return &LookupError{From: from, Field: ref.Field, To: ref.To, Err: err}
	case !granted:
		return &NotGrantedError{From: from, Field: ref.Field, To: ref.To}
	default:
		return nil
	}
}

// lookUp adds the object of key from the source.
func (r *resolver) lookUp(ctx context.Context, key crd.Key) (*Node, error) {
	if err, ok := r.misses[key]; ok {
		return nil, err
	}
	obj, err := get(ctx, r.source, key)
	if err != nil {
		r.misses[key] = err
		return nil, err
	}
	node := &Node{Key: key, Object: obj}
	r.add(node)
	return node, nil
}

// get asks source for key and does not take its word for the answer.
func get(ctx context.Context, source Source, key crd.Key) (crd.Object, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if key.Name == "" {
		return nil, ErrNotFound
	}
	obj, err := source.Get(ctx, key)
	switch {
	case err != nil:
		return nil, err
	case isNil(obj):
		return nil, errors.New("the source returned neither an object nor an error")
	case crd.KeyOf(obj) != key:
		return nil, fmt.Errorf("the source returned %s instead", crd.KeyOf(obj))
	default:
		return obj, nil
	}
}

// isNil tells whether obj holds nothing, be it as a nil pointer of some type.
func isNil(obj crd.Object) bool {
	value := reflect.ValueOf(obj)
	return !value.IsValid() || value.Kind() == reflect.Pointer && value.IsNil()
}
