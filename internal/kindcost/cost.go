package main

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// cost is what a kind costs.
type cost struct {
	kind  string
	files []fileCost
}

type fileCost struct {
	path  string
	lines int
}

func (c cost) total() int {
	total := 0
	for _, f := range c.files {
		total += f.lines
	}
	return total
}

// cost counts the lines of a kind in the files of the list.
func (l list) cost(root string, k kind) (cost, error) {
	lines := map[string]int{}
	count := func(pattern string, own bool) error {
		for _, file := range l.matching(k.in(pattern)) {
			if _, counted := lines[file]; counted || !isCounted(file) || own && k.isOthers(file) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
			if err != nil {
				return err
			}
			if lines[file] = bytes.Count(text, []byte("\n")); !own {
				lines[file] = k.linesIn(file, string(text))
			}
		}
		return nil
	}
	for _, r := range l.rows {
		for _, pattern := range r.patterns {
			if err := count(pattern, isOwn(pattern)); err != nil {
				return cost{}, err
			}
		}
	}
	for _, pattern := range k.more {
		if err := count(pattern, true); err != nil {
			return cost{}, err
		}
	}
	c := cost{kind: k.name}
	for file, n := range lines {
		if n > 0 {
			c.files = append(c.files, fileCost{file, n})
		}
	}
	slices.SortFunc(c.files, func(a, b fileCost) int { return cmp.Or(cmp.Compare(b.lines, a.lines), cmp.Compare(a.path, b.path)) })
	return c, nil
}

// isCounted reports whether a file is written by hand, and neither a test nor prose.
func isCounted(file string) bool {
	isCode := strings.HasSuffix(file, ".go") || strings.HasSuffix(file, ".yaml")
	return isCode && !isGenerated(file) && !strings.HasSuffix(file, "_test.go") && path.Base(file) != "doc.go" &&
		!strings.Contains(file, "/testdata/") && !strings.HasPrefix(file, "internal/samples/")
}

func isGenerated(file string) bool {
	return strings.HasPrefix(path.Base(file), "zz_generated.") || file == "crd/manifest/crds.yaml"
}

// linesIn counts the lines of a shared file that name the kind, and those of the
// functions and methods that are named after it.
func (k kind) linesIn(file, text string) int {
	counted := map[int]bool{}
	for i, line := range strings.Split(text, "\n") {
		if k.isNamedIn(line) {
			counted[i+1] = true
		}
	}
	positions := token.NewFileSet()
	if syntax, err := parser.ParseFile(positions, file, text, parser.ParseComments|parser.SkipObjectResolution); err == nil {
		for _, declaration := range syntax.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || !k.isNameOf(function.Name.Name) {
				continue
			}
			first := function.Pos()
			if function.Doc != nil {
				first = function.Doc.Pos()
			}
			for line := positions.Position(first).Line; line <= positions.Position(function.End()).Line; line++ {
				counted[line] = true
			}
		}
	}
	return len(counted)
}

// isNamedIn reports whether a line names the kind, its resource, or the function of its
// row in a table.
func (k kind) isNamedIn(line string) bool {
	return regexp.MustCompile(`\b(` + k.name + `s?|` + k.lower + `s)\b|\b(?i:` + k.short + `)\(set\)`).MatchString(line)
}

// isNameOf reports whether a function is named after the kind, as NormalizeTarget and
// FromTargets are.
func (k kind) isNameOf(function string) bool {
	word := strings.TrimPrefix(k.name, "Kong")
	if !strings.EqualFold(word, k.short) {
		word = strings.ToUpper(k.short[:1]) + k.short[1:]
	}
	return strings.HasSuffix(function, word) || strings.HasSuffix(function, word+"s")
}
