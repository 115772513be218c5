package testcluster_test

import (
	"bufio"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/konnectkit/konnectkit/internal/testcluster"
)

// orphanVariable makes the test program start a cluster and wait to be killed.
const orphanVariable = "TESTCLUSTER_ORPHAN"

func TestMain(m *testing.M) {
	ctrllog.SetLogger(logr.Discard())
	os.Exit(m.Run())
}

func widget(name string, size int64) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "test.example/v1",
		"kind":       "Widget",
		"metadata":   map[string]any{"name": name},
		"size":       size,
	}}
}

// listening says whether somebody accepts connections at the host of a URL.
func listening(t *testing.T, address string) bool {
	t.Helper()
	location, err := url.Parse(address)
	require.NoError(t, err)
	host := net.ParseIP(location.Hostname())
	assert.True(t, host.IsLoopback(), address)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", location.Host)
	if err != nil {
		return false
	}
	require.NoError(t, connection.Close())
	return true
}

func TestClusterOutlivesItsAPIServer(t *testing.T) {
	cluster := testcluster.Start(t, testcluster.WithCRDFiles("testdata/*.yaml"))
	client, err := dynamic.NewForConfig(cluster.Config)
	require.NoError(t, err)
	widgets := client.Resource(schema.GroupVersionResource{Group: "test.example", Version: "v1", Resource: "widgets"}).Namespace("default")

	_, err = widgets.Create(t.Context(), widget("small", 3), metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = widgets.Create(t.Context(), widget("large", 4), metav1.CreateOptions{})
	assert.True(t, apierrors.IsInvalid(err), "the schema is in force: %v", err)

	require.NoError(t, cluster.StopAPIServer())
	assert.False(t, listening(t, cluster.Config.Host))
	require.NoError(t, cluster.StartAPIServer())

	_, err = widgets.Get(t.Context(), "small", metav1.GetOptions{})
	assert.NoError(t, err, "the same client finds the same object")
}

func TestStopLeavesNothing(t *testing.T) {
	cluster, err := testcluster.New(t.Context())
	require.NoError(t, err)
	require.True(t, listening(t, cluster.Config.Host))

	config, err := clientcmd.RESTConfigFromKubeConfig(cluster.Kubeconfig)
	require.NoError(t, err)
	client, err := discovery.NewDiscoveryClientForConfig(config)
	require.NoError(t, err)
	version, err := client.ServerVersion()
	require.NoError(t, err)
	assert.Regexp(t, `^v1\.\d+\.\d+$`, version.GitVersion)

	require.NoError(t, cluster.Stop())
	assert.False(t, listening(t, cluster.Config.Host))
}

func TestClusterEndsWithItsProcess(t *testing.T) {
	if os.Getenv(orphanVariable) != "" {
		cluster, err := testcluster.New(t.Context())
		require.NoError(t, err)
		_, err = os.Stdout.WriteString("host " + cluster.Config.Host + "\n")
		require.NoError(t, err)
		select {}
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestClusterEndsWithItsProcess$")
	left := filepath.Join(t.TempDir(), "left")
	require.NoError(t, os.Mkdir(left, 0o700))
	command.Env = append(os.Environ(), orphanVariable+"=1", "TMPDIR="+left)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())

	host := ""
	for lines := bufio.NewScanner(stdout); host == "" && lines.Scan(); {
		host, _ = strings.CutPrefix(lines.Text(), "host ")
	}
	require.NotEmpty(t, host)
	require.True(t, listening(t, host))
	require.NoError(t, command.Process.Kill())
	assert.Error(t, command.Wait())
	assert.Eventually(t, func() bool { return !listening(t, host) }, time.Minute, 100*time.Millisecond)
	// Neither program writes any more when this succeeds.
	assert.Eventually(t, func() bool { return os.RemoveAll(left) == nil }, time.Minute, 100*time.Millisecond)
}

func TestWrongOptions(t *testing.T) {
	cases := []struct {
		reason string
		option testcluster.Option
		want   string
	}{
		{"a pattern without a file is a mistake", testcluster.WithCRDFiles("testdata/*.json"), "no CRD file matches testdata/*.json"},
		{"a broken pattern", testcluster.WithCRDFiles("["), "syntax error in pattern"},
		{"another kind of object", testcluster.WithCRDs([]byte("kind: Service\n")), "found a Service"},
		{"a field that no CRD has", testcluster.WithCRDs([]byte("kind: CustomResourceDefinition\nspecs: {}\n")), `unknown field "specs"`},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			_, err := testcluster.New(t.Context(), c.option)
			assert.ErrorContains(t, err, c.want)
		})
	}
}
