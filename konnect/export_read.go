package konnect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/export"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/pluginconfig"
	"github.com/konnectkit/konnectkit/konnect/internal/schedule"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// exporter reads a control plane.
type exporter struct {
	client  *Client
	plane   attached
	options exportOptions

	lock   sync.Mutex // over what follows
	others []SkippedEntity
	failed []error
}

// run does things side by side, and returns what has failed.
func (x *exporter) run(ctx context.Context, todo []func(context.Context) error) error {
	tasks := make([]*schedule.Task, len(todo))
	for i, do := range todo {
		tasks[i] = &schedule.Task{Account: x.plane.account, Run: func(ctx context.Context) {
			if err := do(ctx); err != nil {
				x.lock.Lock()
				defer x.lock.Unlock()
				x.failed = append(x.failed, err)
			}
		}}
	}
	schedule.Run(ctx, x.client.config.maxConcurrency, tasks)
	if err := ctx.Err(); err != nil {
		return err
	}
	return errors.Join(x.failed...)
}

// read lists each collection of what is exported once.
func (x *exporter) read(ctx context.Context) (export.Source, error) {
	table := x.client.config.table
	source := export.Source{Table: table, Entities: map[string][]*wire.Entity{}, Sets: map[string][]string{}}
	wanted := table.List()
	if x.options.Service != "" {
		wanted = export.AroundServices(table)
	}
	var reads []func(context.Context) error
	for _, k := range wanted {
		if k.Collection == "" || k.HoldsEntities(x.plane.clusterType) != "" {
			continue
		}
		reads = append(reads, func(ctx context.Context) error {
			listed, err := x.list(ctx, k.Path(kinds.At{ControlPlane: x.plane.candidate.ID}), k.Shape())
			x.lock.Lock()
			defer x.lock.Unlock()
			source.Entities[k.Collection] = listed
			return err
		})
	}
	if x.options.Service == "" && x.options.Tag == "" {
		for _, o := range table.Others() {
			reads = append(reads, func(ctx context.Context) error { return x.readOther(ctx, o) })
		}
	}
	if err := x.run(ctx, reads); err != nil {
		return source, err
	}
	var sets []func(context.Context) error
	for _, k := range wanted {
		if members := table.MembersOf(k); members != nil {
			sets = append(sets, x.readSets(k, members, source)...)
		}
	}
	return source, x.run(ctx, sets)
}

func (x *exporter) list(ctx context.Context, path string, shape wire.Shape) (found []*wire.Entity, err error) {
	err = wire.List(ctx, x.plane.account.get, path, nil, shape, func(e *wire.Entity) { found = append(found, e) })
	return found, err
}

// readOther notes what there is no kind for.
func (x *exporter) readOther(ctx context.Context, o *kinds.Other) error {
	planes := x.client.config.table.By(crd.ControlPlaneGroupKind())
	if !o.Beside && x.plane.clusterType == planes.Group.ClusterType { // which has no entities of its own
		return nil
	}
	path := o.Path(x.plane.candidate.ID)
	var query url.Values
	if !o.Beside {
		query = url.Values{"size": {"1000"}}
	}
	for seen := map[string]bool{"": true}; ; {
		raw, err := x.plane.account.get(ctx, path, query)
		if isNotFound(err) && o.Optional {
			return nil
		}
		if err != nil {
			return err
		}
		page, offset, err := pageIn(raw)
		if err == nil {
			err = x.noteOthers(o, page)
		}
		if err != nil {
			return fmt.Errorf("list %s: %w", path, err)
		}
		if seen[offset] {
			return nil
		}
		seen[offset] = true
		query.Set("offset", offset)
	}
}

func (x *exporter) noteOthers(o *kinds.Other, page []json.RawMessage) error {
	x.lock.Lock()
	defer x.lock.Unlock()
	for _, raw := range page {
		e, err := wire.Decode(raw, o.Shape())
		if err != nil {
			return err
		}
		x.others = append(x.others, SkippedEntity{Kind: o.Noun, Name: e.Name, ID: e.ID, Reason: "there is no kind of objects for it"})
	}
	return nil
}

