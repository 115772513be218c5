package testcluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// startTimeout is generous: a machine that is busy with other tests still gets there.
const startTimeout = 2 * time.Minute

// Cluster is a running etcd and kube-apiserver. Its methods must not run at the same time.
type Cluster struct {
	// Config is the administrator's, with a rate limit that no test reaches. It stays
	// valid when the API server is stopped and started again.
	Config *rest.Config

	// Kubeconfig is the content of a kubeconfig file for the same user.
	Kubeconfig []byte

	environment *envtest.Environment
	dir         string
}

// Start starts a cluster for a test and stops it when the test ends.
func Start(tb testing.TB, opts ...Option) *Cluster {
	tb.Helper()
	cluster, err := New(tb.Context(), opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return cluster
}

// New starts a cluster for TestMain and for programs; the caller stops it. The context
// bounds the building of the programs. Progress of a build goes to standard error.
func New(ctx context.Context, opts ...Option) (*Cluster, error) {
	crds, flags, err := collect(opts)
	if err != nil {
		return nil, fmt.Errorf("start test cluster: %w", err)
	}
	programs, err := Programs(ctx, os.Stderr)
	if err != nil {
		return nil, fmt.Errorf("start test cluster: %w", err)
	}
	dir, err := os.MkdirTemp("", "testcluster-")
	if err != nil {
		return nil, fmt.Errorf("start test cluster: %w", err)
	}
	environment, err := newEnvironment(programs, dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start test cluster: %w", err), os.RemoveAll(dir))
	}
	environment.CRDs = crds
	for _, flag := range flags {
		environment.ControlPlane.APIServer.Configure().Set(flag.name, flag.values...)
	}
	cluster := &Cluster{environment: environment, dir: dir}
	if cluster.Config, err = environment.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start test cluster: %w", err), cluster.Stop())
	}
	cluster.Kubeconfig = environment.KubeConfig
	return cluster, nil
}

// newEnvironment prepares the programs to run from, and keep their certificates in, the folder.
func newEnvironment(programs, dir string) (*envtest.Environment, error) {
	apiServer, err := supervised(programs, "kube-apiserver", dir)
	if err != nil {
		return nil, err
	}
	etcd, err := supervised(programs, "etcd", dir)
	if err != nil {
		return nil, err
	}
	existing := false
	environment := &envtest.Environment{
		UseExistingCluster:       &existing,
		ControlPlaneStartTimeout: startTimeout,
		ControlPlaneStopTimeout:  startTimeout,
	}
	// Certificates in a folder of ours survive a stop, and with them every client's configuration.
	environment.ControlPlane.APIServer = &envtest.APIServer{Path: apiServer, CertDir: dir}
	environment.ControlPlane.Etcd = &envtest.Etcd{Path: etcd}
	environment.ControlPlane.APIServer.Configure().
		// The default asks for the address of a network, which a sealed-off machine has not.
		Set("advertise-address", "127.0.0.1").
		Set("endpoint-reconciler-type", "none")
	return environment, nil
}

// StopAPIServer stops the API server and leaves etcd with all objects running.
func (c *Cluster) StopAPIServer() error {
	if err := c.environment.ControlPlane.APIServer.Stop(); err != nil {
		return fmt.Errorf("stop API server: %w", err)
	}
	return nil
}

// StartAPIServer starts the stopped API server again, on the same port and with the same
// certificates, and returns when it is healthy.
func (c *Cluster) StartAPIServer() error {
	if err := c.environment.ControlPlane.APIServer.Start(); err != nil {
		return fmt.Errorf("start API server: %w", err)
	}
	return nil
}

// Stop ends both programs and removes their data.
func (c *Cluster) Stop() error {
	if err := errors.Join(c.environment.Stop(), os.RemoveAll(c.dir)); err != nil {
		return fmt.Errorf("stop test cluster: %w", err)
	}
	return nil
}
