package konnect

import (
	"context"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/konnect/internal/schedule"
)

// What a control plane that does not exist yet takes for a configuration, it can tell only
// once it is there. It is created first and alone then: a configuration that is wrong stops
// the call before anything else is written, and leaves an empty control plane, not half a
// gateway.

// describer does so.
type describer struct{ *executor }

// describe creates the control planes for whose configurations there is no schema yet, reads
// those schemas and checks the configurations.
func (e describer) describe(ctx context.Context) {
	var creations []*schedule.Task
	created := map[*item]bool{}
	for _, i := range e.batch.items {
		plane := i.controlPlane
		if i.kind.Configuration == nil || plane == nil || created[plane] {
			continue
		}
		x := e.decisions.all[plane.n]
		if x.planned == ActionCreated && x.fault.err == nil && !x.waits() && !x.order.parked { // else it needs others first
			created[plane] = true
			creations = append(creations, &schedule.Task{Account: plane.account, Lane: plane, Run: func(ctx context.Context) { e.write(ctx, x) }})
		}
	}
	schedule.Run(ctx, e.config.maxConcurrency, creations)
	world := *e.world
	world.found, world.faults = slices.Clone(e.world.found), &faults{failed: make([]error, len(e.batch.items))}
	for plane := range created {
		if r := &e.results[plane.n]; r.done == ActionCreated {
			world.found[plane.n] = found{entity: r.entity, id: r.id, clusterType: r.clusterType}
		}
	}
	(&reader{Client: e.Client, batch: e.batch, world: &world, options: e.options, isNew: true}).readSchemas(ctx)
	e.judge(created, &world)
	world.faults = e.world.faults
	e.world, e.statuses.world = &world, &world
}

// judge fails the items in some control planes whose configurations are wrong. Then nothing
// else is written but in a partial call.
func (e describer) judge(in map[*item]bool, w *world) {
	wrong := false
	fail := func(i *item, err error) {
		e.results[i.n].fail(err)
		wrong = true
	}
	for _, p := range w.faults.problems {
		fail(e.batch.of(p.Key), p.named())
	}
	for _, i := range e.batch.items {
		r, x := &e.results[i.n], *e.decisions.all[i.n]
		if i.kind.Configuration == nil || !in[i.controlPlane] || r.fault.err != nil {
			continue
		}
		if err := w.faults.failed[i.n]; err != nil {
			r.fail(err) // to be read another time
			continue
		}
		judge := configurationJudge{&decider{batch: e.batch, world: w, options: e.options, out: &decisions{faults: &faults{partial: true}}}}
		if judge.refuses(i, &x) {
			fail(i, x.fault.err)
		}
	}
	if !wrong || e.options.partial {
		return
	}
	for _, x := range e.decisions.all {
		if r := &e.results[x.n]; r.fault.err == nil && r.done != ActionCreated {
			r.skip(fmt.Errorf("%s: %w", x.key, errRefused))
		}
	}
}
