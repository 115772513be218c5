package deck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/resolve"
)

// formatVersion is the one that is written and read.
const formatVersion = "3.0"

// Encode writes the entities of the objects in one control plane as a decK file: what is
// given, and not what is the default. The control plane must be among the objects; those
// without an entity, such as Secrets and grants, serve the others. Objects are not changed,
// and the same batch gives the same bytes, in whatever order.
//
// decK knows most entities by their names. For the others, such as certificates, the file
// has the ID: spec.id, that of spec.adopt, that of the status, or else the one with which
// konnectkit creates the entity. With WithOwner that takes a control plane whose ID is known,
// as that of a mirror or of an object after Ensure.
//
// The error is an *EncodeError that holds all problems, or comes from w; nothing is written
// when there are problems.
func Encode(w io.Writer, objects []crd.Object, opts ...EncodeOption) error {
	e := encoder{entities: map[crd.Key]*entity{}, rows: rows()}
	for _, opt := range opts {
		opt(&e.options)
	}
	graph := e.imply(e.resolve(objects))
	e.choosePlane(graph)
	if len(e.problems) == 0 {
		for _, node := range graph.Nodes() {
			e.add(node)
		}
	}
	if len(e.problems) > 0 {
		return &EncodeError{Problems: e.problems}
	}
	return e.write(w)
}

// encoder collects the entities of one control plane.
type encoder struct {
	options   encodeOptions
	rows      map[string]*row
	plane     *resolve.Node
	entities  map[crd.Key]*entity
	implied   map[crd.Key][]string // marks of what is implied, and of what implies it
	variables variables
	problems  []Problem
}

// refuse notes a problem, once: a plugin may have many bindings.
func (e *encoder) refuse(key crd.Key, field, message string) {
	problem := Problem{Key: key, Field: field, Message: message}
	if !slices.Contains(e.problems, problem) {
		e.problems = append(e.problems, problem)
	}
}

// resolve follows the references of objects, and notes what is wrong with them.
func (e *encoder) resolve(objects []crd.Object) *resolve.Graph {
	copies := make([]crd.Object, 0, len(objects))
	for _, object := range objects {
		if v := reflect.ValueOf(object); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
			e.refuse(crd.Key{}, "", "an object is nil")
			continue
		}
		c, _ := reflect.TypeAssert[crd.Object](reflect.ValueOf(object.DeepCopyObject()))
		c.Default()
		for _, problem := range c.Validate() {
			e.refuse(crd.KeyOf(c), problem.Field, problem.ErrorBody())
		}
		copies = append(copies, c)
	}
	graph, err := resolve.Resolve(context.Background(), copies)
	if all, ok := errors.AsType[*resolve.Error](err); ok {
		for _, problem := range all.Problems {
			if !e.tolerates(problem) {
				e.problems = append(e.problems, Problem{err: problem})
			}
		}
	}
	return graph
}

// tolerates reports whether a problem with references keeps nothing from being written: a
// control plane needs no credentials here, and what a Secret would say may be a variable.
func (e *encoder) tolerates(problem error) bool {
	from, _ := resolve.Location(problem)
	if from.Kind == crd.ControlPlaneKind || from.Kind == crd.APIAuthKind {
		return true
	}
	missing, ok := errors.AsType[*resolve.MissingError](problem)
	return ok && missing.To.Kind == crd.SecretKind && !e.options.secrets
}

// choosePlane finds the one control plane of the file: that with entities, or the only one.
func (e *encoder) choosePlane(graph *resolve.Graph) {
	held, all := map[*resolve.Node]bool{}, map[*resolve.Node]bool{}
	for _, node := range graph.Nodes() {
		plane := node.ControlPlane
		if plane == nil || e.options.plane != (crd.Key{}) && plane.Key != e.options.plane {
			continue
		}
		all[plane] = true
		if e.rows[node.Key.Kind] != nil {
			held[plane] = true
		}
	}
	if len(held) == 0 {
		held = all
	}
	var names []string
	for plane := range held {
		e.plane = plane
		names = append(names, plane.Key.String())
	}
	slices.Sort(names)
	switch {
	case len(names) == 0 && len(e.problems) == 0:
		e.refuse(e.options.plane, "", "the objects are in no such control plane; its own object must be among them")
	case len(names) > 1:
		e.refuse(crd.Key{}, "", "a file takes one control plane, and these objects are in "+strings.Join(names, ", ")+
			"; choose with WithControlPlane")
	}
}

// add makes the entity of an object, if it has one in the control plane.
func (e *encoder) add(node *resolve.Node) {
	r := e.rows[node.Key.Kind]
	if r == nil || node.ControlPlane != e.plane {
		return
	}
	x := &entity{encoder: e, node: node, row: r}
	if !x.isWritten() {
		return
	}
	e.entities[node.Key] = x
	x.fill()
}

// planeID is the ID of the control plane; empty where it is not known.
func (e *encoder) planeID() string {
	plane, ok := e.plane.Object.(*konnectv1alpha2.KonnectGatewayControlPlane)
	if ok && plane.Spec.Mirror != nil {
		return plane.Spec.Mirror.Konnect.ID
	}
	return e.plane.Object.GetKonnectStatus().ID
}

// planeName is the name of the control plane; empty where it is not known.
func (e *encoder) planeName() string {
	if e.options.planeName != "" {
		return e.options.planeName
	}
	plane, ok := e.plane.Object.(*konnectv1alpha2.KonnectGatewayControlPlane)
	if !ok || plane.Spec.CreateControlPlaneRequest == nil {
		return ""
	}
	return plane.Spec.CreateControlPlaneRequest.Name
}

// selectTags are the marks by which decK finds the entities of the owner.
func (e *encoder) selectTags() []string {
	if e.options.owner == "" {
		return nil
	}
	return []string{marks.ManagedBy + ":" + marks.Us, marks.Owner + ":" + e.options.owner}
}

// write nests the entities and writes the file.
func (e *encoder) write(w io.Writer) error {
	file := map[string]any{"_format_version": formatVersion}
	if tags := e.selectTags(); tags != nil {
		file["_info"] = map[string]any{"select_tags": tags}
	}
	if name := e.planeName(); name != "" {
		file["_konnect"] = map[string]any{"control_plane_name": name}
	}
	for _, x := range e.sorted() {
		within, list := file, x.row.list
		if parent := x.parent(); parent != nil {
			within = parent.fields
		}
		items, _ := within[list].([]any)
		within[list] = append(items, x.fields)
	}
	for variable, value := range e.variables.named() {
		if e.options.environment != nil {
			e.options.environment(variable, value)
		}
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	if err := errors.Join(encoder.Encode(escaped(file)), encoder.Close()); err != nil {
		return fmt.Errorf("encode decK file: %w", err)
	}
	if _, err := out.WriteTo(w); err != nil {
		return fmt.Errorf("write decK file: %w", err)
	}
	return nil
}

// sorted are the entities by their names, where these are no secrets, so that the file does
// not depend on the order of the batch.
func (e *encoder) sorted() []*entity {
	all := make([]*entity, 0, len(e.entities))
	for _, x := range e.entities {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *entity) int {
		if order := strings.Compare(a.name(), b.name()); order != 0 {
			return order
		}
		return strings.Compare(a.node.Key.String(), b.node.Key.String())
	})
	return all
}
