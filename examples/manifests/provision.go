package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/resolve"
)

func provision(ctx context.Context, o options, objects []crd.Object, getenv func(string) string, s streams) int {
	var clientOptions []konnect.Option
	if o.fallbackAuth || len(o.controlPlanes) > 0 || !ownCredentials(objects) {
		found, stop, err := connect.FromEnvironment(getenv, s.err)
		if err != nil {
			return s.fail(exitFailed, err)
		}
		defer stop()
		clientOptions = found
	}
	if o.fallbackAuth {
		clientOptions = append(clientOptions, konnect.WithFallbackAuth())
	}
	if o.owner != "" {
		clientOptions = append(clientOptions, konnect.WithOwner(o.owner))
	}
	seen := newProgress(s.err, o.verbose, time.Now)
	stop := seen.watch()
	defer stop()
	client, err := konnect.NewClient(append(clientOptions, konnect.WithObserver(seen.observe))...)
	if err != nil {
		return s.fail(exitFailed, err)
	}
	defer client.Close()

	if objects, err = attach(ctx, client, objects, o.controlPlanes); err != nil {
		return nothingWritten(ctx, err, s)
	}
	if o.plan {
		plan, err := client.Plan(ctx, objects, ensureOptions(o)...)
		seen.end()
		return concludePlan(ctx, o, plan, err, s)
	}
	call := func() (*konnect.Report, error) { return client.Ensure(ctx, objects, ensureOptions(o)...) }
	if o.delete {
		call = func() (*konnect.Report, error) {
			return client.Delete(ctx, objects, deleteOptions(o)...)
		}
	}
	report, err := call()
	seen.end()
	return conclude(ctx, o, report, err, s)
}

// ownCredentials reports whether every control plane names its token and server.
func ownCredentials(objects []crd.Object) bool {
	for _, object := range objects {
		if crd.KeyOf(object).GroupKind() != crd.ControlPlaneGroupKind() {
			continue
		}
		named := false
		for _, reference := range object.References() {
			named = named || reference.Role == crd.RoleCredential
		}
		if !named {
			return false
		}
	}
	return true
}

func ensureOptions(o options) []konnect.EnsureOption {
	var all []konnect.EnsureOption
	if o.adopt != "" {
		all = append(all, konnect.WithAdoption(o.adopt))
	}
	if o.prune {
		all = append(all, konnect.WithPrune())
	}
	if o.maxDeletes != noLimit {
		all = append(all, konnect.WithMaxDeletes(o.maxDeletes))
	}
	return all
}

func deleteOptions(o options) []konnect.DeleteOption {
	if o.maxDeletes == noLimit {
		return nil
	}
	return []konnect.DeleteOption{konnect.WithMaxDeletes(o.maxDeletes)}
}

func concludePlan(ctx context.Context, o options, plan *konnect.Plan, err error, s streams) int {
	if err != nil {
		return nothingWritten(ctx, err, s)
	}
	if err := s.print(o, plan); err != nil {
		return s.fail(exitFailed, err)
	}
	if plan.HasChanges() {
		return exitChanges
	}
	return exitDone
}

// conclude prints what was done. When that is nothing, the error says it all.
func conclude(ctx context.Context, o options, report *konnect.Report, err error, s streams) int {
	if err != nil && report.Writes == 0 {
		return nothingWritten(ctx, err, s)
	}
	printed, undone := *report, 0
	if ctx.Err() != nil && o.output == outputText {
		printed.Changes, undone = finished(report.Changes)
	}
	if err := s.print(o, &printed); err != nil {
		return s.fail(exitFailed, err)
	}
	switch {
	case err == nil:
		return exitDone
	case undone > 0:
		err = fmt.Errorf("interrupted before %d of %d objects were done; to run again resumes", undone, len(report.Changes))
	default:
		err = errors.New("not all is done; the report tells why")
	}
	return s.fail(exitFailed, err)
}

// finished returns the changes without those that a run that was interrupted did not
// come to, and how many these are.
func finished(changes []konnect.Change) (done []konnect.Change, undone int) {
	for _, c := range changes {
		if c.Err != nil && errors.Is(c.Err, context.Canceled) {
			undone++
		} else {
			done = append(done, c)
		}
	}
	return done, undone
}

// print prints a plan or report.
func (s streams) print(o options, result fmt.Stringer) error {
	if o.output == outputText {
		_, err := fmt.Fprint(s.out, result)
		return err
	}
	encoder := json.NewEncoder(s.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(result)
}

func nothingWritten(ctx context.Context, err error, s streams) int {
	if ctx.Err() != nil {
		err = errors.New("interrupted before anything was written")
	}
	if missing, ok := errors.AsType[*resolve.MissingError](err); ok && missing.To.Kind == crd.APIAuthKind {
		err = fmt.Errorf("%w\nwith --fallback-auth the token of the environment is used in its place", err)
	}
	return s.fail(exitFailed, err)
}

// draw prints what can be resolved, even if not everything can.
func draw(ctx context.Context, objects []crd.Object, s streams) int {
	graph, err := resolve.Resolve(ctx, objects)
	fmt.Fprint(s.out, graph.Mermaid())
	if err != nil {
		return s.fail(exitFailed, err)
	}
	return exitDone
}
