package konnect

import (
	"errors"

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
	var texts []string
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
		texts = secrets.Texts(sent.Object, x.kind.AllSecretPaths(sent, in.Schema), x.kind.WriteOnly)
	}
	for _, text := range e.secrets() {
		if len(text) >= telling {
			texts = append(texts, text)
		}
	}
	api.Message = secrets.Hide(api.Message, texts)
	for n := range api.Details {
		d := &api.Details[n]
		d.Field, d.Path = secrets.Hide(d.Field, texts), secrets.Hide(d.Path, texts)
		for m, message := range d.Messages {
			d.Messages[m] = secrets.Hide(message, texts)
		}
	}
}

// telling is the length of a secret that is hardly in a text by chance, in bytes.
const telling = 8

// batchSecrets are the secret values of all objects of a batch.
func (o callOptions) batchSecrets(b *batch, w *world) []string {
	var texts []string
	for _, i := range b.items {
		if i.controlPlane == nil || len(i.kind.SecretPaths()) == 0 && i.kind.Configuration == nil {
			continue
		}
		in := o.inputs(b, w, i, kinds.Inputs{}, nil)
		if desired, err := i.kind.Desire(i.object, in); err == nil {
			texts = append(texts, secrets.Texts(desired.Object, i.kind.AllSecretPaths(desired, in.Schema), i.kind.WriteOnly)...)
		}
	}
	return texts
}
