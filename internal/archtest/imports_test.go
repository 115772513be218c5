package archtest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// direction says what the packages of a folder may import from this module and what
// from outside they must not. The first direction that covers a package holds for it.
type direction struct {
	dir       string
	may       []string
	forbidden []string
}

const (
	sdkModule  = "github.com/Kong/sdk-konnect-go"
	kubernetes = "k8s.io"
	coreAPI    = "k8s.io/api"
	machinery  = "k8s.io/apimachinery"
	gatewayAPI = "sigs.k8s.io/gateway-api"
)

// directions follow the one arrow of the design: crd <- builder, crd <- resolve <- konnect <- examples.
func directions() []direction {
	types := []string{"crd", "crd/common/...", "crd/configuration/...", "crd/konnect/..."}
	// Leaves know nothing of ours, so everybody but crd and the test server may lean on them.
	leaves := []string{"internal/..."}
	typed := slices.Concat(leaves, types, []string{"crd/internal/..."})
	objects := slices.Concat(typed, []string{"crd/core", "crd/scheme"})
	noSDK, noClient := []string{sdkModule}, []string{sdkModule, coreAPI}

	return []direction{
		{dir: "."},
		{dir: "crd", forbidden: noClient},
		{dir: "crd/internal/lifecycle", may: with(types, "crd/internal/constraint"), forbidden: noClient},
		{dir: "crd/internal/...", may: with(leaves, "crd/internal/..."), forbidden: noClient},
		{dir: "crd/common/...", may: typed, forbidden: noClient},
		{dir: "crd/configuration/...", may: typed, forbidden: noClient},
		{dir: "crd/konnect/...", may: typed, forbidden: noClient},
		{dir: "crd/core", may: typed, forbidden: noSDK},
		{dir: "crd/scheme", may: objects, forbidden: noSDK},
		{dir: "crd/manifest/terraform", may: with(objects, "crd/manifest/...", "resolve"), forbidden: noSDK},
		{dir: "crd/manifest/deck", may: with(objects, "crd/manifest/...", "resolve"), forbidden: noSDK},
		{dir: "crd/manifest/...", may: with(objects, "crd/manifest/..."), forbidden: noSDK},
		{dir: "builder", may: objects, forbidden: noClient},
		{dir: "builder/...", may: with(objects, "builder/..."), forbidden: noSDK},
		{dir: "resolve/routing", may: with(types, "crd", "internal/router", "internal/printable", "internal/konnectrules", "internal/optional"), forbidden: noClient},
		{dir: "resolve/...", may: with(objects, "resolve/..."), forbidden: noSDK},
		{dir: "konnect/konnecttest/...", may: []string{"konnect/konnecttest/...", "internal/router"}, forbidden: []string{sdkModule, kubernetes}},
		{dir: "konnect/...", may: with(objects, "resolve", "resolve/routing", "konnect", "konnect/internal/...")},
		{dir: "internal/router", may: []string{"internal/pathregexp"}, forbidden: []string{"github.com", "k8s.io", "sigs.k8s.io", "go.yaml.in"}},
		{dir: "internal/fromentity", may: typed, forbidden: noSDK},
		{dir: "internal/implication", may: typed, forbidden: noClient},
		{dir: "internal/konnectrules", may: typed, forbidden: noSDK},
		{dir: "internal/marks", may: typed, forbidden: noClient},
		{dir: "internal/...", may: leaves},
		{dir: "examples/...", may: []string{"crd/...", "builder/...", "resolve", "resolve/routing", "konnect", "konnect/konnecttest", "examples/..."}},
	}
}

func with(dirs []string, more ...string) []string { return slices.Concat(dirs, more) }

// wrongImports names every import that points the wrong way. Tests may import any
// package of ours but an example, as an external test package closes no cycle.
func wrongImports(sources []source, rules []direction) []string {
	var wrong []string
	for _, file := range sources {
		rule, found := directionOf(file.dir(), rules)
		if !found {
			wrong = append(wrong, fmt.Sprintf("%s: no direction covers package %s", file.path, file.dir()))
			continue
		}
		for _, imported := range file.imports() {
			if reason := wrongImport(file, imported, rule); reason != "" {
				wrong = append(wrong, fmt.Sprintf("%s: imports %s: %s", file.path, imported, reason))
			}
		}
	}
	return wrong
}

func directionOf(dir string, rules []direction) (direction, bool) {
	for _, rule := range rules {
		if within(dir, rule.dir) {
			return rule, true
		}
	}
	return direction{}, false
}

