package gatewayapi_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
)

// large has as many HTTPRoutes, each with a Service of its own and three matches, as given;
// half of them share one host and the others have one each.
func large(routes int) gatewayapi.Input {
	in := world()
	in.Services, in.EndpointSlices = nil, nil
	for i := range routes {
		name := fmt.Sprintf("s%d", i)
		host := "shared.example.com"
		if i%2 == 0 {
			host = name + ".example.com"
		}
		r := rule(fmt.Sprintf("/v1/%s", name), fmt.Sprintf("=/v1/%s/status GET", name), fmt.Sprintf("/v1/%s version:two", name))
		r.BackendRefs[0] = to(name)
		in.HTTPRoutes = append(in.HTTPRoutes, httpRoute(name, host, r))
		in.Services = append(in.Services, service(name))
		in.EndpointSlices = append(in.EndpointSlices, endpoints(name, "10.0.0.1", "10.0.0.2"))
	}
	return in
}

func BenchmarkTranslate(b *testing.B) {
	for _, routes := range []int{100, 5000} {
		b.Run(fmt.Sprint(routes), func(b *testing.B) {
			in := large(routes)
			b.ReportAllocs()
			for b.Loop() {
				result, err := gatewayapi.Translate(in)
				require.NoError(b, err)
				require.Greater(b, len(result.Objects), 7*routes)
			}
		})
	}
}
