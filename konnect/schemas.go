package konnect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/pluginconfig"
	"github.com/konnectkit/konnectkit/konnect/internal/schedule"
)

// described is a type of configuration as a control plane describes it.
type described struct {
	account        *account
	controlPlaneID string
	configured     string // the type
}

// describes returns what describes the configuration of an item; its type is empty
// where that is not known.
func describes(w *world, i *item, in kinds.Inputs) described {
	c := i.kind.Configuration
	return described{i.controlPlane.account, w.found[i.controlPlane.n].id, c.Type(in.Objects[c.Of])}
}

// readSchemas reads the schemas of all configurations of the batch whose control planes
// exist. What the client knows is read again where it refuses what an object has, or an
// entity has other defaults.
func (r *reader) readSchemas(ctx context.Context) {
	items := map[described][]*item{}
	for _, i := range r.batch.items {
		plane := i.controlPlane
		if i.kind.Configuration == nil || plane == nil || r.world.found[plane.n].entity == nil || r.world.faults.failed[i.n] != nil {
			continue
		}
		if at := describes(r.world, i, r.options.inputs(r.batch, r.world, i, kinds.Inputs{}, nil)); at.configured != "" && r.world.schemas[at] == nil {
			items[at] = append(items[at], i)
		}
	}
	var reads []*schedule.Task
	read := make(map[described]*pluginconfig.Schema, len(items)) // nobody looks at the world's before it is whole
	for at, those := range items {
		reads = append(reads, &schedule.Task{Account: at.account, Lane: at.controlPlaneID, Run: func(ctx context.Context) {
			path := those[0].kind.Configuration.Path(at.controlPlaneID, at.configured)
			suffices := func(s *pluginconfig.Schema) bool { return r.takesAll(those, s) && r.agrees(those, s) }
			schema, err := at.account.schema(path, suffices, func() ([]byte, error) { return r.readSchema(ctx, at, path) })
			r.lock.Lock()
			defer r.lock.Unlock()
			read[at] = schema
			for _, i := range those {
				r.refuseType(i, at.configured, err)
			}
		}})
	}
	schedule.Run(ctx, r.config.maxConcurrency, reads)
	maps.Copy(read, r.world.schemas)
	r.world.schemas = read
}

// readSchema reads one from a control plane that not all of Konnect may know yet.
func (r *reader) readSchema(ctx context.Context, at described, path string) ([]byte, error) {
	return r.config.retry.repeat(ctx, func() ([]byte, bool, error) {
		raw, err := at.account.get(ctx, path, nil)
		api, _ := errors.AsType[*APIError](err)
		return raw, r.isNew && isNotFound(err) && !strings.Contains(api.Message, at.configured), err
	})
}

// refuseType records why there is no schema for an item.
func (r *reader) refuseType(i *item, configured string, err error) {
	switch {
	case err == nil:
	case isNotFound(err) && r.options.verb != releasing:
		r.world.faults.problem(i, i.key, fmt.Errorf("check %s: %s: konnect knows no plugin %q", i.key, i.kind.Configuration.Of, configured))
	default:
		r.world.faults.fail(i, fmt.Errorf("observe %s: read the schema of %s: %w", i.key, configured, r.batch.auth.namingToken(i, err)))
	}
}

// takesAll reports whether a schema refuses nothing that the items give.
func (r *reader) takesAll(items []*item, schema *pluginconfig.Schema) bool {
	return !slices.ContainsFunc(items, func(i *item) bool {
		desired, err := i.kind.Desire(i.object, r.options.inputs(r.batch, r.world, i, kinds.Inputs{}, nil))
		return err == nil && len(i.kind.CheckConfiguration(desired.Object, schema)) > 0
	})
}

// agrees reports whether the entities of the items have the defaults of a schema: no field
// differs that its object does not give.
func (r *reader) agrees(items []*item, schema *pluginconfig.Schema) bool {
	return !slices.ContainsFunc(items, func(i *item) bool {
		e := r.world.found[i.n].entity
		if e == nil {
			return false
		}
		observed, err := i.kind.Project(e)
		if err != nil {
			return false
		}
		in := r.options.inputs(r.batch, r.world, i, kinds.Inputs{Observed: observed}, nil)
		in.Schema = schema
		desired, err := i.kind.Desire(i.object, in)
		return err == nil && len(i.kind.DiffConfiguration(desired, observed, schema, false)) > len(i.kind.DiffConfiguration(desired, observed, schema, true))
	})
}

// schemas are those that a client has read, by server, credential and path. Its zero value
// is ready to use.
type schemas struct {
	lock  sync.Mutex
	known map[string]knownSchema
}

type knownSchema struct {
	schema *pluginconfig.Schema
	since  time.Time
}

// schemaAge is how long a schema is relied on: Konnect's moves with the newest gateway.
const schemaAge = time.Hour

func (s *schemas) get(key string, now time.Time) *pluginconfig.Schema {
	s.lock.Lock()
	defer s.lock.Unlock()
	if known, ok := s.known[key]; ok && now.Sub(known.since) < schemaAge {
		return known.schema
	}
	return nil
}

func (s *schemas) put(key string, schema *pluginconfig.Schema, now time.Time) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for key, known := range s.known {
		if now.Sub(known.since) >= schemaAge {
			delete(s.known, key)
		}
	}
	if s.known == nil {
		s.known = map[string]knownSchema{}
	}
	s.known[key] = knownSchema{schema, now}
}

// forget lets the schema at a path be read again.
func (a *account) forget(path string) {
	a.schemas.lock.Lock()
	defer a.schemas.lock.Unlock()
	delete(a.schemas.known, a.schemaKey(path))
}

func (a *account) schemaKey(path string) string { return a.serverURL + " " + a.login.key + " " + path }

// schema returns the one at a path, read unless one is known that is good enough.
func (a *account) schema(path string, suffices func(*pluginconfig.Schema) bool, read func() ([]byte, error)) (*pluginconfig.Schema, error) {
	key := a.schemaKey(path)
	if known := a.schemas.get(key, time.Now()); known != nil && suffices(known) {
		return known, nil
	}
	raw, err := read()
	if err != nil {
		return nil, err
	}
	schema, err := pluginconfig.Parse(raw)
	if err != nil {
		return nil, err
	}
	a.schemas.put(key, schema, time.Now())
	return schema, nil
}

// configurationJudge decides about configurations.
type configurationJudge struct{ *decider }

// refuses refuses an item whose configuration cannot be made, or would be
// refused, and reports whether it is left at that.
func (d configurationJudge) refuses(i *item, x *decision) bool {
	in := d.inputs(i, nil)
	of := i.kind.Configuration.Of
	desired, err := i.kind.Desire(i.object, in)
	if err != nil {
		d.out.refuse(x, err)
		return true
	}
	at := describes(d.world, i, in)
	problems := i.kind.CheckConfiguration(desired.Object, in.Schema)
	for _, p := range problems {
		key := i.key
		if other := in.Objects[of]; other != nil {
			key = crd.KeyOf(other)
		}
		_, path := i.kind.SourceOf(p.Path, in)
		d.out.refuse(x, fmt.Errorf("check %s: plugin %s of %s: %s %s", i.key, at.configured, key, path, p.Message))
	}
	if len(problems) == 0 && len(i.kind.Secrets(desired.Object, in.Schema)) > 0 {
		if err := secretJudge(d).checkRoom(i, in.Tags); err != nil {
			d.out.refuse(x, err)
			return true
		}
	}
	return len(problems) > 0
}
