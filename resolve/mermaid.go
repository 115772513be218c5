package resolve

import (
	"fmt"
	"strings"
)

// Mermaid returns a flowchart of the graph for Mermaid, in the direction of
// traffic: routes lead to their service, a service to the upstream that its host
// names, an upstream to its targets. Control planes are subgraphs; dotted arrows
// lead from a group to its members. Objects outside the batch are dashed, those
// that could not be resolved red. Credentials and grants are not drawn. The
// output depends on the objects alone, and ends in a newline.
func (g *Graph) Mermaid() string {
	d := newDiagram(g)
	var out strings.Builder
	out.WriteString("flowchart LR\n")
	for _, f := range d.frames {
		fmt.Fprintf(&out, "    subgraph %s[\"%s\"]\n", f.id, mermaidLabel(f.shape))
		for _, s := range f.held {
			fmt.Fprintf(&out, "        %s[\"%s\"]\n", s.id, mermaidLabel(s))
		}
		out.WriteString("    end\n")
	}
	for _, s := range d.loose {
		fmt.Fprintf(&out, "    %s[\"%s\"]\n", s.id, mermaidLabel(s))
	}
	for _, a := range d.arrows {
		line := "-->"
		if a.weak {
			line = "-.->"
		}
		fmt.Fprintf(&out, "    %s %s %s\n", d.shapes[a.from].id, line, d.shapes[a.to].id)
	}
	mermaidClass(&out, "outside", "stroke-dasharray: 5 5", d.idsOf(lookOutside))
	mermaidClass(&out, "unresolved", "stroke: #c00,stroke-dasharray: 5 5", d.idsOf(lookUnresolved))
	return out.String()
}

func mermaidClass(out *strings.Builder, name, style string, ids []string) {
	if len(ids) == 0 {
		return
	}
	fmt.Fprintf(out, "    classDef %s %s\n", name, style)
	fmt.Fprintf(out, "    class %s %s\n", strings.Join(ids, ","), name)
}

// mermaidLabel returns the lines of the label for use within quotes.
func mermaidLabel(s shape) string {
	lines := s.label()
	for i, line := range lines {
		lines[i] = mermaidEscape(line)
	}
	return strings.Join(lines, "<br/>")
}

// mermaidEscape replaces all that Mermaid, its Markdown or HTML could take for
// markup by entity codes.
func mermaidEscape(text string) string {
	var out strings.Builder
	for _, char := range text {
		if strings.ContainsRune("\"#&;<>`\\*_[]{}()|", char) {
			fmt.Fprintf(&out, "#%d;", char)
		} else {
			out.WriteRune(char)
		}
	}
	return out.String()
}
