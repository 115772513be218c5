// Command builder writes the methods that all builders of package builder share, once
// for each of them, so that their signatures name the builder and its object. Its
// argument is the root of the core module.
//
// A builder is a struct that embeds base[K]. It gets the methods for metadata and
// Build; those for fields that many kinds have, such as spec.tags, if K has the field;
// and none that is written by hand.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"strings"
)

const (
	module = "github.com/konnectkit/konnectkit"
	output = "builder/zz_generated.methods.go"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: builder <root of the core module>")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "builder:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	builders, err := findBuilders(root)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := writeMethods(&text, builders); err != nil {
		return err
	}
	formatted, err := format.Source(text.Bytes())
	if err != nil {
		return fmt.Errorf("format %s: %w", output, err)
	}
	return os.WriteFile(filepath.Join(root, output), formatted, 0o644)
}

// packageFolder returns the folder of a package of the core module.
func packageFolder(root, importPath string) (string, error) {
	relative, ok := strings.CutPrefix(importPath, module+"/")
	if !ok {
		return "", fmt.Errorf("%s is no package of %s", importPath, module)
	}
	return filepath.Join(root, filepath.FromSlash(relative)), nil
}
