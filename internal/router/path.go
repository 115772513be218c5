package router

import (
	"fmt"
	"regexp/syntax"
	"strings"
)

// pathRule is a compiled path: a prefix, or an expression.
type pathRule struct {
	// text is the path as the route has it, without the tilde.
	text string
	// prefix is what a request's path begins with: for an expression as far as it is known.
	prefix string
	re     *expression
	// shape is that of an expression.
	shape shape
}

// expressions compiles each text once.
type expressions struct {
	flavor   Flavor
	compiled map[string]pathRule
}

func (e *expressions) path(path string) (pathRule, error) {
	if !IsRegex(path) {
		return pathRule{text: path, prefix: path}, nil
	}
	if rule, ok := e.compiled[path]; ok {
		return rule, nil
	}
	re, err := compilePath(path[1:], e.flavor)
	if err != nil {
		return pathRule{}, fmt.Errorf("paths: %q: %w", path, err)
	}
	rule := pathRule{text: path[1:], re: re}
	if parsed, err := syntax.Parse(re.ascii.String(), syntax.Perl); err == nil {
		rule.prefix, _ = prefixOf(parsed, false)
		rule.shape = shapeOf(parsed)
	}
	if e.flavor == Traditional {
		rule.prefix = unbytewise(rule.prefix)
	}
	e.compiled[path] = rule
	return rule, nil
}

// prefixOf returns the literal that an expression begins with, and whether that is all
// there is to it. Before it is anchored a literal may stand anywhere.
func prefixOf(re *syntax.Regexp, anchored bool) (prefix string, whole bool) {
	switch re.Op {
	case syntax.OpLiteral:
		if !anchored || re.Flags&syntax.FoldCase != 0 {
			return "", false
		}
		return string(re.Rune), true
	case syntax.OpCapture:
		return prefixOf(re.Sub[0], anchored)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if sub.Op == syntax.OpBeginText {
				anchored = true
				continue
			}
			text, all := prefixOf(sub, anchored)
			if prefix += text; !all {
				return prefix, false
			}
		}
		return prefix, true
	default:
		return "", re.Op == syntax.OpEmptyMatch
	}
}

func (p *pathRule) matches(q *query) bool {
	if p.re == nil {
		return strings.HasPrefix(q.Path, p.prefix)
	}
	return p.re.on(q.bytes).MatchString(q.bytes)
}
