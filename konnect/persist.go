package konnect

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/transport"
	"github.com/konnectkit/konnectkit/resolve"
)

// persist repeats a write while its failure may pass by itself.
func (e *executor) persist(ctx context.Context, x *decision, write func(context.Context) ([]byte, error)) ([]byte, error) {
	return e.config.retry.repeat(ctx, func() ([]byte, bool, error) {
		raw, err := write(ctx)
		return raw, err != nil && e.mayPass(x, err), err
	})
}

// mayPass reports whether a failed write is worth repeating: it changes nothing
// when it did arrive, and either nobody knows whether it did, or what it was
// refused for is being written or deleted by this very call.
func (e *executor) mayPass(x *decision, err error) bool {
	if failed, ok := errors.AsType[*transport.Error](err); ok {
		return failed.Sent && !repeatedBelow(failed.Method)
	}
	api, answered := errors.AsType[*APIError](err)
	switch {
	case !answered:
		return false
	case api.Status >= http.StatusInternalServerError:
		return !repeatedBelow(api.Method)
	case api.Status == http.StatusNotFound:
		plane := x.controlPlane
		return plane != nil && !x.isControlPlane() && (e.results[plane.n].done == ActionCreated || x.kind.Parent != nil && e.parentsWritten(x) || e.membersAreNew(x))
	case api.Status == http.StatusConflict: // of control planes: the one that had the name is going
		return x.isControlPlane() && x.waits()
	case !api.referenceOnly():
		return false
	}
	for _, d := range api.Details {
		if !strings.Contains(strings.Join(d.Messages, " "), "(type: foreign)") {
			if x.kind.Identity.Secret && !x.waits() {
				return false // a secret key that Konnect does not return may be taken for good
			}
			continue // a unique key was free when we looked: whoever had it is going
		}
		if x.planned == ActionDeleted && !e.dependentsDeleted(x) || x.planned != ActionDeleted && !e.parentsWritten(x) {
			return false
		}
	}
	return true
}

// repeatedBelow reports whether the transport has repeated a request as often as
// it makes sense.
func repeatedBelow(method string) bool {
	return method != http.MethodPost && method != http.MethodPatch
}

func (e *executor) parentsWritten(x *decision) bool {
	if x.planned == ActionReleased {
		return false // its parents were there before
	}
	for _, edge := range x.item.node.Edges {
		if x.item.isMembership(edge) && x.item.isControlPlane() { // no group is refused for the sake of a member
			continue
		}
		if parent := e.batch.leadsTo(edge); parent != nil && e.results[parent.n].done.writes() {
			return true
		}
	}
	return false
}

// membersAreNew reports whether a set may not know a member yet, or what it belongs to,
// because this call has just created it.
func (e *executor) membersAreNew(x *decision) bool {
	if x.item == nil || x.item.group == nil {
		return false
	}
	return e.results[x.n].done == ActionCreated || slices.ContainsFunc(x.item.node.Edges, func(edge resolve.Edge) bool {
		member := e.batch.leadsTo(edge)
		return member != nil && x.item.isMembership(edge) && e.results[member.n].done == ActionCreated
	})
}

func (e *executor) dependentsDeleted(x *decision) bool {
	if x.item == nil {
		return true // an orphan: what refers to it was pruned before
	}
	for _, dependent := range e.batch.dependents(x.item) {
		if e.results[dependent.n].done == ActionDeleted {
			return true
		}
	}
	return false
}
