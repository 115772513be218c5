package run_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

const (
	patience = time.Minute
	pause    = 200 * time.Millisecond
)

// kubectl runs the real one, as the administrator.
type kubectl struct{ program, kubeconfig string }

func newKubectl(t *testing.T, cluster *testcluster.Cluster) kubectl {
	t.Helper()
	program, err := testcluster.Kubectl(t.Context(), os.Stderr)
	require.NoError(t, err)
	k := kubectl{program: program, kubeconfig: filepath.Join(t.TempDir(), "kubeconfig")}
	require.NoError(t, os.WriteFile(k.kubeconfig, cluster.Kubeconfig, 0o600))
	return k
}

func (k kubectl) run(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), k.program, args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+k.kubeconfig)
	command.Stdin = strings.NewReader(stdin)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "kubectl %v: %s", args, output)
	return string(output)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func get(t *testing.T, url string) string {
	t.Helper()
	var body string
	require.Eventually(t, func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			return false
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		defer func() { _ = response.Body.Close() }()
		content, err := io.ReadAll(response.Body)
		body = string(content)
		return err == nil && response.StatusCode == http.StatusOK
	}, patience, 50*time.Millisecond, url)
	return body
}

// backend is a Service that asks for its objects, with its endpoints.
const backend = `
apiVersion: v1
kind: Service
metadata:
  name: echo
  namespace: kong
  annotations:
    konnectkit.example/control-plane: gateway-control-plane
spec:
  ports:
  - port: 80
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: echo-1
  namespace: kong
  labels:
    kubernetes.io/service-name: echo
addressType: IPv4
ports:
- port: 8080
endpoints:
- addresses: [10.0.0.1]
- addresses: [10.0.0.2]
`

// TestDeployment applies what config holds, runs the controller with the rights of its
// service account and no others, and goes through the how-to with kubectl.
func TestDeployment(t *testing.T) {
	ctrl.SetLogger(logr.FromSlogHandler(slog.DiscardHandler))
	cluster := testcluster.Start(t)
	k := newKubectl(t, cluster)
	k.run(t, k.run(t, "", "kustomize", "--load-restrictor=LoadRestrictionsNone", "../../config"), "apply", "--server-side", "-f", "-")

	konnect := konnecttest.Start(t)
	options := run.Options{
		LeaseNamespace: "konnectkit-system", Identity: "replica-0", LeaseDuration: 5 * time.Second,
		Metrics: freeAddress(t), Probes: freeAddress(t), Backends: true,
	}
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

	objects := strings.ReplaceAll(config.HowTo(), "us.api.konghq.com", strings.TrimPrefix(konnect.URL, "http://"))
	k.run(t, objects, "apply", "-f", "-")
	k.run(t, "", "wait", "-n", "kong", "--for=condition=Programmed", "--timeout=60s", "kongservice/service", "kongroute/route")
	plane := konnect.ControlPlanes()[0]["id"]
	for resource, want := range map[string][]string{
		"kongservices":                 {"NAME HOST PROTOCOL PROGRAMMED AGE", "service echo.kong.svc.cluster.local True"},
		"kongroutes":                   {"NAME PROGRAMMED AGE", "route True"},
		"konnectgatewaycontrolplanes":  {"NAME PROGRAMMED ID ORGID AGE", fmt.Sprintf("gateway-control-plane True %s %s", plane, konnecttest.DefaultOrganizationID)},
		"konnectapiauthconfigurations": {"NAME VALID ORGID SERVERURL AGE", "konnect-api-auth True " + konnecttest.DefaultOrganizationID},
	} {
		lines := strings.Split(k.run(t, "", "get", "-n", "kong", resource), "\n")
		assert.Equal(t, want[0], strings.Join(strings.Fields(lines[0]), " "))
		assert.True(t, strings.HasPrefix(strings.Join(strings.Fields(lines[1]), " "), want[1]), lines[1])
	}
	assert.Contains(t, k.run(t, "", "events", "-n", "kong"), "created as")
	assert.Contains(t, k.run(t, "", "get", "leases", "-n", "konnectkit-system"), "replica-0")

	assert.Contains(t, get(t, "http://"+options.Probes+"/healthz"), "ok")
	assert.Contains(t, get(t, "http://"+options.Probes+"/readyz"), "ok")
	metrics := get(t, "http://"+options.Metrics+"/metrics")
	for _, want := range []string{
		`konnectkit_objects{kind="KongRoute",state="programmed"} 1`,
		`konnectkit_konnect_requests_total{method="PUT",status="200"} 2`,
		`konnectkit_cluster_writes_total{what="status"} 4`,
		`konnectkit_time_to_programmed_seconds_count{kind="KongService"} 1`,
		`konnectkit_budget_remaining{server="`,
	} {
		assert.Contains(t, metrics, want)
	}

	k.run(t, backend, "apply", "-f", "-")
	k.run(t, "", "wait", "-n", "kong", "--for=create", "--timeout=60s", "kongtarget/echo.10-0-0-2.8080")
	k.run(t, "", "wait", "-n", "kong", "--for=condition=Programmed", "--timeout=60s", "kongservice/echo", "kongupstream/echo",
		"kongtarget/echo.10-0-0-1.8080", "kongtarget/echo.10-0-0-2.8080")
	k.run(t, strings.ReplaceAll(backend, "10.0.0.1", "10.0.0.3"), "apply", "-f", "-")
	k.run(t, "", "wait", "-n", "kong", "--for=delete", "--timeout=60s", "kongtarget/echo.10-0-0-1.8080")
	k.run(t, "", "wait", "-n", "kong", "--for=condition=Programmed", "--timeout=60s", "kongtarget/echo.10-0-0-3.8080")
	k.run(t, "", "annotate", "-n", "kong", "service/echo", "konnectkit.example/control-plane-")
	k.run(t, "", "wait", "-n", "kong", "--for=delete", "--timeout=60s", "kongservice/echo", "kongupstream/echo",
		"kongtarget/echo.10-0-0-2.8080", "kongtarget/echo.10-0-0-3.8080")

	k.run(t, objects, "delete", "-f", "-", "--wait=false")
	k.run(t, "", "wait", "-n", "kong", "--for=delete", "--timeout=60s", "kongservice/service", "kongroute/route",
		"konnectgatewaycontrolplane/gateway-control-plane", "konnectapiauthconfiguration/konnect-api-auth")
	assert.Empty(t, konnect.ControlPlanes())
}
