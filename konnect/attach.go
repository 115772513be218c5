package konnect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// ControlPlaneSelector says which control plane of an organisation is meant. Exactly one
// field is set.
type ControlPlaneSelector struct {
	ID, Name string
	// Labels must all be there, with these values. Anybody may move a label to another
	// control plane: select by name or ID what is to stay the same.
	Labels map[string]string
}

// String returns text such as name "gateway", or labels env=prod,team=a.
func (s ControlPlaneSelector) String() string {
	switch {
	case s.ID != "":
		return printable.Sprintf("ID %s", s.ID)
	case s.Name != "":
		return printable.Sprintf("name %q", s.Name)
	}
	pairs := make([]string, 0, len(s.Labels))
	for _, key := range slices.Sorted(maps.Keys(s.Labels)) {
		pairs = append(pairs, key+"="+s.Labels[key])
	}
	return printable.Sprintf("labels %s", strings.Join(pairs, ","))
}

// ControlPlane returns an object for the control plane that exists: a mirror of it, which
// Ensure and Delete never create, write or delete. Give it the name and the namespace by
// which the objects to provision refer to it, and put it among them.
//
// It takes the server and the token of the client, which must have them. Errors:
// *ControlPlaneSelectionError unless exactly one control plane is selected, *APIError.
func (c *Client) ControlPlane(ctx context.Context, s ControlPlaneSelector) (*konnectv1alpha2.KonnectGatewayControlPlane, error) {
	found, err := s.attach(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("attach to control plane: %w", err)
	}
	return mirrorOf(found.candidate.ID), nil
}

// mirrorOf is an object for a control plane that is only read.
func mirrorOf(id string) *konnectv1alpha2.KonnectGatewayControlPlane {
	plane := &konnectv1alpha2.KonnectGatewayControlPlane{Spec: konnectv1alpha2.KonnectGatewayControlPlaneSpec{
		Source: konnectv1alpha2.SourceMirror,
		Mirror: &konnectv1alpha2.MirrorSpec{Konnect: konnectv1alpha2.MirrorKonnect{ID: id}},
	}}
	plane.SetGroupVersionKind(plane.GVK())
	return plane
}

// attached is a control plane that was selected, with the account that has it.
type attached struct {
	account     *account
	candidate   ControlPlaneCandidate
	clusterType string
}

// attach finds the control plane with the client's own token.
func (s ControlPlaneSelector) attach(ctx context.Context, c *Client) (found attached, err error) {
	if err := c.checkConfigured(); err != nil {
		return found, err
	}
	filter, err := s.filter()
	if err != nil {
		return found, err
	}
	own, err := c.config.ownLogin()
	if err != nil {
		return found, err
	}
	account, err := c.newAccount(own, &tally{}, func(string) {})
	if err != nil {
		return found, err
	}
	kind := c.config.table.By(crd.ControlPlaneGroupKind())
	selected, err := account.controlPlanes(ctx, kind, filter)
	if err != nil {
		return found, err
	}
	selected = slices.DeleteFunc(selected, func(one attached) bool { return !s.selects(one.candidate) })
	if len(selected) == 1 {
		return selected[0], nil
	}
	refused := &ControlPlaneSelectionError{Selector: s, Selected: len(selected)}
	if len(selected) == 0 {
		if selected, err = account.controlPlanes(ctx, kind, nil); err != nil {
			return found, err
		}
	}
	for _, one := range selected {
		refused.Candidates = append(refused.Candidates, one.candidate)
	}
	return found, refused
}

// filter is what Konnect is asked for.
func (s ControlPlaneSelector) filter() (url.Values, error) {
	set := 0
	for _, is := range []bool{s.ID != "", s.Name != "", len(s.Labels) > 0} {
		if is {
			set++
		}
	}
	if set != 1 {
		return nil, errors.New("exactly one of ID, Name and Labels must be set")
	}
	switch {
	case s.ID != "":
		if parsed, err := uuid.Parse(s.ID); err != nil || parsed.String() != strings.ToLower(s.ID) {
			return nil, fmt.Errorf("ID %q is not a UUID", s.ID)
		}
		return url.Values{"filter[id][eq]": {strings.ToLower(s.ID)}}, nil
	case s.Name != "":
		return url.Values{"filter[name][eq]": {s.Name}}, nil
	}
	pairs := make([]string, 0, len(s.Labels))
	for _, key := range slices.Sorted(maps.Keys(s.Labels)) {
		pairs = append(pairs, key+":"+s.Labels[key])
	}
	return url.Values{"labels": {strings.Join(pairs, ",")}}, nil
}

func (s ControlPlaneSelector) selects(one ControlPlaneCandidate) bool {
	for key, value := range s.Labels {
		if held, ok := one.Labels[key]; !ok || held != value {
			return false
		}
	}
	return (s.ID == "" || strings.EqualFold(s.ID, one.ID)) && (s.Name == "" || s.Name == one.Name)
}

// controlPlanes lists those that match a filter, by name.
func (a *account) controlPlanes(ctx context.Context, kind *kinds.Kind, filter url.Values) ([]attached, error) {
	var all []attached
	var unreadable error
	err := wire.ListControlPlanes(ctx, a.get, filter, kind.Shape(), func(e *wire.Entity) {
		observed, err := e.Object()
		unreadable = errors.Join(unreadable, err)
		one := ControlPlaneCandidate{ID: e.ID, Name: e.Name, Labels: map[string]string{}}
		held, _ := observed["labels"].(map[string]any)
		for key, value := range held {
			if text, ok := value.(string); ok {
				one.Labels[key] = text
			}
		}
		all = append(all, attached{a, one, clusterTypeOf(kind, e)})
	})
	slices.SortFunc(all, func(a, b attached) int {
		return cmp.Or(strings.Compare(a.candidate.Name, b.candidate.Name), strings.Compare(a.candidate.ID, b.candidate.ID))
	})
	return all, errors.Join(err, unreadable)
}

// ControlPlaneCandidate is a control plane that exists.
type ControlPlaneCandidate struct {
	ID, Name string
	Labels   map[string]string
}

// ControlPlaneSelectionError is a selector that selects no control plane, or several.
type ControlPlaneSelectionError struct {
	Selector ControlPlaneSelector
	// Selected is how many there are.
	Selected int
	// Candidates are the ones selected or, where there is none, all of the organisation,
	// by name.
	Candidates []ControlPlaneCandidate
}

// Error returns one line with the candidates; of very many the first.
func (e *ControlPlaneSelectionError) Error() string {
	const most = 10
	names := make([]string, 0, most+1)
	for _, one := range e.Candidates[:min(most, len(e.Candidates))] {
		names = append(names, printable.Sprintf("%q (%s)", one.Name, one.ID))
	}
	if more := len(e.Candidates) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	there := "the organisation has " + strings.Join(names, ", ")
	switch {
	case e.Selected > 1:
		return fmt.Sprintf("%d have %s: %s; select one by its ID", e.Selected, e.Selector, strings.Join(names, ", "))
	case len(names) == 0:
		there = "the organisation of the token has none at all"
	}
	return fmt.Sprintf("none has %s; %s", e.Selector, there)
}
