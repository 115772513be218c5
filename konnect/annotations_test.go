package konnect_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// annotated is platform with an annotation on all objects of that name.
func annotated(name, key, value string) []crd.Object {
	objects := platform()
	for _, obj := range objects {
		if obj.GetName() == name {
			obj.SetAnnotations(map[string]string{key: value})
		}
	}
	return objects
}

func TestAnnotationsThatMeanNothing(t *testing.T) {
	t.Parallel()
	for reason, c := range map[string]struct {
		name, key, value string
		// problem and warning are parts of the texts; empty for none.
		problem, warning string
		// kept is true where the object is not deleted either.
		kept bool
	}{
		"plugins of a service":        {"api", "konghq.com/plugins", "require-key", "KongPlugin default/require-key not found, nor is there a KongClusterPlugin require-key", "", false},
		"plugins of a route":          {"all", "konghq.com/plugins", "a, b", "not found, nor is there a KongClusterPlugin", "", false},
		"plugins elsewhere":           {"all", "konghq.com/plugins", "other:a", "must be a plugin of the object's own namespace", "", false},
		"plugins of an upstream":      {"pool", "konghq.com/plugins", "a", "plugins act on services, routes, consumers and consumer groups", "", false},
		"plugins of a control plane":  {"gw", "konghq.com/plugins", "a", "plugins act on services, routes, consumers and consumer groups", "", false},
		"no plugins":                  {"api", "konghq.com/plugins", "", "", "", false},
		"no plugins in a list":        {"api", "konghq.com/plugins", " , ", "", "", false},
		"plugins of another spelling": {"api", "konghq.com/plugin", "a", "", "konghq.com/plugins has", false},
		"plugins of old":              {"api", "plugins.konghq.com", "a", "", "konghq.com/plugins has", false},
		"tags of another spelling":    {"api", "konghq.com/tag", "a", "", "konghq.com/tags has", false},
		"tags":                        {"api", "konghq.com/tags", "a", "", "", false},
		"management misspelled": {"api", "konnectkit/managemnt-policy", "observe",
			"the nearest is konnectkit/management-policy", "", true},
		"deletion misspelled":        {"gw", "konnectkit/deletion-polcy", "protect", "the nearest is konnectkit/deletion-policy", "", true},
		"deletion in capitals":       {"api", "konnectkit/Deletion-Policy", "protect", "the nearest is konnectkit/deletion-policy", "", true},
		"nothing like it":            {"api", "konnectkit/owner", "a", "there is no such annotation", "", true},
		"a value that means nothing": {"api", "konnectkit/deletion-policy", "keep", "supported values", "", true},
		"a domain behind the prefix": {"api", "konnectkit.io/deletion-policy", "protect", "", "konnectkit/deletion-policy has", true},
		"a dash in the prefix":       {"api", "konnect-kit/deletion-policy", "retain", "", "konnectkit/deletion-policy has", true},
		"capitals in the prefix":     {"api", "Konnectkit/management-policy", "observe", "", "konnectkit/management-policy has", true},
		"a letter less in the prefix": {"api", "konectkit/management-policy", "observe", "",
			"konnectkit/management-policy has", true},
		"both misspelled":            {"api", "konnectkit.io/deletion-polcy", "protect", "", "konnectkit/deletion-policy has", true},
		"half of the prefix":         {"api", "konnect/deletion-policy", "protect", "", "konnectkit/deletion-policy has", true},
		"what would delete anyway":   {"api", "konnectkit.io/deletion-policy", "delete", "", "konnectkit/deletion-policy has", false},
		"an annotation of Konnect's": {"api", "konnect.konghq.com/owner", "a", "", "", false},
		"an annotation of Kong's":    {"api", "konghq.com/strip-path", "a", "", "", false},
		"an annotation of others":    {"api", "kubectl.kubernetes.io/last-applied-configuration", "{}", "", "", false},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			client := newClient(t, server)
			plan, err := client.Plan(t.Context(), annotated(c.name, c.key, c.value))
			checkAnnotationProblem(t, err, c.key, c.problem)
			report, err := client.Ensure(t.Context(), annotated(c.name, c.key, c.value))
			checkAnnotationProblem(t, err, c.key, c.problem)
			assert.Equal(t, plan.Warnings, report.Warnings)
			if c.problem != "" {
				assert.Zero(t, server.Writes())
			}
			checkAnnotationWarning(t, report.Warnings, c.key, c.warning)

			_, err = client.Ensure(t.Context(), platform())
			require.NoError(t, err)
			server.ResetLog()
			report, err = client.Delete(t.Context(), annotated(c.name, c.key, c.value))
			checkAnnotationWarning(t, report.Warnings, c.key, c.warning)
			if !c.kept {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			assert.Contains(t, err.Error(), "metadata.annotations["+c.key+"]")
			assert.Zero(t, server.Writes(), "nothing is deleted that an annotation may have been meant to keep")
		})
	}
}

func checkAnnotationProblem(t *testing.T, err error, key, want string) {
	t.Helper()
	if want == "" {
		require.NoError(t, err)
		return
	}
	refused, ok := errors.AsType[*konnect.BatchError](err)
	require.True(t, ok, "%v", err)
	for _, problem := range refused.Problems {
		assert.Contains(t, problem.String(), "metadata.annotations["+key+"]: ")
		assert.Contains(t, problem.String(), want)
	}
}

func checkAnnotationWarning(t *testing.T, warnings []konnect.Warning, key, want string) {
	t.Helper()
	if want == "" {
		assert.Empty(t, warnings)
		return
	}
	require.NotEmpty(t, warnings)
	for _, w := range warnings {
		assert.Equal(t, konnect.WarningMisspelledAnnotation, w.Code)
		assert.Equal(t, "metadata.annotations["+key+"]", w.Field)
		assert.Contains(t, w.Message, want)
	}
}

// TestAnnotationsOfAuthObjects have no entity, and are looked at all the same.
func TestAnnotationsOfAuthObjects(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	auth := builder.NewAPIAuth("auth").Token("kpat_unused").ServerURL("https://us.api.konghq.com").Annotation("konnectkit/deletoin-policy", "retain").MustBuild()
	_, err := newClient(t, server).Plan(t.Context(), append(platform(), auth))
	checkAnnotationProblem(t, err, "konnectkit/deletoin-policy", "the nearest is konnectkit/deletion-policy")
}

// TestTagsAreReportedWhereTheyAreGiven, and those of an annotation together.
func TestTagsAreReportedWhereTheyAreGiven(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	tagsOf := func(annotation string, tags ...string) string {
		service := builder.NewService("s").ControlPlane("gw").Host("h.example").MustBuild()
		service.Spec.Tags = tags
		service.Annotations = map[string]string{"konghq.com/tags": annotation}
		_, err := newClient(t, server).Plan(t.Context(), []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild(), service})
		require.Error(t, err)
		return err.Error()
	}
	assert.Equal(t, `validate KongService default/s: metadata.annotations[konghq.com/tags]: Invalid value: "b1,b2,b3,team/a,managed-by:argocd": `+
		`"team/a": konnect allows no comma and no slash; "managed-by:argocd": the key managed-by is reserved for the marks of konnectkit`,
		tagsOf("b1,b2,b3,team/a,managed-by:argocd", "a1", "a2"))
	many := []string{"a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10", "a11", "a12", "a13", "a14", "a15", "a16", "a17"}
	for _, text := range []string{tagsOf("", append(many, "a18")...), tagsOf("a18", many...)} {
		assert.Contains(t, text, "validate KongService default/s: spec.tags: Too many: 18: konnect allows 20 tags, of which 3 are marks of konnectkit")
	}
}
