package manifest

import (
	"bytes"
	"errors"
	"strings"
)

// ErrTemplate is wrapped by errors about documents that are templates, such as those of
// a Helm chart, and must be rendered first.
var ErrTemplate = errors.New("template that is not rendered")

// leftover is text around a manifest that is none of it.
type leftover struct {
	line    int
	message string
	err     error
}

// findLeftover returns the first line of the document that is no YAML but what people
// put around it; false when there is none, or none up to a line of the input.
func (d *document) findLeftover(last int) (leftover, bool) {
	line := d.line
	for text := range bytes.Lines(d.text) {
		if line > last {
			break
		}
		if found := leftoverIn(string(bytes.TrimRight(text, "\r\n"))); found.message != "" {
			found.line = line
			return found, true
		}
		line++
	}
	return leftover{}, false
}

// leftoverIn says what a line is, unless it can be YAML.
func leftoverIn(line string) leftover {
	text := strings.TrimSpace(line)
	startsWith := func(prefixes ...string) bool {
		for _, prefix := range prefixes {
			if strings.HasPrefix(text, prefix) {
				return true
			}
		}
		return false
	}
	switch {
	case startsWith("#"):
		return leftover{}
	case strings.Contains(text, "{{"), strings.Contains(text, "{%"):
		return leftover{message: "is a template: render it first", err: ErrTemplate}
	case startsWith("<<<<<<<", "=======", ">>>>>>>"):
		return leftover{message: "is a marker of a merge conflict: resolve it"}
	case startsWith("```"):
		return leftover{message: "is a fence of Markdown: leave it out"}
	case startsWith("kubectl ", "echo ", "cat ", "$ ", "helm "), strings.Contains(text, "| kubectl"), isHereDocument(line):
		return leftover{message: "is part of a shell command: leave it out"}
	}
	return leftover{}
}

// isHereDocument reports whether a line starts or ends what a shell feeds to a command,
// such as <<EOF and EOF.
func isHereDocument(line string) bool {
	if strings.Contains(line, "<<EOF") || strings.Contains(line, "<<'EOF'") || strings.Contains(line, "<<-EOF") {
		return true
	}
	for _, c := range line {
		if c != '_' && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(line) > 1
}

// unreplaced says what a text is where a value of another type was expected.
func unreplaced(value any) string {
	text, _ := value.(string)
	switch {
	case strings.Contains(text, "{{"):
		return ", which is a template: render it first"
	case strings.HasPrefix(text, "$"):
		return ", which is a shell variable that was not replaced"
	}
	return ""
}
