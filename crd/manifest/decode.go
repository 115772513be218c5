package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/konnectkit/konnectkit/crd"
)

const (
	// MaxInputBytes is the most that DecodeAll reads.
	MaxInputBytes = 64 << 20
	// MaxDocumentBytes is the most that one document may have, aliases expanded.
	MaxDocumentBytes = 16 << 20
	// maxNodes bounds the nodes of a YAML document, of which parsing keeps many
	// times the bytes.
	maxNodes = 4 << 20
)

// DecodeAll returns the objects of all documents of r in their order, with the
// defaults of the CRD schema applied. Documents are YAML, separated by lines of
// three dashes, or a stream of JSON objects; those that hold nothing are skipped,
// and a v1 List, a list of one kind such as KongServiceList and a JSON array stand for
// their items. A KonnectGatewayControlPlane of v1alpha1 is returned as v1alpha2, a core
// Secret as *core.Secret.
//
// Everything that is wrong with any document is reported together as a
// *DecodeError, and no object is returned then. Other errors come from r, or wrap
// ErrTooLarge for more than MaxInputBytes.
func DecodeAll(r io.Reader, opts ...DecodeOption) ([]crd.Object, error) {
	input, err := io.ReadAll(io.LimitReader(r, MaxInputBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read manifests: %w", err)
	}
	if len(input) > MaxInputBytes {
		return nil, fmt.Errorf("read manifests: input of more than %d bytes is %w", MaxInputBytes, ErrTooLarge)
	}
	catalog, err := kinds()
	if err != nil {
		return nil, fmt.Errorf("decode manifests: %w", err)
	}
	d := decoder{catalog: catalog}
	for _, opt := range opts {
		opt(&d.options)
	}
	for c := range split(bytes.TrimPrefix(input, []byte("\ufeff"))) {
		d.chunk(c)
	}
	if len(d.failure.Problems) > 0 {
		return nil, &d.failure
	}
	return d.objects, nil
}

// Decode returns the one object of data, as DecodeAll does. Any other number of
// objects is an error.
func Decode(data []byte) (crd.Object, error) {
	objects, err := DecodeAll(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if len(objects) != 1 {
		return nil, fmt.Errorf("decode manifest: want one object, found %d", len(objects))
	}
	return objects[0], nil
}

// decoder collects the objects and problems of one input.
type decoder struct {
	catalog   *catalog
	options   decodeOptions
	documents int
	objects   []crd.Object
	failure   DecodeError
}

// chunk decodes the documents of c: one of YAML or several of JSON.
func (d *decoder) chunk(c chunk) {
	pos, _, ok := content(c.text)
	if !ok {
		return
	}
	if first := bytes.TrimSpace(c.text[pos:])[0]; first == '{' || first == '[' {
		if d.jsonStream(c) {
			return
		}
	}
	doc := d.document(c)
	if raw, value, ok := doc.parseYAML(); ok && value != nil {
		doc.decode(value, raw)
	} else if ok {
		d.documents-- // it holds nothing
	}
	d.finish(doc)
}

// jsonStream decodes a stream of JSON values. It returns false, with nothing
// done, when c does not start with one: flow-style YAML starts with a brace too.
func (d *decoder) jsonStream(c chunk) bool {
	stream := newStream(c.text)
	for {
		start := stream.InputOffset()
		c.line += bytes.Count(c.text[:start], []byte("\n"))
		c.text = c.text[start:]
		stream = newStream(c.text)
		var duplicates []*path
		value, err := readJSON(stream, func(at *path) { duplicates = append(duplicates, at) })
		switch {
		case errors.Is(err, io.EOF):
			return true
		case err != nil && start == 0:
			return false
		}
		doc := d.document(chunk{text: c.text[:stream.InputOffset()], line: c.line})
		if err != nil {
			doc.fail(doc.line+bytes.Count(doc.text, []byte("\n")), "", jsonMessage(err), limitError(err))
			d.finish(doc)
			return true
		}
		for _, at := range duplicates {
			if doc.leavesOut(value) == "" {
				doc.report(at, "duplicate key")
			}
		}
		doc.decode(value, doc.text)
		d.finish(doc)
	}
}

func (d *decoder) document(c chunk) *document {
	d.documents++
	return &document{chunk: c, catalog: d.catalog, options: d.options, number: d.documents}
}

// finish keeps what doc holds.
func (d *decoder) finish(doc *document) {
	d.objects = append(d.objects, doc.objects...)
	doc.locateAll(doc.problems)
	room := max(0, maxProblems-len(d.failure.Problems))
	for _, f := range doc.problems[:min(room, len(doc.problems))] {
		d.failure.Problems = append(d.failure.Problems, f.Problem)
	}
	d.failure.Omitted += doc.omitted + max(0, len(doc.problems)-room)
	if d.options.unknown != nil {
		doc.locateAll(doc.allowed)
		for _, f := range doc.allowed {
			d.options.unknown(f.Problem)
		}
	}
	if d.options.skipped != nil {
		for _, s := range doc.skipped {
			d.options.skipped(s)
		}
	}
}
