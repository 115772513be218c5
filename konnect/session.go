package konnect

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/resolve"
)

// session is one call of Ensure, Plan or Delete.
type session struct {
	client  *Client
	options callOptions
	kinds   kindTable
	owner   string
	// deleting is true for Delete, which looks for our own entities only.
	deleting bool
	// observed is true once Konnect was asked.
	observed bool
	// planning is true where the digest of a plan is needed.
	planning bool
	tally    *tally

	// origins are the caller's objects, whose status is written.
	origins map[crd.Key]crd.Object
	// members are the objects with entities, dependencies first.
	members  []*member
	byKey    map[crd.Key]*member
	byMark   map[string]*member
	accounts map[string]*account
	// indexes hold what is known of each collection.
	indexes map[collection]*index
	// unresolved are the errors of resolve, by object.
	unresolved map[crd.Key][]error
	// fallbacks are the credentials that those of the client stand for, by control plane.
	fallbacks map[crd.Key]crd.Key
	// claims are the IDs of entities that belong to a member.
	claims map[string]*member
	// prunes are the entities to prune and, in Delete, leftovers.
	prunes []*member
	// reused are the objects that take the name of an entity to prune, by its ID.
	reused map[string]*member
	// plugins are those of control planes in which something is to be deleted, and
	// unheld the collections that could not be read for that.
	plugins  []*entity
	unheld   map[collection]error
	problems []Problem
	// warnings are in no order, and may repeat.
	warnings []Warning
	// asides are problems of a partial call with objects that have no entity.
	asides []error
	total  int

	// lock guards what several goroutines write: finished, warnings, and unread and failed of members.
	lock     sync.Mutex
	finished int
}

// collection is one list in Konnect.
type collection struct {
	account      *account
	controlPlane string
	kind         binding
}

// member is one object, or one entity to prune, with all that is known of it.
type member struct {
	key crd.Key
	// mark is the value of the managed-key mark of the object.
	mark string
	// obj has its defaults, and may be the caller's own; nil for an entity to prune.
	obj     crd.Object
	inBatch bool
	node    *resolve.Node
	kind    binding
	// control is the control plane that holds the entity; the member itself for a
	// control plane. account is set there.
	control *member
	account *account

	// id is the Konnect ID: of the entity that was found, or that it will have.
	// It is empty while the control plane does not exist.
	id     string
	entity *entity
	// owned is true once it is settled that the object stands for the entity.
	owned bool
	// holder says who looks after an entity that is adopted.
	holder string
	// clusterType is known for control planes once they are observed.
	clusterType string

	desired desired
	step    Action // what is to be done: created, updated, adopted, deleted or unchanged
	fields  []Field
	// held are the members of a group that exists.
	held []string
	// after are those that give up a name before this object takes it; for an
	// entity to prune, those that it holds and that leave it first.
	after []*member
	// parked is true for an entity that gives its name up before all others.
	parked bool
	// trails is true for an object that is written after those that refer to its
	// entity, because some of them must leave the one whose name it takes.
	trails bool
	// taker is the object that takes the name of an entity to prune, or of the one
	// that holds it.
	taker *member
	// failed is true for a control plane in which something could not be written.
	failed bool
	// kept is what Konnect holds otherwise than it was sent.
	kept []Field
	// unread tells why not everything in a control plane is known.
	unread error
	// basis is what the step rests on, for the digest of a plan.
	basis string

	outcome Action // what was done
	err     error
}

func (m *member) isControlPlane() bool { return m.control == m }

// isMirror tells whether the entity is only read.
func (m *member) isMirror() bool {
	return m.obj != nil && m.kind.mirrored(m.obj) != ""
}

// isReadOnly tells whether the entity is never written, whatever the step.
func (m *member) isReadOnly() bool {
	return m.isMirror() || m.obj != nil && (adoptOf(m.obj).IsMatch() || m.observes())
}

// at returns where the entity lives; the IDs of parents must be known.
func (s *session) at(m *member) scope {
	if m.isControlPlane() {
		return scope{}
	}
	at := scope{controlPlane: m.control.id}
	parent, parentID := s.parentOf(m), m.kind.about().parentID
	switch {
	case m.entity != nil && parentID != nil && (parent == nil || s.deleting):
		at.parent = parentID(m.entity) // to delete it, where it is
	case parent != nil:
		at.parent = parent.id
	}
	return at
}

// planeOf returns the member that stands for the control plane which m is or lies
// in: one of them where it is mirrored as well.
func (s *session) planeOf(m *member) *member {
	if plane := s.claims[m.control.id]; plane != nil {
		return plane
	}
	return m.control
}

// parentOf returns the member whose entity nests m's URL; nil for flat kinds.
func (s *session) parentOf(m *member) *member {
	if m.node == nil || m.kind.about().parent == "" {
		return nil
	}
	for _, edge := range m.node.Edges {
		if edge.Field == m.kind.about().parent {
			return s.leadsTo(edge)
		}
	}
	return nil
}

// leadsTo returns the member that a reference leads to. It is nil for one that leads
// nowhere: without a grant it never does, though byKey may hold what it names.
func (s *session) leadsTo(edge resolve.Edge) *member {
	if edge.Node == nil {
		return nil
	}
	return s.byKey[edge.Node.Key]
}

