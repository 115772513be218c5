package deck

import (
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// maxValues and maxDepth bound what aliases can make of a small file; maxProblems bounds what
// one error lists.
const (
	maxValues   = 2 << 20
	maxDepth    = 100
	maxProblems = 1000
)

func isEnd(err error) bool { return errors.Is(err, io.EOF) }

// report notes a problem at a line, about an entity, such as services[0].routes[1], and a
// field of it.
func (d *decoder) report(line int, entity, field, message string) {
	d.problems = append(d.problems, manifest.Problem{
		Line: line, Object: printable.Line(entity), Field: printable.Line(field), Message: printable.Line(message),
	})
}

// failure is all that is wrong, by line.
func (d *decoder) failure() error {
	slices.SortStableFunc(d.problems, func(a, b manifest.Problem) int { return a.Line - b.Line })
	kept := d.problems[:min(len(d.problems), maxProblems)]
	return &manifest.DecodeError{Problems: kept, Omitted: len(d.problems) - len(kept)}
}

// spot is a place in the file, from there up to the file itself, which is nil.
type spot struct {
	up   *spot
	step string
}

func (s *spot) key(name string) *spot { return &spot{s, "." + name} }
func (s *spot) item(i int) *spot      { return &spot{s, "[" + strconv.Itoa(i) + "]"} }

func (s *spot) depth() (depth int) {
	for ; s != nil; s = s.up {
		depth++
	}
	return depth
}

func (s *spot) String() string {
	var steps []string
	for ; s != nil; s = s.up {
		steps = append(steps, s.step)
	}
	slices.Reverse(steps)
	return strings.TrimPrefix(strings.Join(steps, ""), ".")
}

// member is a key of an object with its value.
type member struct {
	name  string
	line  int
	value *yaml.Node
}

// members lists the keys of an object, with those that it merges from others.
func (d *decoder) members(node *yaml.Node, at *spot) []member {
	node = d.behind(node)
	if node.Kind != yaml.MappingNode {
		if !isNull(node) {
			d.report(node.Line, at.String(), "", "must be an object")
		}
		return nil
	}
	var all, merged []member
	taken := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Tag == "!!merge" {
			merged = append(merged, d.merged(value, at)...)
			continue
		}
		if key.Kind != yaml.ScalarNode || d.templates.in(key.Value) {
			d.report(key.Line, at.String(), "", "has a key that is no plain text")
			continue
		}
		if taken[key.Value] {
			d.report(key.Line, at.String(), key.Value, "duplicate key")
		}
		taken[key.Value] = true
		all = append(all, member{key.Value, key.Line, value})
	}
	for _, m := range merged {
		if !taken[m.name] {
			taken[m.name] = true
			all = append(all, m)
		}
	}
	return all
}

func (d *decoder) merged(value *yaml.Node, at *spot) []member {
	if at.depth() > maxDepth {
		d.report(value.Line, at.String(), "", "is nested too deep")
		return nil
	}
	if of := d.behind(value); of.Kind == yaml.SequenceNode {
		var all []member
		for _, item := range of.Content {
			all = append(all, d.members(item, at.key("<<"))...)
		}
		return all
	}
	return d.members(value, at.key("<<"))
}

// behind is the node that an alias stands for.
func (d *decoder) behind(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

// items lists the nodes of a list.
func (d *decoder) items(node *yaml.Node, at *spot) []*yaml.Node {
	node = d.behind(node)
	if node.Kind != yaml.SequenceNode {
		if !isNull(node) {
			d.report(node.Line, at.String(), "", "must be a list")
		}
		return nil
	}
	return node.Content
}

// value is a node as decoded JSON, with the values of variables.
func (d *decoder) value(node *yaml.Node, at *spot) any {
	node = d.behind(node)
	if d.values++; d.values == maxValues || at.depth() > maxDepth {
		d.report(node.Line, at.String(), "", "holds too many values, or is nested too deep")
	}
	if d.values >= maxValues || at.depth() > maxDepth {
		return nil
	}
	switch node.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		for _, m := range d.members(node, at) {
			object[m.name] = d.value(m.value, at.key(m.name))
		}
		return object
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i, item := range node.Content {
			list[i] = d.value(item, at.item(i))
		}
		return list
	default:
		return d.scalar(node, at)
	}
}

// scalar is a text, number or the like. What has no quotes is what YAML 1.1 makes of it.
func (d *decoder) scalar(node *yaml.Node, at *spot) any {
	text, whole := node.Value, node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if d.templates.in(text) {
		var ok bool
		if text, ok = d.render(text, node.Line, at); !ok {
			return nil
		}
	}
	if whole || node.Tag == "!!str" && text == node.Value && !maybeBoolean(text) {
		return text
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && node.Tag == "!!int" {
		return n
	}
	var value any
	if strings.Contains(text, "\n") || sigsyaml.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	if f, ok := value.(float64); ok {
		if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return int64(f)
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return text
		}
	}
	return value
}

// maybeBoolean tells of the texts that are booleans in YAML 1.1 alone.
func maybeBoolean(text string) bool {
	return slices.Contains([]string{"y", "n", "yes", "no", "on", "off"}, strings.ToLower(text))
}

// lineOf is the line of the value at a path below a node, such as healthchecks.active[0], or
// of what is nearest above it.
func (d *decoder) lineOf(node *yaml.Node, path string) int {
	line := node.Line
	for step := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		node = d.behind(node)
		index, err := strconv.Atoi(step)
		switch {
		case node.Kind == yaml.SequenceNode && err == nil && index < len(node.Content):
			node = node.Content[index]
			line = node.Line
			continue
		case node.Kind != yaml.MappingNode:
			return line
		}
		at := slices.IndexFunc(node.Content, func(n *yaml.Node) bool { return n.Value == step })
		if at < 0 || at%2 != 0 {
			return line
		}
		line, node = node.Content[at].Line, node.Content[at+1]
	}
	return line
}
