package gatewayconformance_test

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/gateway-api/conformance/tests"

	"github.com/konnectkit/konnectkit/internal/golden"
)

// notRun says which tests of the suite are about something else than the translation of routes, or do
// more than send requests.
func notRun() map[string]string {
	const listeners = "about the status of listeners, which is for who runs the gateways"
	const connections = "opens connections by itself, and this data plane speaks HTTP"
	const mirrors = "refused: the gateway cannot mirror requests, which the test looks for in the logs of pods"
	return map[string]string{
		"HTTPRouteBackendProtocolH2C":                     "refused: the gateway speaks HTTP/2 with backends for gRPC alone",
		"HTTPRouteHTTPSListenerDetectMisdirectedRequests": "the gateway never answers 421: it finds routes by the host of a request, whatever the connection is for",
		"HTTPRouteRequestMirror":                          mirrors,
		"HTTPRouteRequestMultipleMirrors":                 mirrors,
		"HTTPRouteRequestPercentageMirror":                mirrors,
		"TLSRouteHostnameIntersection":                    connections,
		"TLSRouteInvalidBackendRefNonexistent":            connections,
		"TLSRouteInvalidBackendRefUnknownKind":            connections,
		"TLSRouteInvalidReferenceGrant":                   connections,
		"TLSRouteMixedTerminationSameNamespace":           connections,
		"TLSRouteSimpleSameNamespace":                     connections,
		"TLSRouteTerminateSimpleSameNamespace":            connections,
		"HTTPRouteObservedGenerationBump":                 "the fake client does not count generations",
		"TLSRouteListenerTerminateSupportedKinds":         listeners,
		"TLSRouteListenerTerminateNotSupported":           listeners,
		"TLSRouteListenerPassthroughSupportedKinds":       listeners,
		"TLSRouteListenerMixedTerminationNotSupported":    listeners,
	}
}

// ofRoutes are the kinds that tests of the suite are named after.
func ofRoutes() []string { return []string{"HTTPRoute", "GRPC", "TLSRoute"} }

// TestConformance runs the tests of the suite that are about routes. The golden file has how many requests of each
// were answered as the suite expects it, and what the translation refuses; a wrong answer fails.
func TestConformance(t *testing.T) {
	t.Parallel()
	var (
		mu    sync.Mutex
		lines = map[string][]string{}
	)
	t.Run("suite", func(t *testing.T) {
		for _, test := range tests.ConformanceTests {
			name := test.ShortName
			if !slices.ContainsFunc(ofRoutes(), func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
				continue
			}
			if reason := notRun()[name]; reason != "" {
				lines[name] = []string{"not run: " + reason}
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, test)
				t.Run("suite", func(t *testing.T) { test.Test(t, w.suite()) })
				mu.Lock()
				defer mu.Unlock()
				lines[name] = w.report()
			})
		}
	})
	if strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		return // a part of them
	}
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		for _, line := range lines[name] {
			fmt.Fprintf(&out, "%s: %s\n", name, line)
		}
	}
	golden.Equal(t, "testdata/conformance.txt", out.String())
}
