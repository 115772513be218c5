package router

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// variants of an expression are tried for a text that it matches.
const variants = 4

// samples returns texts that an expression probably matches, simple ones first.
func (e *expression) samples() []string {
	parsed, err := syntax.Parse(e.ascii.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	var texts []string
	for variant := range variants {
		var text strings.Builder
		sample(parsed, variant, &text)
		texts = append(texts, text.String())
	}
	return texts
}

// sample writes a text for an expression: with even variants nothing that is optional,
// and the alternative of the variant's number.
func sample(re *syntax.Regexp, variant int, text *strings.Builder) {
	switch re.Op {
	case syntax.OpLiteral:
		text.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		text.WriteRune(sampleOf(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		text.WriteByte('x')
	case syntax.OpStar, syntax.OpQuest:
		if variant%2 == 1 {
			sample(re.Sub[0], variant, text)
		}
	case syntax.OpRepeat:
		for range max(re.Min, variant%2) {
			sample(re.Sub[0], variant, text)
		}
	case syntax.OpAlternate:
		sample(re.Sub[variant%len(re.Sub)], variant, text)
	default:
		for _, sub := range re.Sub {
			sample(sub, variant, text)
		}
	}
}

// sampleOf returns a character of a class that is plain to read.
func sampleOf(ranges []rune) rune {
	for _, r := range "a1x0A-_/." {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= r && r <= ranges[i+1] {
				return r
			}
		}
	}
	if len(ranges) == 0 {
		return 'x'
	}
	return ranges[0]
}

// shape is what is known of what an expression matches.
type shape struct {
	// open is true where what follows a match cannot undo it.
	open bool
	// never is true where no text matches that is a normalized path.
	never bool
}

// shapeOf looks at an expression of a path.
func shapeOf(re *syntax.Regexp) shape {
	s := shape{open: true}
	s.look(re)
	s.never = isNever(re)
	return s
}

func (s *shape) look(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpEndLine, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		s.open = false
	}
	for _, sub := range re.Sub {
		s.look(sub)
	}
}

// isNever reports whether an expression needs something behind the end of the text, or
// what is not in a normalized path.
func isNever(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpNoMatch:
		return true
	case syntax.OpLiteral:
		return re.Flags&syntax.FoldCase == 0 && isNotNormal(string(re.Rune))
	case syntax.OpCapture, syntax.OpPlus:
		return isNever(re.Sub[0])
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !isNever(sub) })
	case syntax.OpConcat:
		ended := false
		for _, sub := range re.Sub {
			if isNever(sub) || ended && needsText(sub) {
				return true
			}
			ended = ended || sub.Op == syntax.OpEndText
		}
	}
	return false
}

// needsText reports whether an expression matches no empty text.
func needsText(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return true
	case syntax.OpCapture, syntax.OpPlus:
		return needsText(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min > 0 && needsText(re.Sub[0])
	case syntax.OpConcat:
		return slices.ContainsFunc(re.Sub, needsText)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !needsText(sub) })
	default:
		return false
	}
}

// isNotNormal reports whether a text is within no normalized path.
func isNotNormal(text string) bool {
	if strings.Contains(text, "//") || strings.Contains(text, "/./") || strings.Contains(text, "/../") {
		return true
	}
	return strings.Contains(text, "%") && unescape(text) != text
}
