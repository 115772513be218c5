package ingress_test

import (
	"testing"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// Whatever is translated passes the rules of the CRD and of Konnect, what is refused says
// so in printable lines, and translating twice gives the same.
func FuzzTranslate(f *testing.F) {
	f.Add("example.com", "/shop", "Prefix", "konghq.com/strip-path", "true")
	f.Add("*.example.com", "/~/v(\\d+)", "ImplementationSpecific", "konghq.com/rewrite", "/$1")
	f.Add("", "/a%2fb/%c3%a9", "Exact", "konghq.com/headers.X-A", "a,b")
	f.Add("a..b", "/a//b", "Prefix", "konghq.com/host-aliases", "a,b:1")
	f.Add("EXAMPLE.com", "/\x00", "", "konghq.com/methods", "get")
	f.Add("1.2.3.4", "/", "Exact", "konghq.com/plugins", "a:b:c")
	f.Add("x", "/$(x)", "Exact", "konghq.com/tags", "\u202e,")

	f.Fuzz(func(t *testing.T, host, path, kind, annotation, value string) {
		in := read(t, services("echo")+"\n---\n"+echoed(""))
		object := &in.Ingresses[0]
		object.Annotations = map[string]string{annotation: value}
		object.Spec.Rules[0].Host = host
		rule := &object.Spec.Rules[0].HTTP.Paths[0]
		rule.Path, rule.PathType = path, new(networkingv1.PathType(kind))
		result := translate(t, in)
		again := translate(t, in)
		assert.Equal(t, result, again)
		if err := result.Err(); err != nil {
			for _, r := range err.Error() {
				require.False(t, konnectrules.IsControl(r) && r != '\n', "%q", err)
			}
		}
		for _, route := range of[*configurationv1alpha1.KongRoute](result) {
			require.Empty(t, konnectrules.CheckRoute(route), "%s", crd.KeyOf(route))
		}
	})
}
