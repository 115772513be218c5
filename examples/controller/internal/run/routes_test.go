package run_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/konnectkit/konnectkit/examples/controller/config"
	"github.com/konnectkit/konnectkit/examples/controller/internal/run"
	"github.com/konnectkit/konnectkit/internal/testcluster"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// clusterRoutes are an HTTPRoute and an Ingress to one Service, and a Gateway and a class that stand for
// the how-to's control plane. Another controller has written a status.
const clusterRoutes = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: konnect}
spec:
  controllerName: konnectkit.example/gateway
  parametersRef: {group: konnect.konghq.com, kind: KonnectGatewayControlPlane, namespace: kong, name: gateway-control-plane}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: konnect}
spec:
  controller: konnectkit.example/ingress
  parameters: {apiGroup: konnect.konghq.com, kind: KonnectGatewayControlPlane, scope: Namespace, namespace: kong, name: gateway-control-plane}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec:
  gatewayClassName: konnect
  listeners:
  - {name: http, port: 80, protocol: HTTP}
---
apiVersion: v1
kind: Service
metadata: {name: echo, namespace: shop}
spec:
  ports:
  - {port: 1027, targetPort: 8080}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: echo-1, namespace: shop, labels: {kubernetes.io/service-name: echo}}
addressType: IPv4
ports:
- {port: 8080, name: ""}
endpoints:
- addresses: [10.0.0.1]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: echo, namespace: shop}
spec:
  parentRefs:
  - {name: public}
  hostnames: [gateway.example]
  rules:
  - matches: [{path: {value: /echo}}]
    backendRefs: [{name: echo, port: 1027}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: echo, namespace: shop}
spec:
  ingressClassName: konnect
  rules:
  - host: ingress.example
    http:
      paths:
      - {path: /echo, pathType: Prefix, backend: {service: {name: echo, port: {number: 1027}}}}
`

// foreignStatus is what another controller says of the same route.
const foreignStatus = `{"status":{"parents":[{"parentRef":{"name":"other"},"controllerName":"example.com/other","conditions":[` +
	`{"type":"Accepted","status":"True","reason":"Accepted","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}]}}`

// gatewayCRDs are the files of the Gateway API's module with the kinds that are watched.
func gatewayCRDs(t *testing.T) []testcluster.Option {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api").Output()
	require.NoError(t, err)
	var options []testcluster.Option
	for _, name := range []string{"gateway*s", "*routes", "referencegrants"} {
		pattern := filepath.Join(strings.TrimSpace(string(output)), "config", "crd", "standard", "gateway.networking.k8s.io_"+name+".yaml")
		options = append(options, testcluster.WithCRDFiles(pattern))
	}
	return options
}

// TestRoutesOfTheCluster applies an HTTPRoute and an Ingress, runs the controller with the rights of its service account, and
// sends a request to each through the data plane.
func TestRoutesOfTheCluster(t *testing.T) {
	ctrl.SetLogger(logr.FromSlogHandler(slog.DiscardHandler))
	cluster := testcluster.Start(t, gatewayCRDs(t)...)
	k := newKubectl(t, cluster)
	k.run(t, k.run(t, "", "kustomize", "--load-restrictor=LoadRestrictionsNone", "../../config"), "apply", "--server-side", "-f", "-")
	konnect := konnecttest.Start(t)
	options := run.Options{Metrics: "0", Probes: "0", GatewayAPI: []string{"konnectkit.example/gateway"}, Ingress: []string{"konnect"}}
	options.Owner = "cluster"
	restricted := rest.CopyConfig(cluster.Config)
	restricted.Impersonate = rest.ImpersonationConfig{
		UserName: "system:serviceaccount:konnectkit-system:konnectkit-controller",
		Groups:   []string{"system:serviceaccounts", "system:authenticated"},
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run.Controller(ctx, restricted, options) }()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-ended)
	})

	k.run(t, strings.ReplaceAll(config.HowTo(), "us.api.konghq.com", strings.TrimPrefix(konnect.URL, "http://")), "apply", "-f", "-")
	k.run(t, clusterRoutes, "apply", "-f", "-")
	k.run(t, "", "patch", "-n", "shop", "httproute/echo", "--subresource=status", "--type=merge", "-p", foreignStatus)
	for _, name := range []string{"konnectkit-gateway-api", "konnectkit-ingress"} {
		selector := "--selector=app.kubernetes.io/managed-by=" + name
		require.Eventually(t, func() bool { return k.run(t, "", "get", "-n", "kong", "kongroutes", selector, "-o", "name") != "" }, patience, pause)
		k.run(t, "", "wait", "-n", "kong", "--for=condition=Programmed", "--timeout=60s", "kongroutes,kongtargets", selector)
	}
	accepted := `jsonpath={.status.parents[?(@.controllerName=="konnectkit.example/gateway")].conditions[?(@.type=="Accepted")].status}`
	require.Eventually(t, func() bool { return k.run(t, "", "get", "-n", "shop", "httproute/echo", "-o", accepted) == "True" }, patience, pause)
	names := "jsonpath={.status.parents[*].controllerName}"
	assert.Equal(t, "example.com/other konnectkit.example/gateway", k.run(t, "", "get", "-n", "shop", "httproute/echo", "-o", names), "the status of others stays")

	id := fmt.Sprint(konnect.ControlPlanes()[0]["id"])
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host, r.URL.Path) })
	plane := konnect.Gateway(id, konnecttest.WithBackend("10.0.0.1:8080", echo))
	for _, host := range []string{"gateway.example", "ingress.example"} {
		w := httptest.NewRecorder()
		plane.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+"/echo/hello", http.NoBody))
		assert.Equal(t, http.StatusOK, w.Code, host)
		assert.Equal(t, host+"/echo/hello", w.Body.String())
	}

	k.run(t, "", "delete", "-n", "shop", "httproute/echo", "ingress/echo")
	k.run(t, "", "wait", "-n", "kong", "--for=delete", "--timeout=60s", "kongroutes", "--selector=konnectkit/source-namespace=shop")
	require.Eventually(t, func() bool { return len(konnect.Entities(id, "routes")) == 1 }, patience, pause, "the how-to's own is left")
}