// wrongImport returns why a file must not import a package, or nothing.
func wrongImport(file source, imported string, rule direction) string {
	own, ours := ownPath(imported)
	switch {
	case ours && within(own, "examples/...") && !within(file.dir(), "examples/..."):
		return "nothing imports an example"
	case file.test():
		return ""
	case ours && !withinAny(own, rule.may):
		return "against the direction of imports"
	case !ours && withinModules(imported, rule.forbidden):
		return "must not know this module"
	}
	return ""
}

func withinModules(imported string, modules []string) bool {
	for _, module := range modules {
		if within(imported, module+"/...") {
			return true
		}
	}
	return false
}

func TestImportDirections(t *testing.T) {
	t.Parallel()
	report(t, wrongImports(moduleSources(t), directions()))
}

func TestImportDirectionsCanFail(t *testing.T) {
	t.Parallel()
	const own = modulePath + "/"
	cases := []struct {
		reason, file, imported, want string
	}{
		{"the base of everything knows none of ours", "crd/object.go", own + "resolve", "direction"},
		{"the base of everything knows no leaf either", "crd/object.go", own + "internal/canon", "direction"},
		{"rules of fields know no object", "crd/internal/constraint/a.go", own + "crd", "direction"},
		{"what kinds share knows objects", "crd/internal/lifecycle/a.go", own + "crd", ""},
		{"types know each other", "crd/konnect/v1alpha1/a.go", own + "crd/konnect/v1alpha2", ""},
		{"types know no scheme", "crd/konnect/v1alpha1/a.go", own + "crd/scheme", "direction"},
		{"types know no SDK", "crd/configuration/v1alpha1/a.go", sdkModule + "/models/components", "must not know"},
		{"types know no core API", "crd/common/v1alpha1/a.go", "k8s.io/api/core/v1", "must not know"},
		{"the Secret is why core is a package of its own", "crd/core/secret.go", "k8s.io/api/core/v1", ""},
		{"apimachinery is no part of the API module", "crd/object.go", "k8s.io/apimachinery/pkg/runtime", ""},
		{"builders build objects only", "builder/route.go", own + "konnect", "direction"},
		{"builders start from nothing of Kubernetes' own", "builder/route.go", "k8s.io/api/core/v1", "must not know"},
		{"builders know nobody who uses them", "builder/route.go", own + "builder/backend", "direction"},
		{"backends start from Services", "builder/backend/backend.go", "k8s.io/api/core/v1", ""},
		{"backends are built", "builder/backend/backend.go", own + "builder", ""},
		{"backends are objects only", "builder/backend/backend.go", own + "konnect", "direction"},
		{"the graph knows no engine", "resolve/graph.go", own + "konnect", "direction"},
		{"the engine resolves", "konnect/ensure.go", own + "resolve", ""},
		{"the engine takes objects, however built", "konnect/ensure.go", own + "builder", "direction"},
		{"the engine takes objects, however decoded", "konnect/ensure.go", own + "crd/manifest", "direction"},
		{"the engine knows no test server", "konnect/ensure.go", own + "konnect/konnecttest", "direction"},
		{"tests may use the test server", "konnect/ensure_test.go", own + "konnect/konnecttest", ""},
		{"the server agrees with the engine by no shared code", "konnect/konnecttest/server.go", own + "konnect", "direction"},
		{"the server knows no objects", "konnect/konnecttest/server.go", own + "crd", "direction"},
		{"the server shares no leaf with the engine", "konnect/konnecttest/server.go", own + "internal/canon", "direction"},
		{"the server knows no SDK", "konnect/konnecttest/server.go", sdkModule, "must not know"},
		{"the server asks the one router that there is", "konnect/konnecttest/gateway.go", own + "internal/router", ""},
		{"the router is asked by all and needs none", "internal/router/router.go", own + "internal/printable", "direction"},
		{"the router has the standard library alone", "internal/router/router.go", "k8s.io/apimachinery/pkg/types", "must not know"},
		{"what takes a request is known without the engine", "resolve/routing/lint.go", own + "konnect", "direction"},
		{"leaves know none of ours", "internal/transport/stack.go", own + "crd", "direction"},
		{"examples may use all", "examples/a/main.go", own + "konnect/konnecttest", ""},
		{"an example is for reading", "konnect/ensure.go", own + "examples/a", "nothing imports an example"},
		{"an example is no fixture either", "konnect/ensure_test.go", own + "examples/a", "nothing imports an example"},
		{"a new folder needs a direction", "extra/a.go", "fmt", "no direction"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			file := madeUp(t, c.file, fmt.Sprintf("package p\n\nimport %q\n", c.imported))
			wrong := wrongImports([]source{file}, directions())
			if c.want == "" {
				assert.Empty(t, wrong)
				return
			}
			if assert.Len(t, wrong, 1) {
				assert.Contains(t, wrong[0], c.want)
			}
		})
	}
}
