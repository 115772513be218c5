package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/crd/manifest/internal/syntax"
)

// parseYAML returns the document as JSON and decoded; false after a problem.
func (d *document) parseYAML() (raw []byte, value any, ok bool) {
	if err := d.checkSize(); err != nil {
		d.fail(d.firstLine(), "", err.Error(), limitError(err))
		return nil, nil, false
	}
	raw, err := yaml.YAMLToJSONStrict(d.text)
	hasDuplicates := err != nil && strings.Contains(err.Error(), "already set in map")
	if hasDuplicates {
		raw, err = yaml.YAMLToJSON(d.text)
	}
	if err == nil {
		value, err = parseJSON(raw)
	}
	// Where no key is written twice, a merged one is overridden, which is allowed.
	if hasDuplicates && (err != nil || d.leavesOut(value) == "") && d.reportDuplicates() {
		return nil, nil, false
	}
	if err != nil {
		d.reportSyntax(err)
		return nil, nil, false
	}
	if d.hasRest() {
		d.report(nil, "has content after its end")
		return nil, nil, false
	}
	return raw, value, true
}

// checkSize refuses what would take much memory to parse.
func (d *document) checkSize() error {
	if len(d.text) > MaxDocumentBytes {
		return fmt.Errorf("document of more than %d bytes is %w", MaxDocumentBytes, ErrTooLarge)
	}
	nodes := 0
	for _, mark := range []string{"\n", ",", ":", "[", "{", "- "} {
		nodes += bytes.Count(d.text, []byte(mark))
	}
	if nodes > maxNodes {
		return fmt.Errorf("document of more than %d values is %w", maxNodes, ErrTooLarge)
	}
	if bytes.IndexByte(d.text, '&') < 0 || bytes.IndexByte(d.text, '*') < 0 {
		return nil // no anchor or no alias
	}
	tree, err := d.yamlTree()
	if err != nil {
		return nil //nolint:nilerr // the parser that counts reports it
	}
	sizes := expansion{}
	if sizes.of(tree) > MaxDocumentBytes {
		return fmt.Errorf("document of more than %d bytes with its aliases expanded is %w", MaxDocumentBytes, ErrTooLarge)
	}
	return nil
}

// expansion is the size of each anchored node with its aliases expanded; more
// than the limit while it is being measured, which makes a cycle too large.
type expansion map[*yamlv3.Node]int

func (e expansion) of(node *yamlv3.Node) int {
	if node.Kind == yamlv3.AliasNode {
		node = node.Alias
	}
	if size, ok := e[node]; ok {
		return size
	}
	if node.Anchor != "" {
		e[node] = MaxDocumentBytes + 1
	}
	size := len(node.Value) + 1
	for _, child := range node.Content {
		size = min(size+e.of(child), MaxDocumentBytes+1)
	}
	if node.Anchor != "" {
		e[node] = size
	}
	return size
}

// hasRest tells whether the parser stopped before the end of the document, which
// it does after a root that is complete. A block mapping at the left edge, the
// root of nearly every manifest, ends where the document does.
func (d *document) hasRest() bool {
	pos, _, _ := content(d.text)
	first := d.text[pos]
	isLetter := 'a' <= first && first <= 'z' || 'A' <= first && first <= 'Z'
	if isLetter {
		return false
	}
	decoder := yamlv3.NewDecoder(bytes.NewReader(d.text))
	var node yamlv3.Node
	if err := decoder.Decode(&node); err != nil {
		return !errors.Is(err, io.EOF)
	}
	return !errors.Is(decoder.Decode(&node), io.EOF)
}

// yamlTree parses the document for the lines and keys of its nodes.
func (d *document) yamlTree() (*yamlv3.Node, error) {
	if d.tree == nil && d.treeErr == nil {
		d.tree = &yamlv3.Node{}
		d.treeErr = yamlv3.Unmarshal(d.text, d.tree)
	}
	return d.tree, d.treeErr
}

// reportDuplicates reports every key that is written twice in one mapping.
func (d *document) reportDuplicates() bool {
	tree, err := d.yamlTree()
	if err != nil {
		return false
	}
	before := len(d.problems)
	d.duplicatesIn(tree, nil)
	return len(d.problems) > before
}

func (d *document) duplicatesIn(node *yamlv3.Node, at *path) {
	switch node.Kind {
	case yamlv3.DocumentNode:
		d.duplicatesIn(node.Content[0], at)
	case yamlv3.SequenceNode:
		for i, child := range node.Content {
			d.duplicatesIn(child, at.item(i))
		}
	case yamlv3.MappingNode:
		seen := map[string]bool{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			if seen[key.Value] && key.Kind == yamlv3.ScalarNode {
				d.fail(d.line+key.Line-1, at.child(key.Value).String(), "duplicate key", nil)
			}
			seen[key.Value] = true
			d.duplicatesIn(node.Content[i+1], at.child(key.Value))
		}
	}
}

// reportSyntax reports what the YAML parser says, with the line of the input.
func (d *document) reportSyntax(err error) {
	line, last := d.firstLine(), math.MaxInt
	number, message := syntax.Explain(err)
	if number > 0 {
		line = d.line + number - 1
		last = line // what comes behind is not the cause
	}
	if found, ok := d.findLeftover(last); ok {
		d.fail(found.line, "", found.message, found.err)
		return
	}
	d.fail(line, "", message, nil)
}

// jsonMessage is what a JSON decoder says, in lower case and one line.
func jsonMessage(err error) string {
	if mistake := new(json.SyntaxError); errors.As(err, &mistake) {
		return "invalid JSON: " + mistake.Error()
	}
	return "invalid JSON: " + err.Error()
}

// limitError returns err if it is about a limit.
func limitError(err error) error {
	if errors.Is(err, ErrTooLarge) {
		return err
	}
	return nil
}
