// Command kinds writes what follows from the structs of crd's kinds and their markers:
// list types, statuses of the usual shape, the methods of crd.Object, and the checks of
// Validate that a marker states already. Its argument is the root of the core module.
//
// Nothing is generated that is written by hand, whether a type, a function or a method:
// a kind that differs from the others writes its own. By hand are also the rules over
// several fields. Two methods are for them, and are called where they exist:
//
//	rules(errs *constraint.Errors, path *field.Path) of a struct, after the checks of its fields
//	transition(errs *constraint.Errors, old *Kind) of a kind, last in ValidateUpdate
package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/konnectkit/konnectkit/internal/tools/generate/source"
)

const shared = source.Module + "/crd/common/v1alpha1"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: kinds <root of the core module>")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "kinds:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	packages, err := packagesOfKinds(root)
	if err != nil {
		return err
	}
	for _, importPath := range append([]string{shared}, packages...) {
		if err := generate(root, importPath); err != nil {
			return fmt.Errorf("package %s: %w", importPath, err)
		}
	}
	return nil
}

// packagesOfKinds returns the import paths of the packages of all groups and versions.
func packagesOfKinds(root string) ([]string, error) {
	var packages []string
	for _, group := range []string{"configuration", "konnect"} {
		folders, err := filepath.Glob(filepath.Join(root, "crd", group, "v*"))
		if err != nil {
			return nil, err
		}
		for _, folder := range folders {
			packages = append(packages, path.Join(source.Module, "crd", group, filepath.Base(folder)))
		}
	}
	return packages, nil
}

// generate writes the files of one package.
func generate(root, importPath string) error {
	p, err := source.Read(root, importPath)
	if err != nil {
		return err
	}
	kinds, err := findKinds(p)
	if err != nil {
		return err
	}
	folder := filepath.Join(root, filepath.FromSlash(importPath[len(source.Module)+1:]))
	if len(kinds) > 0 {
		text, err := objects(p, kinds)
		if err != nil {
			return err
		}
		file := filepath.Join(folder, source.Prefix+"objects.go")
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
		// The checks of a generated status are those of any other struct.
		if err := p.Add(file, text); err != nil {
			return err
		}
	}
	text, err := validation(p, kinds)
	if err != nil || text == nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, source.Prefix+"validation.go"), text, 0o644)
}
