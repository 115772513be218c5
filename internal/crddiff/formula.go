package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/parser"
)

// Functions of the syntax that the parser would expand if it were told to.
const (
	hasFunction    = "has"
	existsFunction = "exists"
)

// expression is a rule, parsed but not expanded: has and exists stay calls.
type expression struct {
	tree ast.Expr
	info *ast.SourceInfo
}

func parse(rule string) (expression, error) {
	p, err := parser.NewParser()
	if err != nil {
		return expression{}, err
	}
	parsed, problems := p.Parse(common.NewTextSource(rule))
	if len(problems.GetErrors()) > 0 {
		return expression{}, errors.New(strings.ReplaceAll(problems.ToDisplayString(), "\n", " "))
	}
	return expression{tree: parsed.Expr(), info: parsed.SourceInfo()}, nil
}

func (e expression) text(part ast.Expr) string {
	text, err := parser.Unparse(part, e.info)
	if err != nil {
		return fmt.Sprintf("expression %d", part.ID())
	}
	return text
}

// formula translates a part of a rule. What connects conditions is understood, and so
// are comparisons of a field with constants; any other condition is a name with an
// outcome that may be anything, failure included.
func (m *model) formula(e expression, part ast.Expr) formula {
	if f, ok := m.connected(e, part); ok {
		return f
	}
	if f, ok := m.constants(part); ok {
		return f
	}
	return m.opaque(e, part)
}

// connected translates what is made of conditions.
func (m *model) connected(e expression, part ast.Expr) (formula, bool) {
	if part.Kind() != ast.CallKind {
		return nil, false
	}
	call := part.AsCall()
	operand := func(i int) formula { return m.formula(e, call.Args()[i]) }
	switch call.FunctionName() {
	case operators.LogicalNot:
		return not(operand(0)), true
	case operators.LogicalAnd:
		return not(either(not(operand(0)), not(operand(1)))), true
	case operators.LogicalOr:
		return either(operand(0), operand(1)), true
	case operators.Conditional:
		return choose(operand(0), operand(1), operand(2)), true
	case operators.NotEquals:
		return not(m.equal(e, call.Args())), true
	case operators.Equals:
		return m.equal(e, call.Args()), true
	case hasFunction:
		if f, ok := fieldOf(call.Args()[0]); ok {
			return m.has(f), true
		}
	}
	return nil, false
}

// equal translates a comparison of two conditions, a field and a constant, two fields,
// or, unseen, of anything else.
func (m *model) equal(e expression, sides []ast.Expr) formula {
	if isCondition(sides[0]) && isCondition(sides[1]) {
		left, right := m.formula(e, sides[0]), m.formula(e, sides[1])
		return choose(left, right, not(right))
	}
	for i, side := range sides {
		f, isField := fieldOf(side)
		value, isConstant := constantOf(sides[1-i])
		if isField && isConstant {
			return m.among(f, []string{value})
		}
	}
	texts := []string{e.text(sides[0]), e.text(sides[1])}
	slices.Sort(texts)
	_, isLeft := fieldOf(sides[0])
	_, isRight := fieldOf(sides[1])
	return m.named(strings.Join(texts, " == "), isLeft && isRight, sides...)
}

// constants translates a constant, and the question whether a field is one of several.
func (m *model) constants(part ast.Expr) (formula, bool) {
	if value, ok := constantOf(part); ok && (value == "true" || value == "false") {
		return func(situation) outcome { return truth(value == "true") }, true
	}
	element, list, ok := membership(part)
	if !ok {
		return nil, false
	}
	f, isField := fieldOf(element)
	if isField && list.Kind() == ast.ListKind {
		var values []string
		for _, item := range list.AsList().Elements() {
			value, ok := constantOf(item)
			if !ok {
				return nil, false
			}
			values = append(values, value)
		}
		return m.among(f, values), true
	}
	value, isConstant := constantOf(element)
	if f, isField := fieldOf(list); isField && isConstant {
		return m.named(fmt.Sprintf("%q in %s", value, f), true, list), true
	}
	return nil, false
}

// opaque is a condition that is not looked into.
func (m *model) opaque(e expression, part ast.Expr) formula {
	return m.named(e.text(part), false, part)
}

// named is a condition known by its text alone. It fails where a field that it looks at
// is not set, and, unless it is sure, possibly elsewhere.
func (m *model) named(text string, sure bool, parts ...ast.Expr) formula {
	var fields []field
	for _, part := range parts {
		fields = append(fields, fieldsIn(part)...)
	}
	for _, f := range fields {
		m.look(f)
	}
	m.values[text] = []string{holds, other}
	if !sure {
		m.values[text] = append(m.values[text], fails)
	}
	return func(s situation) outcome {
		for _, f := range fields {
			if !s.has(f) {
				return failed
			}
		}
		if s[text] == fails {
			return failed
		}
		return truth(s[text] == holds)
	}
}

// has asks whether a field is set, which fails where the field around it is not.
func (m *model) has(f field) formula {
	m.look(f)
	return func(s situation) outcome {
		if !s.has(f[:len(f)-1]) {
			return failed
		}
		return truth(s.has(f))
	}
}

// among asks whether a field has one of the values.
func (m *model) among(f field, values []string) formula {
	m.look(f, values...)
	return func(s situation) outcome {
		if !s.has(f) {
			return failed
		}
		return truth(slices.Contains(values, s[f.String()]))
	}
}

func not(f formula) formula {
	return func(s situation) outcome {
		switch f(s) {
		case yes:
			return no
		case no:
			return yes
		default:
			return failed
		}
	}
}

// either holds where one side does, even if the other one fails.
func either(left, right formula) formula {
	return func(s situation) outcome {
		l, r := left(s), right(s)
		if l == yes || r == yes {
			return yes
		}
		return max(l, r)
	}
}

func choose(condition, then, otherwise formula) formula {
	return func(s situation) outcome {
		switch condition(s) {
		case yes:
			return then(s)
		case no:
			return otherwise(s)
		default:
			return failed
		}
	}
}
