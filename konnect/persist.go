package konnect

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/konnectkit/konnectkit/internal/transport"
)

// persist repeats a write while its failure may pass by itself.
func (s *session) persist(ctx context.Context, m *member, write func(context.Context) ([]byte, error)) ([]byte, error) {
	return s.client.config.retry.repeat(ctx, func() ([]byte, bool, error) {
		raw, err := write(ctx)
		return raw, err != nil && s.mayPass(m, err), err
	})
}

// mayPass tells whether a failed write is worth repeating: it changes nothing
// when it did arrive, and either nobody knows whether it did, or what it was
// refused for is being written or deleted by this very call.
func (s *session) mayPass(m *member, err error) bool {
	if failed, ok := errors.AsType[*transport.Error](err); ok {
		return failed.Sent && !repeatedBelow(failed.Method)
	}
	api, answered := errors.AsType[*APIError](err)
	if !answered {
		return false
	}
	if api.Status >= http.StatusInternalServerError {
		return !repeatedBelow(api.Method)
	}
	if api.Status == http.StatusNotFound {
		return !m.isControlPlane() && m.control.outcome == ActionCreated
	}
	if api.Status == http.StatusConflict { // of control planes: the one that had the name is going
		return m.isControlPlane() && len(m.after) > 0
	}
	if !api.referenceOnly() {
		return false
	}
	for _, d := range api.Details {
		text := strings.Join(d.Messages, " ")
		switch {
		case strings.Contains(text, "(type: foreign)") && m.step == ActionDeleted:
			if !s.dependentsDeleted(m) {
				return false
			}
		case strings.Contains(text, "(type: foreign)"):
			if !s.parentsWritten(m) {
				return false
			}
		}
		// A unique key was free when we looked: whoever had it is going.
	}
	return true
}

// repeatedBelow tells whether the transport has repeated a request as often as
// it makes sense.
func repeatedBelow(method string) bool {
	return method != http.MethodPost && method != http.MethodPatch
}

func (s *session) parentsWritten(m *member) bool {
	for _, edge := range m.node.Edges {
		if isMembership(m, edge) { // no group is refused for the sake of a member
			continue
		}
		if parent := s.leadsTo(edge); parent != nil && parent.outcome.writes() {
			return true
		}
	}
	return false
}

func (s *session) dependentsDeleted(m *member) bool {
	if m.node == nil {
		return true // a pruned entity: what refers to it was pruned before
	}
	for _, node := range m.node.Dependents {
		if dependent := s.byKey[node.Key]; dependent != nil && dependent.outcome == ActionDeleted {
			return true
		}
	}
	return false
}

// createByServer creates an entity whose ID the server chooses. Where nobody
// knows whether a request arrived, it looks before it posts again.
func (s *session) createByServer(ctx context.Context, m *member) ([]byte, error) {
	return s.client.config.retry.repeat(ctx, func() ([]byte, bool, error) {
		raw, err := m.kind.about().create(ctx, m.account, scope{}, "", m.desired)
		if err == nil || ctx.Err() != nil || !mayHaveArrived(err) {
			return raw, false, err
		}
		found, lookErr := s.lookUp(ctx, m)
		switch {
		case lookErr != nil:
			return nil, false, errors.Join(err, fmt.Errorf("look it up: %w", lookErr))
		case found == nil:
			return nil, true, err
		case found.owner.ours(s.owner) && found.owner.key == m.mark:
			return found.raw, false, nil
		default:
			return nil, false, s.ownershipError(m, found)
		}
	})
}

func mayHaveArrived(err error) bool {
	if failed, ok := errors.AsType[*transport.Error](err); ok {
		return failed.Sent
	}
	api, answered := errors.AsType[*APIError](err)
	return !answered || api.Status >= http.StatusInternalServerError || api.Status == http.StatusConflict
}

// lookUp reads the control plane with the name that m wants; nil when there is none.
func (s *session) lookUp(ctx context.Context, m *member) (*entity, error) {
	name := m.kind.wantedName(m.obj)
	var found *entity
	err := m.account.listControlPlanes(ctx, url.Values{"filter[name][eq]": {name}}, func(e *entity) {
		if e.Name == name {
			found = e
		}
	})
	return found, err
}
