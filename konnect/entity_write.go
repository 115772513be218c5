package konnect

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// create creates an entity, under id unless the server chooses it.
func (t *traits) create(ctx context.Context, a *account, at scope, id string, d desired) ([]byte, error) {
	if t.serverID {
		return a.send(ctx, http.MethodPost, t.collectionPath(at), nil, d.body)
	}
	return t.update(ctx, a, at, id, d)
}

// update makes an entity as desired.
func (t *traits) update(ctx context.Context, a *account, at scope, id string, d desired) ([]byte, error) {
	if t.serverID {
		body, err := t.patch(d.body)
		if err != nil {
			return nil, err
		}
		return a.send(ctx, http.MethodPatch, t.entityPath(at, id), nil, body)
	}
	raw, err := a.send(ctx, http.MethodPut, t.entityPath(at, id), nil, d.body)
	if t.putUpdates && isNotFound(err) {
		body, err := with(d.body, "id", id)
		if err != nil {
			return nil, err
		}
		return a.send(ctx, http.MethodPost, t.parentPath(at)+t.collection, nil, body)
	}
	return raw, err
}

func (t *traits) remove(ctx context.Context, a *account, at scope, id string) error {
	_, err := a.send(ctx, http.MethodDelete, t.entityPath(at, id), nil, nil)
	if isNotFound(err) {
		return nil
	}
	return err
}

// patch is a body without what cannot change, and with what a PATCH would leave alone
// if it were absent.
func (t *traits) patch(body []byte) ([]byte, error) {
	object, err := canon.Decode(body)
	if err != nil {
		return nil, err
	}
	for _, name := range t.immutable {
		delete(object, name)
	}
	for _, f := range t.fields {
		if f.Set && object[f.Name] == nil && !slices.Contains(t.immutable, f.Name) {
			object[f.Name] = []any{}
		}
	}
	return json.Marshal(object)
}

// renamed is d under another name.
func (t *traits) renamed(d desired, name string) (desired, error) {
	body, err := with(d.body, t.nameKey, name)
	return desired{body: body, object: d.object}, err
}

// with returns a body with one field set.
func with(body []byte, name string, value any) ([]byte, error) {
	object, err := canon.Decode(body)
	if err != nil {
		return nil, err
	}
	object[name] = value
	return json.Marshal(object)
}
