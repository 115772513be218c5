package terraform_test

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/crd/manifest/terraform"
	"github.com/konnectkit/konnectkit/crd/scheme"
)

var update = flag.Bool("update", false, "write the golden files anew")

// provisioned gives objects a status as Ensure does.
func provisioned(objects ...crd.Object) []crd.Object {
	for _, obj := range objects {
		id := strings.ToLower(obj.GVK().Kind) + "-" + obj.GetName()
		obj.SetKonnectStatus(crd.KonnectStatus{ID: id, ControlPlaneID: "plane", ParentID: "parent"})
	}
	return objects
}

// gateway is a whole gateway with every kind of entity.
func gateway(t *testing.T) []crd.Object {
	t.Helper()
	files := os.DirFS("../../../examples/gateway")
	names, err := fs.Glob(files, "*.yaml")
	require.NoError(t, err)
	var objects []crd.Object
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		decoded, err := manifest.DecodeAll(bytes.NewReader(text))
		require.NoError(t, err)
		objects = append(objects, decoded...)
	}
	return provisioned(objects...)
}

// imports are the blocks of objects, and what is left out.
func imports(t *testing.T, objects ...crd.Object) (string, []string) {
	t.Helper()
	var out bytes.Buffer
	skipped, err := terraform.Imports(&out, objects...)
	require.NoError(t, err)
	var reasons []string
	for _, s := range skipped {
		reasons = append(reasons, s.String())
	}
	return out.String(), reasons
}

func TestImportsOfGateway(t *testing.T) {
	t.Parallel()
	objects := gateway(t)
	text, reasons := imports(t, objects...)
	got := text + "\n# Left out:\n# " + strings.Join(reasons, "\n# ") + "\n"
	if *update {
		require.NoError(t, os.WriteFile("testdata/gateway.tf", []byte(got), 0o600))
	}
	want, err := os.ReadFile("testdata/gateway.tf")
	require.NoError(t, err)
	assert.Equal(t, string(want), got)

	slices.Reverse(objects)
	again, _ := imports(t, objects...)
	assert.Equal(t, text, again, "the order of the objects means nothing")
}

// TestImportsOfEveryKind fails by the name of a kind for which nothing is said.
func TestImportsOfEveryKind(t *testing.T) {
	t.Parallel()
	text, _ := imports(t, gateway(t)...)
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	without := []string{"KongPlugin", "KongClusterPlugin", "KongReferenceGrant", "KonnectAPIAuthConfiguration", "Secret"} // no entities of their own
	for _, kind := range kinds {
		assert.NotEqual(t, slices.Contains(without, kind.Kind), strings.Contains(text, "# "+kind.Kind+" "), kind.Kind)
	}
}

func TestImportsLeaveOut(t *testing.T) {
	t.Parallel()
	plane := func() *builder.GatewayControlPlane { return builder.NewGatewayControlPlane("gw") }
	service := func() crd.Object { return builder.NewService("s").ControlPlane("gw").Host("a.example.com").MustBuild() }
	observed := provisioned(service())[0]
	observed.SetAnnotations(map[string]string{crd.ManagementPolicyAnnotation: string(crd.ManagementPolicyObserve)})
	plugin := builder.NewPlugin("own", "my-plugin").MustBuild()
	binding := builder.NewPluginBinding("own").Plugin("own").Global().ControlPlane("gw").MustBuild()
	for reason, tt := range map[string]struct {
		objects []crd.Object
		want    string
	}{
		"nothing to name":       {[]crd.Object{service()}, "KongService default/s: its status does not have all IDs: provision it first"},
		"somebody else's":       {provisioned(plane().Mirror("00000000-0000-4000-8000-000000000001").MustBuild()), "KonnectGatewayControlPlane default/gw: it only mirrors a control plane"},
		"only looked at":        {[]crd.Object{observed}, "KongService default/s: it only observes its entity"},
		"a plugin of one's own": {provisioned(plugin, binding), `KongPluginBinding default/own: the provider has no resource with an import for the plugin "my-plugin"`},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			text, reasons := imports(t, tt.objects...)
			assert.Empty(t, text)
			assert.Equal(t, []string{tt.want}, reasons)
		})
	}
	_, err := terraform.Imports(&bytes.Buffer{}, service(), service())
	require.ErrorContains(t, err, "import blocks: ")
	_, err = terraform.Imports(brokenWriter{}, provisioned(service())...)
	require.EqualError(t, err, "write import blocks: broken")
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestNamesOfResources(t *testing.T) {
	t.Parallel()
	service := func(namespace, name string) crd.Object {
		s := builder.NewService("x").ControlPlane("gw").Host("a.example.com").MustBuild()
		s.Namespace, s.Name = namespace, name
		return s
	}
	for reason, tt := range map[string]struct {
		objects []crd.Object
		want    []string
	}{
		"as it is":                        {[]crd.Object{service("a", "echo-1")}, []string{"echo-1"}},
		"a dot is none":                   {[]crd.Object{service("a", "echo.v1")}, []string{"echo_v1"}},
		"a digit begins none":             {[]crd.Object{service("a", "1-echo")}, []string{"_1-echo"}},
		"nor does a dash":                 {[]crd.Object{service("a", "-echo")}, []string{"_-echo"}},
		"other letters are none":          {[]crd.Object{service("a", "écho\n}")}, []string{"_cho__"}},
		"equal in two namespaces":         {[]crd.Object{service("a", "echo"), service("b", "echo")}, []string{"echo_b9bd08d3", "echo_fc912ca1"}},
		"equal once they are identifiers": {[]crd.Object{service("a", "e.v1"), service("a", "e_v1"), service("a", "f")}, []string{"e_v1_b02cd3c2", "e_v1_c71d3f30", "f"}},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			text, _ := imports(t, provisioned(tt.objects...)...)
			var got []string
			for _, found := range regexp.MustCompile(`(?m)^ {2}to = konnect_gateway_service\.(\S+)$`).FindAllStringSubmatch(text, -1) {
				got = append(got, found[1])
			}
			assert.Equal(t, tt.want, got)
		})
	}
}
