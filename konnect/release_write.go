package konnect

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
)

// release takes our marks off an entity. One that is gone is as good as released.
func (e *executor) release(ctx context.Context, x *decision) {
	r := &e.results[x.n]
	if x.planned != ActionReleased {
		r.done = x.planned
		return
	}
	if err := ctx.Err(); err != nil {
		r.skip(fmt.Errorf("%s: %w", x.key, err))
		return
	}
	method := http.MethodPut
	if writes := x.kind.Writes; writes.ServerID && !writes.NoPatch {
		method = http.MethodPatch
	}
	desired, at := x.changes.desired, e.found(x)
	raw, err := e.persist(ctx, x, func(ctx context.Context) ([]byte, error) {
		return x.account.send(ctx, method, x.kind.EntityPath(at, r.id), nil, desired.Body())
	})
	if isNotFound(err) {
		r.entity, r.done = nil, ActionUnchanged
		return
	}
	if err == nil {
		err = e.takeReleased(x, r, raw)
	}
	if err != nil {
		e.explain(err, x, desired)
		e.notWritten(ctx, x, fmt.Errorf("release %s: %w", x.key, err))
		return
	}
	r.done = ActionReleased
	e.config.logger.InfoContext(ctx, "entity released", "key", x.key.String(), "konnect_id", r.id)
}

// takeReleased keeps what Konnect says that it holds now.
func (e *executor) takeReleased(x *decision, r *result, raw []byte) error {
	written, err := writtenEntity(x.kind, r.id, raw)
	if err != nil {
		return err
	}
	if written.Marks.ManagedBy == marks.Us {
		return errors.New("konnect still shows the marks")
	}
	observed, err := x.kind.Project(written)
	if err != nil {
		return err
	}
	left := withoutWriteOnly(x.kind, canon.Diff(x.changes.desired.Object, observed, x.kind.Fields))
	r.entity, r.deviations = written, fieldsOf(left)
	return nil
}

// release writes that the object no longer stands for its entity.
func (s *statuses) release(i *item, origin crd.Object) {
	r := &s.results[i.n]
	switch {
	case r.fault.err != nil || i.readOnly || r.entity != nil && r.done != ActionReleased && !r.entity.Marks.Unmarked():
		return // nothing was done
	case r.entity == nil, !i.kind.Writes.ServerID && i.kind.SpecID(i.object) != r.id && !s.world.hasComputedID(i):
		origin.SetKonnectStatus(crd.KonnectStatus{})
	}
	origin.SetConditions(crd.PendingConditions())
}
