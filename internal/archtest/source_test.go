package archtest_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const modulePath = "github.com/konnectkit/konnectkit"

// source is one Go file of the core module.
type source struct {
	path      string // relative to the module's root, with slashes
	syntax    *ast.File
	positions *token.FileSet
	lines     int
	generated bool
}

// parseSource reads one file; its path says the package and whether it is a test.
func parseSource(positions *token.FileSet, name string, content []byte) (source, error) {
	syntax, err := parser.ParseFile(positions, name, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	return source{
		path:      name,
		syntax:    syntax,
		positions: positions,
		lines:     bytes.Count(content, []byte("\n")),
		generated: ast.IsGenerated(syntax),
	}, nil
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// dir is the folder of the package relative to the module's root, "." for the root itself.
func (s source) dir() string { return path.Dir(s.path) }

func (s source) imports() []string {
	var paths []string
	for _, spec := range s.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			paths = append(paths, imported)
		}
	}
	return paths
}

// ownPath turns an import path into the folder of the core module it names.
func ownPath(imported string) (string, bool) {
	if imported == modulePath {
		return ".", true
	}
	return strings.CutPrefix(imported, modulePath+"/")
}

// within says whether dir is pattern, or below it where pattern ends in "/...".
func within(dir, pattern string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return dir == base || strings.HasPrefix(dir, base+"/")
	}
	return dir == pattern
}

func withinAny(dir string, patterns []string) bool {
	for _, pattern := range patterns {
		if within(dir, pattern) {
			return true
		}
	}
	return false
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, "go.mod"))
	return root
}

// moduleSources parses every Go file of the core module. Nested modules keep their own rules.
func moduleSources(t *testing.T) []source {
	t.Helper()
	root := moduleRoot(t)
	positions := token.NewFileSet()
	var all []source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return enter(root, name)
		case filepath.Ext(name) != ".go":
			return nil
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		file, err := parseSource(positions, filepath.ToSlash(relative), content)
		all = append(all, file)
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// enter returns fs.SkipDir for folders that hold no package of the core module.
func enter(root, dir string) error {
	if dir == root {
		return nil
	}
	base := filepath.Base(dir)
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// report fails the test once for every finding.
func report(t *testing.T, findings []string) {
	t.Helper()
	for _, finding := range findings {
		t.Error(finding)
	}
}

// madeUp is a source for the tests of the checks themselves.
func madeUp(t *testing.T, name, content string) source {
	t.Helper()
	file, err := parseSource(token.NewFileSet(), name, []byte(content))
	require.NoError(t, err)
	return file
}
