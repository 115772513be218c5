package provision_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/crd/manifest"
	crdscheme "github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
	"github.com/konnectkit/konnectkit/internal/testcluster"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// cluster serves all tests, each in a namespace of its own.
var cluster *testcluster.Cluster

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	cluster, err = testcluster.New(context.Background(), testcluster.WithCRDs(manifest.CRDs()),
		testcluster.WithAPIServerFlag("shutdown-send-retry-after", "true")) // it stops without waiting for watches
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = cluster.Stop() }()
	return m.Run()
}

const (
	patience = 60 * time.Second
	pause    = 20 * time.Millisecond
)

// world is a namespace, a Konnect and a client to apply objects with.
type world struct {
	t         *testing.T
	konnect   *konnecttest.Server
	client    client.Client
	namespace string
	writes    *writeCounter
}

var namespaces atomic.Int64

func newWorld(t *testing.T, opts ...konnecttest.Option) *world {
	t.Helper()
	c, err := client.New(cluster.Config, client.Options{Scheme: newScheme(t)})
	require.NoError(t, err)
	w := &world{
		t: t, konnect: konnecttest.Start(t, opts...), client: c, writes: &writeCounter{},
		namespace: fmt.Sprintf("kong-%d", namespaces.Add(1)),
	}
	w.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}})
	return w
}

func newScheme(t *testing.T) *runtime.Scheme {
	t.Helper()
	s := runtime.NewScheme()
	require.NoError(t, clientgoscheme.AddToScheme(s))
	require.NoError(t, crdscheme.AddToScheme(s))
	return s
}

// start runs a controller for the namespace until the test ends or stop is called.
func (w *world) start(options provision.Options, namespaces ...string) (stop func()) {
	w.t.Helper()
	return w.startWith(options, func(ctrl.Manager) {}, namespaces...)
}

// startWith lets add put more into the manager.
func (w *world) startWith(options provision.Options, add func(ctrl.Manager), namespaces ...string) (stop func()) {
	w.t.Helper()
	skip := true
	config := w.writes.wrap(cluster.Config)
	watched := map[string]cache.Config{w.namespace: {}}
	for _, namespace := range namespaces {
		watched[namespace] = cache.Config{}
	}
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: newScheme(w.t), Logger: logr.Discard(),
		Metrics:                metricsserver.Options{BindAddress: "0"},
		HealthProbeBindAddress: "0",
		Cache:                  cache.Options{DefaultNamespaces: watched},
		Controller:             ctrlconfig.Controller{SkipNameValidation: &skip},
	})
	require.NoError(w.t, err)
	if options.Gather == 0 {
		options.Gather = 100 * time.Millisecond
	}
	if options.Owner == "" {
		options.Owner = "test"
	}
	require.NoError(w.t, provision.Setup(w.t.Context(), mgr, prometheus.NewRegistry(), options))
	add(mgr)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	ended := false
	stop = func() {
		if !ended {
			ended = true
			cancel()
			assert.NoError(w.t, <-done)
		}
	}
	w.t.Cleanup(stop)
	return stop
}

func (w *world) create(objects ...client.Object) {
	w.t.Helper()
	for _, obj := range objects {
		require.NoError(w.t, w.client.Create(w.t.Context(), obj))
	}
}

// get reads an object again.
func (w *world) get(obj client.Object) error {
	return w.client.Get(w.t.Context(), client.ObjectKeyFromObject(obj), obj)
}

// edit changes an object, whoever else writes to it.
func edit[T crd.Object](w *world, obj T, change func(T)) {
	w.t.Helper()
	w.eventually(func() error {
		if err := w.get(obj); err != nil {
			return err
		}
		change(obj)
		return w.client.Update(w.t.Context(), obj)
	})
}

// eventually polls until check returns nil.
func (w *world) eventually(check func() error) {
	w.t.Helper()
	w.within(patience, check)
}

func (w *world) within(patience time.Duration, check func() error) {
	w.t.Helper()
	var err error
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		if err = check(); err == nil {
			return
		}
		time.Sleep(pause)
	}
	w.t.Fatalf("not within %s: %v", patience, err)
}

// programmed waits until all objects are.
func (w *world) programmed(objects ...crd.Object) {
	w.t.Helper()
	for _, obj := range objects {
		w.eventually(func() error {
			if err := w.get(obj); err != nil {
				return err
			}
			if !crd.IsProgrammed(obj) {
				return fmt.Errorf("%s is not programmed: %v", crd.KeyOf(obj), obj.GetConditions())
			}
			return nil
		})
	}
}

// condition waits until a condition of obj is as told, with any reason if none is
// named, and returns it.
func (w *world) condition(obj crd.Object, kind string, status metav1.ConditionStatus, reason string) metav1.Condition {
	w.t.Helper()
	var found metav1.Condition
	w.eventually(func() error {
		if err := w.get(obj); err != nil {
			return err
		}
		for _, c := range obj.GetConditions() {
			if c.Type == kind && c.Status == status && (reason == "" || c.Reason == reason) && c.ObservedGeneration == obj.GetGeneration() {
				found = c
				return nil
			}
		}
		return fmt.Errorf("%s has no %s=%s/%s: %v", crd.KeyOf(obj), kind, status, reason, obj.GetConditions())
	})
	return found
}

// gone waits until the objects do not exist any more.
func (w *world) gone(objects ...client.Object) {
	w.t.Helper()
	for _, obj := range objects {
		w.eventually(func() error {
			err := w.get(obj)
			if err == nil {
				return fmt.Errorf("%s is still there", obj.GetName())
			}
			return client.IgnoreNotFound(err)
		})
	}
}

func (w *world) auth(name string) *konnectv1alpha1.KonnectAPIAuthConfiguration {
	return builder.NewAPIAuth(name).Namespace(w.namespace).
		Token(w.konnect.Token).ServerURL(w.konnect.URL[len("http://"):]).MustBuild()
}

func (w *world) controlPlane(name, auth string) *konnectv1alpha2.KonnectGatewayControlPlane {
	return builder.NewGatewayControlPlane(name).Namespace(w.namespace).Auth(auth).MustBuild()
}

// howTo are the objects of the how-to: credentials, control plane, service and route.
func (w *world) howTo() (auth, controlPlane, service, route crd.Object) {
	return w.auth("konnect-api-auth"), w.controlPlane("gateway-control-plane", "konnect-api-auth"),
		builder.NewService("service").Namespace(w.namespace).Host("echo.kong.svc.cluster.local").Port(1027).
			ControlPlane("gateway-control-plane").MustBuild(),
		builder.NewRoute("route").Namespace(w.namespace).Protocols("http").Paths("/echo").Service("service").MustBuild()
}
