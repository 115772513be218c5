// Command builder writes the methods of package builder that need no thought, once for
// each builder, so that their signatures name the builder and its object. Its argument
// is the root of the core module.
//
// A builder is a struct that embeds base[K]. It gets its New function, the methods for
// metadata and Build, those for fields that many kinds have, such as spec.tags, if K has
// the field, and one for every other field of the spec that is set by an assignment,
// with the field's own comment; nothing is generated that is written by hand.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
)

const output = "builder/zz_generated.methods.go"

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
