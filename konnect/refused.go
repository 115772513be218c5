package konnect

import (
	"errors"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// What Konnect says against a write is passed on in terms of the objects, and without the
// secrets that it quotes.

// explain says of an answer to a write what fields of which objects it is about, and takes
// secrets out of it: what was sent, and what else Konnect knows from objects of the batch.
func (e *executor) explain(err error, x *decision, sent kinds.Desired) {
	api, answered := errors.AsType[*APIError](err)
	if !answered {
		return
	}
	own := x.item != nil
	var held secrets.Hider
	if own {
		in := e.options.inputs(e.batch, e.world, x.item, kinds.Inputs{}, nil)
		for n, d := range api.Details {
			if via, path := x.kind.SourceOf(d.Field, in); path != "" {
				api.Details[n].Path, api.Details[n].Object = path, x.key
				if other := in.Objects[via]; other != nil {
					api.Details[n].Object = crd.KeyOf(other)
				}
			}
		}
		held = secrets.NewHider(secretsOf(x.kind, sent, in))
	}
	hide := func(text string) string { return e.secrets().Hide(held.Hide(text)) }
	api.Message = hide(api.Message)
	for n := range api.Details {
		d := &api.Details[n]
		d.Field, d.Path = hide(d.Field), hide(d.Path)
		for m, message := range d.Messages {
			d.Messages[m] = hide(message)
		}
	}
}

// secretsOf are the secret values of an entity, as they are sent and as they are compared.
func secretsOf(k *kinds.Kind, d kinds.Desired, in kinds.Inputs) []string {
	paths := k.AllSecretPaths(d, in.Schema)
	return append(secrets.Texts(d.Sent, paths, nil), secrets.Texts(d.Object, paths, k.WriteOnly)...)
}

// telling is the length of a secret that is hardly in a text by chance, in bytes.
const telling = 8

// batchSecrets hides the secret values of all objects of a batch.
func (o callOptions) batchSecrets(b *batch, w *world) secrets.Hider {
	var texts []string
	for _, i := range b.items {
		if i.controlPlane == nil || len(i.kind.SecretPaths()) == 0 && i.kind.Configuration == nil {
			continue
		}
		in := o.inputs(b, w, i, kinds.Inputs{}, nil)
		if desired, err := i.kind.Desire(i.object, in); err == nil {
			texts = append(texts, secretsOf(i.kind, desired, in)...)
		}
	}
	return secrets.NewHider(slices.DeleteFunc(texts, func(text string) bool { return len(text) < telling }))
}
