package konnect

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Decisions are tested without a server: the batch is made of objects, what Konnect holds
// is given in JSON, and what is decided is compared as text.

const (
	testOwner = "team"
	planeID   = "00000000-0000-4000-8000-000000000001"
	otherID   = "00000000-0000-4000-8000-000000000002"
	thirdID   = "00000000-0000-4000-8000-000000000003"
)

// silent fails the test when anything is sent.
type silent struct{ t testing.TB }

func (s silent) RoundTrip(req *http.Request) (*http.Response, error) {
	s.t.Errorf("%s %s was sent", req.Method, req.URL)
	return nil, errors.New("nothing is sent here")
}

// silentClient is a client that sends nothing, and knows other kinds beside those of today.
func silentClient(t testing.TB, more []*kinds.Kind, opts ...Option) *Client {
	t.Helper()
	c, err := NewClient(append([]Option{
		WithToken("kpat_example"), WithRegion("eu"), WithOwner(testOwner), WithHTTPClient(&http.Client{Transport: silent{t}}),
	}, opts...)...)
	require.NoError(t, err)
	own := slices.DeleteFunc(kinds.All(), func(k *kinds.Kind) bool { // a kind of the test stands for that of its collection
		return slices.ContainsFunc(more, func(other *kinds.Kind) bool { return other.Collection == k.Collection })
	})
	c.config.table = kinds.TableOf(append(own, more...)...)
	return c
}

// held is what Konnect holds, by collection; control planes are those of "".
type held map[string][]canon.Object

// with returns more of it.
func (h held) with(collection string, entities ...canon.Object) held {
	more := maps.Clone(h)
	more[collection] = append(slices.Clone(h[collection]), entities...)
	return more
}

// emptyPlane is the control plane of gateway, as Konnect holds it.
func emptyPlane() held {
	key := crd.KeyOf(gateway())
	labels := canon.Object{}
	for name, value := range marks.Labels(nil, 0, testOwner, key, "") {
		labels[name] = value
	}
	return held{"": {{
		"id": planeID, "name": "gw", "description": "", "labels": labels,
		"config": canon.Object{"cluster_type": "CLUSTER_TYPE_CONTROL_PLANE", "auth_type": "pinned_client_certs", "cloud_gateway": false},
	}}}
}

func gateway() crd.Object { return builder.NewGatewayControlPlane("gw").MustBuild() }

// serviceNamed is KongService name, whose entity has the same name.
func serviceNamed(name string) *builder.Service {
	return builder.NewService(name).ControlPlane("gw").SpecName(name).Host("a.example.com")
}

func keyIn(kind, name string) crd.Key {
	return crd.Key{Group: crd.ConfigurationGroup, Kind: kind, Namespace: crd.DefaultNamespace, Name: name}
}

// computedID is the one with which the entity of an object is created.
func computedID(kind, name string) string {
	return marks.EntityID(planeID, testOwner, keyIn(kind, name))
}

// own is an entity of an object's, with its marks and computed ID unless the fields have others.
func own(kind, name string, fields canon.Object) canon.Object {
	return marked(testOwner, kind, name, fields)
}

func marked(owner, kind, name string, fields canon.Object) canon.Object {
	entity := canon.Object{"id": computedID(kind, name)}
	tags := []any{}
	for _, tag := range marks.Tags(nil, owner, keyIn(kind, name), "") {
		tags = append(tags, tag)
	}
	entity["tags"] = tags
	maps.Copy(entity, fields)
	return entity
}

// tagged returns an entity with more tags.
func tagged(entity canon.Object, tags ...any) canon.Object {
	entity = maps.Clone(entity)
	old, _ := entity["tags"].([]any)
	entity["tags"] = append(slices.Clone(old), tags...)
	return entity
}

// serviceFields are those of the entity of serviceNamed.
func serviceFields(name string) canon.Object {
	return canon.Object{"name": name, "host": "a.example.com"}
}

// inKonnect makes the world as observe does, of what Konnect holds instead of what it answers.
func inKonnect(t testing.TB, b *batch, o callOptions, h held) *world {
	t.Helper()
	w := &world{
		owner: o.owner, found: make([]found, len(b.items)), indexes: map[collection]*index{}, claims: map[claim]*item{},
		unread: map[string]error{}, faults: b.faults.clone(),
	}
	f := &finder{batch: b, world: w, options: o}
	fill := func(c collection) {
		x := newIndex()
		x.complete = true
		for _, entity := range h[c.kind.Collection] {
			e, err := wire.Decode(json.RawMessage(canon.Text(entity)), c.kind.Shape())
			require.NoError(t, err)
			x.add(e, w.owner)
		}
		w.indexes[c] = x
	}
	list := b.table.List()
	for _, a := range b.auth.accounts {
		a.observed = true
		fill(collection{account: a, kind: list[0]})
	}
	f.controlPlanes()
	for _, i := range b.items {
		if !i.isControlPlane() || w.found[i.n].entity == nil {
			continue
		}
		for _, k := range list[1:] {
			fill(collection{account: i.account, controlPlaneID: w.found[i.n].id, kind: k})
		}
	}
	f.entities(false)
	f.entities(true)
	return w
}