// readSets returns what reads the sets that belong to entities of a kind, from the side with
// fewer entities.
func (x *exporter) readSets(k, members *kinds.Kind, source export.Source) []func(context.Context) error {
	owners, others := source.Entities[k.Collection], source.Entities[members.Collection]
	if len(owners) == 0 || len(others) == 0 {
		return nil
	}
	from, list, shape := owners, k.Group.List, members.Shape()
	reverse := len(others) < len(owners)
	if reverse {
		from, list, shape = others, k.Group.Reverse, k.Shape()
	}
	var reads []func(context.Context) error
	for _, e := range from {
		reads = append(reads, func(ctx context.Context) error {
			listed, err := list(ctx, x.plane.account.get, kinds.At{ControlPlane: x.plane.candidate.ID, Parent: e.ID}, shape)
			x.lock.Lock()
			defer x.lock.Unlock()
			for _, other := range listed {
				owner, member := e.ID, other.ID
				if reverse {
					owner, member = member, owner
				}
				source.Sets[owner] = append(source.Sets[owner], member)
			}
			return err
		})
	}
	return reads
}

// schemas reads those of all types of plugins that are exported. What konnect describes no
// longer has none.
func (x *exporter) schemas(ctx context.Context, types []string) (map[string]*pluginconfig.Schema, error) {
	schemas := map[string]*pluginconfig.Schema{}
	var reads []func(context.Context) error
	for _, k := range x.client.config.table.List() {
		if k.Configuration == nil {
			continue
		}
		for _, configured := range types {
			reads = append(reads, func(ctx context.Context) error {
				path := k.Configuration.Path(x.plane.candidate.ID, configured)
				schema, err := x.plane.account.schema(path, func(*pluginconfig.Schema) bool { return true }, func() ([]byte, error) { return x.plane.account.get(ctx, path, nil) })
				if err != nil && !isNotFound(err) {
					return fmt.Errorf("read the schema of %s: %w", configured, err)
				}
				x.lock.Lock()
				defer x.lock.Unlock()
				schemas[configured] = schema
				return nil
			})
		}
	}
	return schemas, x.run(ctx, reads)
}

func (s SkippedEntity) compare(other SkippedEntity) int {
	return cmp.Or(strings.Compare(s.Kind, other.Kind), strings.Compare(s.Name, other.Name),
		strings.Compare(s.ID, other.ID), strings.Compare(s.Reason, other.Reason))
}

// warnOfOrder notes routes of the export whose order nothing but their IDs decides.
func warnOfOrder(n *notes, r *export.Result, source export.Source) {
	t := &traffic{keys: map[kinds.Traffic]map[string]crd.Key{}, strange: map[string]bool{}}
	entities := map[kinds.Traffic]map[string]json.RawMessage{kinds.TakesRequests: {}, kinds.GetsRequests: {}}
	for _, k := range source.Table.List() {
		for _, e := range source.Entities[k.Collection] {
			if into := entities[k.Traffic]; into != nil {
				into[e.ID] = e.Raw
			}
		}
		t.keys[k.Traffic] = map[string]crd.Key{}
	}
	for _, part := range r.Objects {
		if k := source.Table.By(part.Object.GVK().GroupKind()); k != nil {
			t.keys[k.Traffic][part.Of.ID] = crd.KeyOf(part.Object)
		}
	}
	t.take(entities[kinds.TakesRequests], entities[kinds.GetsRequests])
	router := t.router()
	if router == nil {
		return
	}
	for _, f := range router.Lint() {
		own := slices.IndexFunc(f.Routes, func(r *routing.Route) bool { return r.Key != crd.Key{} })
		if f.Code == routing.FindingTie && own >= 0 {
			n.warn(Warning{Key: f.Routes[own].Key, Code: WarningRouteTie, Message: f.Message +
				"; entities that are made anew have other IDs"})
		}
	}
}
