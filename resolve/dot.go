package resolve

import (
	"fmt"
	"strings"
)

// DOT returns the picture of Mermaid in the language of Graphviz.
func (g *Graph) DOT() string {
	d := newDiagram(g)
	var out strings.Builder
	out.WriteString("digraph resolve {\n    rankdir=LR;\n    compound=true;\n    node [shape=box];\n")
	heldBy := map[string]frame{}
	for _, f := range d.frames {
		heldBy[f.id] = f
		fmt.Fprintf(&out, "    subgraph cluster_%s {\n        label=\"%s\";\n", f.id, dotLabel(f.shape))
		if style := dotStyle(f.look); style != "" {
			fmt.Fprintf(&out, "        %s;\n", style)
		}
		for _, s := range f.held {
			fmt.Fprintf(&out, "        %s\n", dotNode(s))
		}
		out.WriteString("    }\n")
	}
	for _, s := range d.loose {
		fmt.Fprintf(&out, "    %s\n", dotNode(s))
	}
	for _, a := range d.arrows {
		from, to := d.shapes[a.from].id, d.shapes[a.to].id
		var attributes []string
		// Graphviz has no edges to clusters: it clips an edge to a node inside.
		if f, ok := heldBy[from]; ok {
			from, attributes = f.held[0].id, append(attributes, "ltail=cluster_"+f.id)
		}
		if f, ok := heldBy[to]; ok {
			to, attributes = f.held[0].id, append(attributes, "lhead=cluster_"+f.id)
		}
		if a.weak {
			attributes = append(attributes, "style=dotted")
		}
		fmt.Fprintf(&out, "    %s -> %s%s;\n", from, to, dotAttributes(attributes))
	}
	out.WriteString("}\n")
	return out.String()
}

func dotNode(s shape) string {
	attributes := []string{`label="` + dotLabel(s) + `"`}
	if style := dotStyle(s.look); style != "" {
		attributes = append(attributes, style)
	}
	return s.id + dotAttributes(attributes) + ";"
}

func dotAttributes(attributes []string) string {
	if len(attributes) == 0 {
		return ""
	}
	return " [" + strings.Join(attributes, ", ") + "]"
}

func dotStyle(l look) string {
	return map[look]string{lookOutside: "style=dashed", lookUnresolved: `style=dashed, color="#cc0000"`}[l]
}

// dotLabel returns the lines of the label for use within quotes.
func dotLabel(s shape) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	lines := s.label()
	for i, line := range lines {
		lines[i] = escape.Replace(line)
	}
	return strings.Join(lines, `\n`)
}
