package terraform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/resolve"
)

// Skipped is an object, or a part of one, that Terraform has no block for.
type Skipped struct {
	Key    crd.Key
	Reason string
}

// String returns one line.
func (s Skipped) String() string { return printable.Sprintf("%s: %s", s.Key, s.Reason) }

// Imports writes an import block for the entity of each object: parents before children, and
// the same for the same objects in whatever order. The name of a resource is made from that
// of the object, and is unique among those of its type. Objects without entities, such as
// Secrets and plugins that bindings refer to, only serve the others.
//
// It returns what has no block: objects without an ID in their status, those that konnectkit
// only mirrors, observes or matches, plugins and memberships for which the provider has no
// import. Errors are those of w, and of objects that are nil or there twice.
func Imports(w io.Writer, objects ...crd.Object) ([]Skipped, error) {
	graph, err := resolve.Resolve(context.Background(), objects)
	if twice, found := errors.AsType[*resolve.DuplicateError](err); found {
		return nil, fmt.Errorf("import blocks: %w", twice)
	}
	var skipped []Skipped
	var blocks []block
	for _, node := range graph.Nodes() {
		r, has := resources()[node.Key.GroupKind()]
		if !has || !node.InBatch {
			continue
		}
		made, reasons := r.block(node)
		for _, reason := range reasons {
			skipped = append(skipped, Skipped{node.Key, reason})
		}
		if made.kind != "" {
			blocks = append(blocks, made)
		}
	}
	nameResources(blocks)
	var text strings.Builder
	for i, b := range blocks {
		if i > 0 {
			text.WriteString("\n")
		}
		text.WriteString(b.String())
	}
	if _, err := io.WriteString(w, text.String()); err != nil {
		return skipped, fmt.Errorf("write import blocks: %w", err)
	}
	return skipped, nil
}
