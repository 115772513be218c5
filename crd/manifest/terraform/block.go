package terraform

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// block is an import block.
type block struct {
	key        crd.Key
	kind, name string
	// id is the ID alone, or ids are several with their names.
	id  string
	ids [][2]string
}

// String returns the block in HCL, after a comment with the object.
func (b block) String() string {
	id := quoted(b.id)
	if b.ids != nil {
		widest := 0
		for _, pair := range b.ids {
			widest = max(widest, len(pair[0]))
		}
		var object strings.Builder
		for _, pair := range b.ids {
			fmt.Fprintf(&object, "    %-*s = %s\n", widest, pair[0], quoted(pair[1]))
		}
		id = "jsonencode({\n" + object.String() + "  })"
	}
	return fmt.Sprintf("# %s\nimport {\n  to = %s.%s\n  id = %s\n}\n", printable.Line(b.key.String()), b.kind, b.name, id)
}

// nameResources gives each block a name that no other of its type has. Where two would have
// the same, both get a digest of their object's key, so that neither's depends on the other.
func nameResources(blocks []block) {
	wanted := map[string]int{}
	for _, b := range blocks {
		wanted[b.kind+"."+identifier(b.key.Name)]++
	}
	taken := map[string]bool{}
	for i, b := range blocks {
		name := identifier(b.key.Name)
		if wanted[b.kind+"."+name] > 1 {
			sum := sha256.Sum256([]byte(b.key.String()))
			name += "_" + hex.EncodeToString(sum[:4])
		}
		for taken[b.kind+"."+name] {
			name += "_"
		}
		taken[b.kind+"."+name] = true
		blocks[i].name = name
	}
}

// identifier makes a name one of Terraform's: letters, digits, underscores and dashes, not
// beginning with a digit or a dash.
func identifier(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '_'
	}, name)
	if name == "" || name[0] == '-' || name[0] >= '0' && name[0] <= '9' {
		return "_" + name
	}
	return name
}

// quoted returns a text as a string of HCL that stands for nothing else.
func quoted(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i, r := range text {
		switch {
		case r == '"' || r == '\\':
			out.WriteString("\\" + string(r))
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case (r == '$' || r == '%') && strings.HasPrefix(text[i+1:], "{"):
			out.WriteString(string(r) + string(r)) // else a template would begin
		case r == utf8.RuneError || printable.Line(string(r)) != string(r):
			fmt.Fprintf(&out, `\U%08x`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}
