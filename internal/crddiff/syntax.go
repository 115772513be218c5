package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// Names of the object and of what it was before.
const (
	self    = "self"
	oldSelf = "oldSelf"
)

// fieldOf returns the field that an expression is, self included.
func fieldOf(e ast.Expr) (field, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		name := strings.TrimPrefix(e.AsIdent(), ".")
		return field{name}, name == self || name == oldSelf
	case ast.SelectKind:
		selected := e.AsSelect()
		f, ok := fieldOf(selected.Operand())
		return append(slices.Clip(f), selected.FieldName()), ok
	default:
		return nil, false
	}
}

// fieldsIn lists fields without which an expression certainly has no value. What a
// condition or the body of a macro looks at is not among them: it may be passed over.
func fieldsIn(e ast.Expr) []field {
	if f, ok := fieldOf(e); ok {
		return []field{f}
	}
	var fields []field
	switch e.Kind() {
	case ast.SelectKind:
		fields = fieldsIn(e.AsSelect().Operand())
	case ast.ListKind:
		for _, item := range e.AsList().Elements() {
			fields = append(fields, fieldsIn(item)...)
		}
	case ast.CallKind:
		call := e.AsCall()
		if isCondition(e) || call.FunctionName() == operators.Conditional {
			return nil
		}
		if call.IsMemberFunction() {
			fields = fieldsIn(call.Target())
		}
		if slices.Contains([]string{"all", existsFunction, "exists_one", "map", "filter"}, call.FunctionName()) {
			return fields
		}
		for _, argument := range call.Args() {
			fields = append(fields, fieldsIn(argument)...)
		}
	}
	return fields
}

func constantOf(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	return fmt.Sprint(e.AsLiteral().Value()), true
}

// isCondition tells whether an expression is made of or by an operator on conditions.
func isCondition(e ast.Expr) bool {
	return e.Kind() == ast.CallKind && slices.Contains([]string{
		operators.LogicalNot, operators.LogicalAnd, operators.LogicalOr, operators.Equals, operators.NotEquals, operators.In, hasFunction,
	}, e.AsCall().FunctionName())
}

// membership takes "x in list", and "list.exists(v, v == x)", apart.
func membership(e ast.Expr) (element, list ast.Expr, ok bool) {
	if e.Kind() != ast.CallKind {
		return nil, nil, false
	}
	call := e.AsCall()
	if call.FunctionName() == operators.In {
		return call.Args()[0], call.Args()[1], true
	}
	isExists := call.FunctionName() == existsFunction && call.IsMemberFunction() && len(call.Args()) == 2
	if !isExists || call.Args()[0].Kind() != ast.IdentKind || call.Args()[1].Kind() != ast.CallKind {
		return nil, nil, false
	}
	variable, condition := call.Args()[0].AsIdent(), call.Args()[1].AsCall()
	if condition.FunctionName() != operators.Equals {
		return nil, nil, false
	}
	sides := condition.Args()
	if sides[0].Kind() != ast.IdentKind || sides[0].AsIdent() != variable || mentions(sides[1], variable) {
		return nil, nil, false
	}
	return sides[1], call.Target(), true
}

// mentions tells whether a name occurs in an expression.
func mentions(e ast.Expr, name string) bool {
	found := false
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(part ast.Expr) {
		found = found || part.Kind() == ast.IdentKind && strings.TrimPrefix(part.AsIdent(), ".") == name
	}))
	return found
}
