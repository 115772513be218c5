package archtest_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// coreModules are the modules a program gets with the library. Anything heavier
// belongs into a nested module.
func coreModules() []string {
	return []string{
		sdkModule,
		"github.com/cenkalti/backoff/v4",
		"github.com/google/uuid",
		"go.yaml.in/yaml/v3",
		coreAPI,
		machinery,
		gatewayAPI,
		"sigs.k8s.io/yaml",
	}
}

// typeDirs hold the types, and what they are made of.
func typeDirs() []string {
	return []string{"crd", "crd/internal/...", "crd/common/...", "crd/configuration/...", "crd/konnect/..."}
}

// testModules are those that only tests, and what internal holds for them, may import.
func testModules() []string {
	return []string{
		"github.com/google/go-cmp",
		"github.com/jarcoal/httpmock",
		"github.com/stretchr/testify",
	}
}

// directRequirements lists the modules that a go.mod file requires without the mark "indirect".
func directRequirements(gomod string) []string {
	var modules []string
	block := false
	for line := range strings.Lines(gomod) {
		statement, comment, _ := strings.Cut(line, "//")
		words := strings.Fields(statement)
		switch {
		case len(words) == 2 && words[0] == "require" && words[1] == "(":
			block = true
			continue
		case len(words) == 1 && words[0] == ")":
			block = false
		case len(words) == 3 && words[0] == "require":
			words = words[1:]
		case !block:
			words = nil
		}
		if len(words) == 2 && strings.TrimSpace(comment) != "indirect" {
			modules = append(modules, words[0])
		}
	}
	return modules
}

// forbiddenDirectives lists the statements that do not reach, or burden, the programs that import the module.
func forbiddenDirectives(gomod string) []string {
	var found []string
	for line := range strings.Lines(gomod) {
		if words := strings.Fields(line); len(words) > 0 && slices.Contains([]string{"replace", "exclude", "tool", "toolchain"}, words[0]) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// foreignImports names every import of another module than these, and every import of
// a test module by code that a program would link.
func foreignImports(sources []source, modules []string) []string {
	var foreign []string
	for _, file := range sources {
		allowed := slices.Clone(modules)
		if file.test() || within(file.dir(), "internal/...") {
			allowed = append(allowed, testModules()...)
		}
		for _, imported := range file.imports() {
			_, ours := ownPath(imported)
			host, _, _ := strings.Cut(imported, "/")
			standard := !strings.Contains(host, ".")
			if !ours && !standard && !withinModules(imported, allowed) {
				foreign = append(foreign, fmt.Sprintf("%s: imports %s", file.path, imported))
			}
		}
	}
	return foreign
}

// linked names the packages of a dependency list that belong to one of the modules.
func linked(packages, modules []string) []string {
	var found []string
	for _, name := range packages {
		if withinModules(name, modules) {
			found = append(found, name)
		}
	}
	return found
}

func TestDirectDependencies(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(moduleRoot(t), "go.mod"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(content), "module "+modulePath+"\n"))

	allowed := append(coreModules(), testModules()...)
	for _, module := range directRequirements(string(content)) {
		assert.Contains(t, allowed, module)
	}
	report(t, forbiddenDirectives(string(content)))
	report(t, foreignImports(moduleSources(t), coreModules()))
}

// TestTypesNeedApimachineryAlone keeps the types light: whoever imports them links
// apimachinery, and what that links, and nothing else.
func TestTypesNeedApimachineryAlone(t *testing.T) {
	t.Parallel()
	types := slices.DeleteFunc(moduleSources(t), func(file source) bool { return !withinAny(file.dir(), typeDirs()) })
	report(t, foreignImports(types, []string{machinery}))

	packages := packagesWithin(types, typeDirs())
	require.NotEmpty(t, packages)
	for _, name := range dependencies(t, packages) {
		if own, ok := ownPath(name); ok {
			assert.True(t, withinAny(own, typeDirs()), "the types import %s", name)
		}
	}
}

func TestLinkedPackages(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason    string
		dirs      []string
		forbidden []string
		allowed   []string
	}{
		{
			reason:    "objects, builders and the graph work without Konnect",
			dirs:      []string{"crd/...", "builder/...", "resolve/..."},
			forbidden: []string{sdkModule, "net/http/httptest"},
		},
		{
			reason:    "the server agrees with the library by no shared code but the matcher of routes",
			dirs:      []string{"konnect/konnecttest/..."},
			forbidden: []string{sdkModule, kubernetes, modulePath + "/crd", modulePath + "/resolve", modulePath + "/internal"},
			allowed:   []string{modulePath + "/internal/router", modulePath + "/internal/pathregexp"},
		},
	}
	sources := moduleSources(t)
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			packages := packagesWithin(sources, c.dirs)
			if len(packages) == 0 {
				t.Skip("no such package yet")
			}
			found := linked(dependencies(t, packages), c.forbidden)
			report(t, slices.DeleteFunc(found, func(name string) bool { return slices.Contains(c.allowed, name) }))
		})
	}
}

// packagesWithin lists the import paths of the packages in the folders, tests alone left out.
func packagesWithin(sources []source, dirs []string) []string {
	var packages []string
	for _, file := range sources {
		if !file.test() && withinAny(file.dir(), dirs) {
			packages = append(packages, modulePath+"/"+file.dir())
		}
	}
	slices.Sort(packages)
	return slices.Compact(packages)
}

// dependencies asks the go command for all packages that a program with these would link.
func dependencies(t *testing.T, packages []string) []string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps"}, packages...)...)
	command.Dir = moduleRoot(t)
	output, err := command.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		require.NoError(t, err, "%s", exit.Stderr)
	}
	require.NoError(t, err)
	return strings.Fields(string(output))
}

func TestDependencyChecksCanFail(t *testing.T) {
	t.Parallel()
	const gomod = `module example

go 1.26.0

require example/one v1.0.0
require example/two v1.0.0 // indirect

require (
	example/three v1.0.0
	example/four v1.0.0 // indirect
)

replace example/one => ../one
tool example/three
`
	assert.Equal(t, []string{"example/one", "example/three"}, directRequirements(gomod))
	assert.Equal(t, []string{"replace example/one => ../one", "tool example/three"}, forbiddenDirectives(gomod))

	const code = "package p\n\nimport (\n\t\"fmt\"\n\t\"github.com/stretchr/testify/assert\"\n\t\"example.com/other\"\n)\n"
	assert.Equal(t, []string{
		"konnect/a.go: imports github.com/stretchr/testify/assert",
		"konnect/a.go: imports example.com/other",
		"konnect/a_test.go: imports example.com/other",
	}, foreignImports([]source{madeUp(t, "konnect/a.go", code), madeUp(t, "konnect/a_test.go", code)}, coreModules()))
	const core = "package p\n\nimport _ \"k8s.io/api/core/v1\"\nimport _ \"k8s.io/apimachinery/pkg/runtime\"\n"
	assert.Equal(t, []string{"crd/a.go: imports k8s.io/api/core/v1"},
		foreignImports([]source{madeUp(t, "crd/a.go", core)}, []string{machinery}))

	assert.Equal(t, []string{"k8s.io/api", "k8s.io/api/core/v1"},
		linked([]string{"fmt", "k8s.io/api", "k8s.io/api/core/v1", "k8s.io/apimachinery/pkg/runtime"}, []string{coreAPI}))
	assert.Equal(t, []string{"fmt"}, linked(dependencies(t, []string{"fmt"}), []string{"fmt"}),
		"the go command must really list what a package links")
}