func (c *Client) newSession(options callOptions) *session {
	return &session{
		client: c, options: options, kinds: newKindTable(), owner: c.config.owner, tally: &tally{},
		origins:  map[crd.Key]crd.Object{},
		accounts: map[string]*account{},
		indexes:  map[collection]*index{}, claims: map[string]*member{}, unresolved: map[crd.Key][]error{}, fallbacks: map[crd.Key]crd.Key{},
		reused: map[string]*member{}, unheld: map[collection]error{},
	}
}

// copies returns the objects with their defaults: deep copies, so that only status
// is ever written to the caller's, or the caller's own where nothing is filled in.
func (s *session) copies(objects []crd.Object) []crd.Object {
	own := make([]crd.Object, 0, len(objects))
	for i, obj := range objects {
		if isNilObject(obj) {
			s.problem(crd.Key{Kind: "object", Name: fmt.Sprintf("#%d", i)}, field.Required(field.NewPath(""), "the object is nil"))
			continue
		}
		dup, ok := obj.DeepCopyObject().(crd.Object)
		if !ok {
			s.problem(crd.KeyOf(obj), fmt.Errorf("copy %s: %T does not copy to its own type", crd.KeyOf(obj), obj))
			continue
		}
		dup.Default()
		if dup.GetNamespace() == "" {
			dup.SetNamespace(crd.DefaultNamespace)
		}
		if reflect.DeepEqual(dup, obj) {
			dup = obj // thousands of copies would weigh
		}
		s.origins[crd.KeyOf(dup)] = obj
		own = append(own, dup)
	}
	return own
}

func isNilObject(obj crd.Object) bool {
	value := reflect.ValueOf(obj)
	return obj == nil || value.Kind() == reflect.Pointer && value.IsNil()
}

// problem notes what stops the call, or in a partial call the object alone.
func (s *session) problem(key crd.Key, err error) {
	p := Problem{Key: key, Err: err}
	if m := s.byKey[key]; m != nil && s.options.partial {
		m.fail(p.named())
		return
	}
	s.problems = append(s.problems, p)
}

// refuse is like problem for a member, which may be an entity without an object.
func (s *session) refuse(m *member, err error) {
	if p := (Problem{Key: m.key, Err: err}); s.options.partial {
		m.fail(p.named())
	} else {
		s.problems = append(s.problems, p)
	}
}

// refusal returns all problems as one error; nil when there are none.
func (s *session) refusal() error {
	if len(s.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(s.problems, func(a, b Problem) int { return a.Key.Compare(b.Key) })
	return &ValidationError{Problems: s.problems}
}

// prepare checks and resolves the batch without sending anything. With lenient
// set, as for deletion, what cannot be resolved concerns its own object only.
func (s *session) prepare(ctx context.Context, objects []crd.Object, lenient bool) error {
	if err := s.options.checkAdoption(); err != nil {
		return err
	}
	if err := checkWarningCodes(s.options.withoutWarnings); err != nil {
		return err
	}
	own := s.copies(objects)
	if !lenient {
		s.validate(own)
	}
	graph, err := resolve.Resolve(ctx, own, resolve.WithSource(s.client.config.source))
	s.collect(graph)
	if ctx.Err() != nil {
		return fmt.Errorf("resolve: %w", ctx.Err())
	}
	s.takeResolveErrors(err, lenient)
	if s.options.partial {
		s.isolate()
	}
	s.assignAccounts(lenient)
	if !lenient {
		s.checkControlPlanes()
		if s.options.prune && !s.client.config.ownerIsSet {
			s.problem(crd.Key{}, errors.New("prune: the client needs WithOwner, so that only its own entities are deleted"))
		}
	}
	return s.refusal()
}

// collect makes a member of each object that has an entity.
func (s *session) collect(graph *resolve.Graph) {
	nodes := graph.Nodes()
	s.members = make([]*member, 0, len(nodes))
	s.byKey, s.byMark = make(map[crd.Key]*member, len(nodes)), make(map[string]*member, len(nodes))
	for _, node := range nodes {
		k := s.kinds.by[node.Key.GroupKind()]
		if k == nil {
			continue
		}
		m := &member{
			key: node.Key, mark: managedKey(node.Key), obj: node.Object, inBatch: node.InBatch, node: node, kind: k,
		}
		s.members = append(s.members, m)
		s.byKey[m.key], s.byMark[m.mark] = m, m
	}
	for _, m := range s.members {
		if control := m.node.ControlPlane; control != nil {
			m.control = s.byKey[control.Key]
		}
	}
}

// takeResolveErrors turns the errors of resolve into problems.
func (s *session) takeResolveErrors(err error, lenient bool) {
	if err == nil {
		return
	}
	all, ok := errors.AsType[*resolve.Error](err)
	if !ok {
		s.problem(crd.Key{}, err)
		return
	}
	for _, problem := range all.Problems {
		if s.fallsBack(problem) {
			continue
		}
		key, at := resolve.Location(problem)
		s.unresolved[key] = append(s.unresolved[key], problem)
		m := s.byKey[key]
		switch {
		case !lenient:
			s.problem(key, problem)
		case m == nil:
			if s.origins[key] != nil && at != "" && !s.isCredential(key) {
				s.asides = append(s.asides, problem)
			}
		case m.control != nil: // it may be reached all the same
		default:
			m.err = errors.Join(m.err, problem)
		}
	}
}
