package manifest

import (
	"cmp"
	"slices"

	yamlv3 "go.yaml.in/yaml/v3"
)

// firstLine is the line of the input that the document's content starts at.
func (d *document) firstLine() int {
	_, lines, _ := content(d.text)
	return d.line + lines
}

// locateAll fills in the fields and lines of findings, and orders them.
func (d *document) locateAll(findings []finding) {
	for i := range findings {
		f := &findings[i]
		if f.Field == "" {
			f.Field = f.at.String()
		}
		if f.Line == 0 {
			f.Line = d.locate(f.at)
		}
	}
	slices.SortStableFunc(findings, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
	})
}

// locate returns the line of the value at a path, or of what is nearest above it.
func (d *document) locate(at *path) int {
	tree, err := d.yamlTree()
	if err != nil || len(tree.Content) == 0 {
		return d.firstLine()
	}
	node := tree.Content[0]
	line := node.Line
	for _, step := range at.steps() {
		key, value := childOf(node, step)
		if value == nil {
			break
		}
		node, line = value, key.Line
		if node.Kind == yamlv3.AliasNode {
			node = node.Alias
		}
	}
	return d.line + line - 1
}

// childOf returns the value at a step, and the node whose line stands for it.
func childOf(node *yamlv3.Node, step *path) (key, value *yamlv3.Node) {
	switch {
	case step.isItem && node.Kind == yamlv3.SequenceNode && step.index < len(node.Content):
		return node.Content[step.index], node.Content[step.index]
	case !step.isItem && node.Kind == yamlv3.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == step.key {
				return node.Content[i], node.Content[i+1]
			}
		}
	}
	return nil, nil
}
