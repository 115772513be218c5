package konnect_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// kindsWithoutEntity are the kinds of the scheme that Konnect knows nothing of.
func kindsWithoutEntity() map[string]string {
	return map[string]string{
		crd.APIAuthKind:       "names credentials",
		"KongReferenceGrant":  "permits references",
		crd.PluginKind:        "is what a binding's entity is made of",
		crd.ClusterPluginKind: "is what a binding's entity is made of",
	}
}

// kindsOfScheme lists the kinds of objects that have entities.
func kindsOfScheme(t *testing.T) []schema.GroupKind {
	t.Helper()
	s := runtime.NewScheme()
	require.NoError(t, scheme.AddToScheme(s))
	known := map[schema.GroupKind]bool{}
	for gvk := range s.AllKnownTypes() {
		ours := strings.HasSuffix(gvk.Group, "konghq.com")
		obj, err := s.New(gvk)
		require.NoError(t, err)
		_, isObject := obj.(crd.Object)
		if ours && isObject && kindsWithoutEntity()[gvk.Kind] == "" {
			known[gvk.GroupKind()] = true
		}
	}
	return slices.SortedFunc(maps.Keys(known), func(a, b schema.GroupKind) int { return strings.Compare(a.String(), b.String()) })
}

// TestNoKindLacksAnything names what is missing of a kind: whoever adds one runs
// it until it passes.
func TestNoKindLacksAnything(t *testing.T) {
	t.Parallel()
	known := kindsOfScheme(t)
	require.NotEmpty(t, known)
	server := konnecttest.NewServer()
	planeID, err := server.AddControlPlane("", map[string]any{"name": "cp"})
	require.NoError(t, err)
	built := builtKinds(t)
	cases := kindCases()
	for _, gk := range known {
		i := slices.IndexFunc(konnect.KindsForTest(), func(k *kinds.Kind) bool { return k.GroupKind == gk })
		if !assert.GreaterOrEqual(t, i, 0, "%s has no line in the list of kinds (kinds.go)", gk) {
			continue
		}
		k := konnect.KindsForTest()[i]
		assert.True(t, built[gk.Kind], "%s has no builder", gk.Kind)
		assert.DirExists(t, filepath.Join("testdata", gk.Kind), "%s has no golden pairs", gk.Kind)
		assert.True(t, slices.ContainsFunc(cases, func(c kindCase) bool { return c.kind == gk.Kind }), "%s is not in the round trip (kindCases)", gk.Kind)
		if k.Collection != "" {
			assert.NotNil(t, server.Entities(planeID, k.Collection), "%s has no row in the in-memory server", gk.Kind)
		}
	}
	for _, k := range konnect.KindsForTest() {
		assert.Contains(t, known, k.GroupKind, "%s is bound but not in the scheme", k.GroupKind)
	}
	for _, c := range cases {
		for name, objects := range map[string][]crd.Object{"full": c.full(), "minimal": c.minimal()} {
			assert.Equal(t, c.kind, objects[len(objects)-1].GVK().Kind, "last object of %s", name)
		}
	}
}

// builtKinds finds the kinds that package builder builds: each builder embeds a
// base of its object's struct.
func builtKinds(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../builder/*.go")
	require.NoError(t, err)
	built := map[string]bool{}
	for _, file := range files {
		syntax, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(syntax, func(node ast.Node) bool {
			base, ok := node.(*ast.IndexExpr)
			if !ok {
				return true
			}
			if selector, ok := base.Index.(*ast.SelectorExpr); ok {
				built[selector.Sel.Name] = true
			}
			return true
		})
	}
	return built
}

// TestPayloadFieldsAreCompared names fields that are sent and never compared:
// drift in them would go unseen.
func TestPayloadFieldsAreCompared(t *testing.T) {
	t.Parallel()
	apart := map[string]string{
		"KongService.url":     "Konnect expands it into fields that are compared",
		"KongTarget.failover": "the CRD does not have it, so it is sent back as observed",
	}
	for _, k := range konnect.KindsForTest() {
		files, err := filepath.Glob(filepath.Join("testdata", k.GroupKind.Kind, "*.json"))
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var request struct {
				Body map[string]any `json:"body"`
			}
			require.NoError(t, json.Unmarshal(text, &request))
			for name := range request.Body {
				compared := slices.ContainsFunc(k.Fields, func(f konnect.FieldRule) bool { return f.Name == name }) ||
					slices.ContainsFunc(k.WriteOnly, func(f secrets.Field) bool { return f.Name == name })
				compared = compared || k.Configuration != nil && k.Configuration.Field == name
				assert.True(t, compared || apart[k.GroupKind.Kind+"."+name] != "", "%s: %s is sent but not compared", file, name)
			}
		}
	}
}

func TestFieldTables(t *testing.T) {
	t.Parallel()
	for _, k := range konnect.KindsForTest() {
		seen := map[string]bool{}
		for _, f := range k.Fields {
			assert.False(t, seen[f.Name], "%s: %s is there twice", k.GroupKind.Kind, f.Name)
			seen[f.Name] = true
		}
		for _, name := range k.Immutable {
			assert.True(t, seen[name], "%s: immutable field %s is not compared", k.GroupKind.Kind, name)
		}
	}
}
