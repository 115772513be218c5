package gatewayconformance_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/gateway-api/conformance"
	"sigs.k8s.io/gateway-api/conformance/utils/config"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"

	"github.com/konnectkit/konnectkit/internal/precedence"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const (
	className      = "konnectkit"
	controllerName = "konnectkit.example/gateway"
)

// world is what one test of the suite runs in: a cluster, a Konnect, and the data plane of each Gateway.
type world struct {
	t       *testing.T
	cluster *cluster
	server  *konnecttest.Server
	konnect *konnect.Client

	// ready is false while manifests are applied.
	ready bool
	// mu guards what follows.
	mu sync.Mutex
	// seen is the edit of the cluster up to which everything follows from it.
	seen int64
	// planes are by the address of the Gateway.
	planes map[string]*plane
	// refused are the rules of HTTPRoutes that the translation refuses, with the reason.
	refused map[precedence.Rule]string
	// addresses are those of the pods that an upstream leads to, by its name, as often as it leads to them.
	addresses map[string][]string
	// requests are the tests that sent a request, with the reason why it was not judged.
	requests map[string]string
}

// newWorld applies the manifests that a test needs.
func newWorld(t *testing.T, test suite.ConformanceTest) *world {
	t.Helper()
	server := konnecttest.Start(t)
	client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(server.Token), konnect.WithOwner("conformance"))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	w := &world{t: t, cluster: newCluster(t), server: server, konnect: client, planes: map[string]*plane{}, requests: map[string]string{}}
	s := w.suite()
	for _, location := range append([]string{"base/manifests.yaml"}, test.Manifests...) {
		s.Applier.MustApplyWithCleanup(t, s.Client, s.TimeoutConfig, location, false)
	}
	pair := konnecttest.SelfSigned("example.org")
	for _, name := range []string{"tls-validity-checks-certificate", "tls-checks-certificate", "tls-terminate-checks-certificate"} {
		require.NoError(t, s.Client.Create(t.Context(), &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: suite.InfrastructureNamespace, Name: name}, Type: corev1.SecretTypeTLS,
			Data: map[string][]byte{corev1.TLSCertKey: []byte(pair.Certificate), corev1.TLSPrivateKeyKey: []byte(pair.PrivateKey)},
		}))
	}
	w.ready = true
	return w
}

// suite returns what the tests of the suite get.
func (w *world) suite() *suite.ConformanceTestSuite {
	timeouts := config.DefaultTimeoutConfig()
	timeouts.RequiredConsecutiveSuccesses = 1 // nothing is still to come
	for _, d := range []*time.Duration{
		&timeouts.GatewayMustHaveAddress, &timeouts.GatewayMustHaveCondition, &timeouts.GatewayStatusMustHaveListeners,
		&timeouts.GatewayListenersMustHaveConditions, &timeouts.HTTPRouteMustHaveCondition, &timeouts.TLSRouteMustHaveCondition,
		&timeouts.RouteMustHaveParents, &timeouts.MaxTimeToConsistency, &timeouts.NamespacesMustBeReady,
		&timeouts.HTTPRouteMustNotHaveParents, &timeouts.LatestObservedGenerationSet,
	} {
		*d = 2 * time.Second
	}
	s := &suite.ConformanceTestSuite{
		Client: w.cluster.client(w.sync), RoundTripper: w, GRPCClient: grpcClient{w}, WebSocketDialer: dialer{w},
		GatewayClassName: className, ControllerName: controllerName, TimeoutConfig: timeouts,
	}
	s.ManifestFS = append(s.ManifestFS, &conformance.Manifests)
	s.Applier.ManifestFS, s.Applier.GatewayClass, s.Applier.ControllerName = s.ManifestFS, className, controllerName
	return s
}

// sync makes everything follow from the cluster that does.
func (w *world) sync() {
	w.mu.Lock()
	defer w.mu.Unlock()
	edits := w.cluster.edits.Load()
	if !w.ready || edits == w.seen {
		return
	}
	w.cluster.run()
	w.provision()
	w.seen = edits
}

// record keeps whether the request of a test was judged.
func (w *world) record(test, reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests[test] = reason
}

// report says how many requests were judged, and which not.
func (w *world) report() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	answered, refused := 0, map[string]int{}
	for _, reason := range w.requests {
		if reason == "" {
			answered++
		} else {
			refused[reason]++
		}
	}
	var lines []string
	if answered > 0 {
		lines = append(lines, fmt.Sprintf("right: %d", answered))
	}
	for reason, n := range refused {
		lines = append(lines, fmt.Sprintf("refused: %d: %s", n, reason))
	}
	slices.Sort(lines)
	return lines
}