// asked is one call that is decided about.
type asked struct {
	more    []*kinds.Kind
	client  []Option
	objects []crd.Object
	held    held
	options []EnsureOption
	// unknown are the collections that cannot be read.
	unknown  []string
	planning bool
}

// ensured is what Ensure would do, up to its first write.
func (a asked) ensured(t testing.TB) *run {
	t.Helper()
	c := silentClient(t, a.more, a.client...)
	r := newRun(c.callOptions(a.options))
	r.options.planning = a.planning
	r.prepare(t, c, a)
	r.decisions = decide(r.batch, r.world, r.options)
	if r.options.prune {
		a.lookBelow(t, r)
		settle(r.batch, r.world, r.decisions, r.options)
	}
	r.decisions.breakSwaps(r.batch, r.world)
	r.decisions.spread(r.batch, r.world)
	r.results = newResults(r.world, r.decisions)
	return r
}

// deleted is what Delete would do.
func (a asked) deleted(t testing.TB, opts ...DeleteOption) *run {
	t.Helper()
	c := silentClient(t, a.more, a.client...)
	o := c.callOptions(nil)
	o.verb = deleting
	for _, opt := range opts {
		opt.applyToDelete(&o)
	}
	r := newRun(o)
	r.prepare(t, c, a)
	r.decisions = decideDeletes(r.batch, r.world, r.options)
	a.lookBelow(t, r)
	settleDeletes(r.batch, r.world, r.decisions, r.options)
	r.results = newResults(r.world, r.decisions)
	return r
}

func (r *run) prepare(t testing.TB, c *Client, a asked) {
	t.Helper()
	var err error
	r.batch, err = c.prepare(t.Context(), a.objects, r.options, r.notes)
	require.NoError(t, err)
	r.world = inKonnect(t, r.batch, r.options, a.held)
}

// lookBelow gives what lookBelow would find.
func (a asked) lookBelow(t testing.TB, r *run) {
	t.Helper()
	r.world.below = below{others: map[*kinds.Other][]*wire.Entity{}, unknown: map[collection]error{}}
	unknown := func(name string, in collection) {
		for _, i := range r.batch.items {
			if i.isControlPlane() && slices.Contains(a.unknown, name) {
				in.account, in.controlPlaneID = i.account, r.world.found[i.n].id
				r.world.below.unknown[in] = errors.New("konnect does not answer")
			}
		}
	}
	for _, k := range r.batch.table.List() {
		unknown(k.Collection, collection{kind: k})
	}
	for _, other := range r.batch.table.Others() {
		unknown(other.Collection, collection{other: other})
	}
}

// lines say what was decided: a line for each decision but those to leave something as it
// is, then problems and warnings.
func (r *run) lines() []string {
	lines := []string{}
	short := func(key crd.Key) string { return key.Kind + "/" + key.Name }
	for _, x := range r.decisions.all {
		if x.fault.err == nil && (x.planned == ActionUnchanged || x.planned == "") { // "" where the call is refused
			continue
		}
		line := string(x.planned)
		if x.orphan != nil {
			line += " orphan"
		}
		line += " " + short(x.key)
		for _, f := range x.changes.fields {
			line += " " + f.Path
		}
		if x.changes.holder != "" {
			line += ", of " + x.changes.holder
		}
		for _, other := range x.order.after {
			line += ", after " + short(other.key)
		}
		if x.order.parked {
			line += ", parked"
		}
		if x.order.trails {
			line += ", trails"
		}
		if x.order.taker != nil {
			line += ", for " + short(x.order.taker.key)
		}
		if x.fault.err != nil {
			line = strings.TrimSpace(fmt.Sprintf("%s: %s", strings.TrimSpace(line), errorType(x.fault.err)))
		}
		lines = append(lines, line)
	}
	decided := len(lines)
	for _, p := range r.decisions.faults.problems {
		lines = append(lines, "refused "+short(p.Key)+": "+errorType(p.Err))
	}
	for _, w := range r.decisions.warnings {
		lines = append(lines, "warning "+short(w.Key)+" "+string(w.Code))
	}
	slices.Sort(lines[decided:])
	return lines
}

// errorType is the type of an error that callers tell apart, with what it says of the cause;
// else the text.
func errorType(err error) string {
	var ownership *OwnershipError
	switch {
	case errors.As(err, new(*DependencyError)):
		return "DependencyError"
	case errors.As(err, &ownership):
		return "OwnershipError (" + ownership.Holder + ")"
	case errors.As(err, new(*ImmutableError)):
		return "ImmutableError"
	case errors.As(err, new(*MismatchError)):
		return "MismatchError"
	case errors.As(err, new(*ProtectedError)):
		return "ProtectedError"
	default:
		return err.Error()
	}
}
