package source

import (
	"go/ast"
	"go/types"
	"reflect"
	"strconv"
	"strings"
)

// Text is what stands above a declaration.
type Text struct {
	// Doc is the comment without markers, line by line.
	Doc []string

	markers []string
}

func newText(comments *ast.CommentGroup) Text {
	var t Text
	if comments == nil {
		return t
	}
	for _, comment := range comments.List {
		line := strings.TrimPrefix(strings.TrimPrefix(comment.Text, "//"), " ")
		if marker, ok := strings.CutPrefix(line, "+"); ok {
			t.markers = append(t.markers, marker)
			continue
		}
		t.Doc = append(t.Doc, line)
	}
	for len(t.Doc) > 0 && t.Doc[len(t.Doc)-1] == "" {
		t.Doc = t.Doc[:len(t.Doc)-1]
	}
	return t
}

// Marker returns the value of a marker, the text after = or :=, and whether it is there.
func (t Text) Marker(name string) (string, bool) {
	for _, marker := range t.markers {
		rest, ok := strings.CutPrefix(marker, name)
		switch {
		case !ok:
		case rest == "":
			return "", true
		case strings.HasPrefix(rest, ":="):
			return rest[2:], true
		case strings.HasPrefix(rest, "="), strings.HasPrefix(rest, ":"):
			return rest[1:], true
		}
	}
	return "", false
}

// Markers returns the values of all markers of a name.
func (t Text) Markers(name string) []string {
	var values []string
	for _, marker := range t.markers {
		if rest, ok := strings.CutPrefix(marker, name+":"); ok {
			values = append(values, rest)
		}
	}
	return values
}

// Field is a field of a struct.
type Field struct {
	Text
	// Name in Go; that of the type where the field is embedded.
	Name string
	// Type as the source has it, such as *commonv1alpha1.AdoptOptions.
	Type string
	// JSON is the name in JSON; empty for an inlined struct.
	JSON string
	// CanBeAbsent reports whether the tag lets JSON leave the field out.
	CanBeAbsent bool
	Embedded    bool
}

// IsPointer reports whether the field's type is a pointer.
func (f Field) IsPointer() bool { return strings.HasPrefix(f.Type, "*") }

// Pointed is the field's type without a star.
func (f Field) Pointed() string { return strings.TrimPrefix(f.Type, "*") }

func newFields(field *ast.Field) []Field {
	f := Field{Text: newText(field.Doc), Type: types.ExprString(field.Type)}
	if field.Tag != nil {
		if tag, err := strconv.Unquote(field.Tag.Value); err == nil {
			name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
			f.JSON, f.CanBeAbsent = name, strings.Contains(options, "omit")
		}
	}
	if len(field.Names) == 0 {
		f.Embedded = true
		f.Name = f.Pointed()[strings.LastIndex(f.Pointed(), ".")+1:]
		return []Field{f}
	}
	var fields []Field
	for _, name := range field.Names {
		named := f
		named.Name = name.Name
		fields = append(fields, named)
	}
	return fields
}
