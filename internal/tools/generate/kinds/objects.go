package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"unicode"

	"github.com/konnectkit/konnectkit/internal/tools/generate/source"
)

//go:embed objects.tmpl
var objectsTemplate string

// objects returns the file with list types, statuses and accessors, and what adds all
// kinds of the package to a scheme.
func objects(p *source.Package, kinds []kind) ([]byte, error) {
	text, err := template.New("objects").Funcs(template.FuncMap{"lower": lowerFirst, "words": words}).Parse(objectsTemplate)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	writeScheme(&body, kinds)
	if err := writePaths(&body, p, kinds); err != nil {
		return nil, err
	}
	for _, k := range kinds {
		if err := text.Execute(&body, k); err != nil {
			return nil, fmt.Errorf("kind %s: %w", k.Name, err)
		}
	}
	return file(p, body.String())
}

func writeScheme(body *bytes.Buffer, kinds []kind) {
	fmt.Fprint(body, "\nvar (\n")
	for _, k := range kinds {
		if k.IsObject {
			fmt.Fprintf(body, "\t_ crd.Object = (*%s)(nil)\n", k.Name)
		}
	}
	fmt.Fprint(body, ")\n\n// AddToScheme adds this package's kinds and their lists to scheme.\n"+
		"func AddToScheme(scheme *runtime.Scheme) error {\n\tscheme.AddKnownTypes(GroupVersion,\n")
	for _, k := range kinds {
		fmt.Fprintf(body, "\t\t&%s{}, &%sList{},\n", k.Name, k.Name)
	}
	fmt.Fprint(body, "\t)\n\tmetav1.AddToGroupVersion(scheme, GroupVersion)\n\treturn nil\n}\n")
}

// writePaths names the paths of the references to parents, which several kinds may have
// in common.
func writePaths(body *bytes.Buffer, p *source.Package, kinds []kind) error {
	written := map[string]string{}
	for _, k := range kinds {
		for _, ref := range k.References {
			constant := ref.Name + "Field"
			if ref.Role == "" || slices.Contains(p.Constants, constant) || written[constant] == ref.Path() {
				continue
			}
			if other := written[constant]; other != "" {
				return fmt.Errorf("kind %s: %s is %s, and %s for another kind", k.Name, constant, ref.Path(), other)
			}
			written[constant] = ref.Path()
			fmt.Fprintf(body, "\n// %s is the path of the reference to the %s that an entity lies in.\nconst %s = %q\n",
				constant, ref.Kind, constant, ref.Path())
		}
	}
	return nil
}

// lowerFirst is a Go name as a name in JSON.
func lowerFirst(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// words is a Go name as words in a text.
func words(name string) string {
	var text strings.Builder
	for i, letter := range name {
		if i > 0 && unicode.IsUpper(letter) {
			text.WriteByte(' ')
		}
		text.WriteRune(unicode.ToLower(letter))
	}
	return text.String()
}
