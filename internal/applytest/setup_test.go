package applytest_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/yaml"

	commonac "github.com/konnectkit/konnectkit/crd/applyconfiguration/common/v1alpha1"
	configurationac "github.com/konnectkit/konnectkit/crd/applyconfiguration/configuration/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/manifest"
	crdscheme "github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/internal/testcluster"
)

// cluster is the client of the one cluster that all tests share; each test has a
// namespace of its own. TestMain sets it.
var cluster client.Client

func TestMain(m *testing.M) {
	ctrllog.SetLogger(logr.Discard())
	os.Exit(run(m))
}

func run(m *testing.M) int {
	crds, err := newerCRDs()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	running, err := testcluster.New(context.Background(), testcluster.WithCRDs(crds))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = running.Stop() }()
	scheme := runtime.NewScheme()
	if err := crdscheme.AddToScheme(scheme); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if cluster, err = client.New(running.Config, client.Options{Scheme: scheme}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// newerCRDs are the CRDs as a newer operator might have them: a KongRoute has
// spec.newSetting, spec.sources[].mark and status.konnect.region, which our types lack.
func newerCRDs() ([]byte, error) {
	var newer [][]byte
	for document := range bytes.SplitSeq(manifest.CRDs(), []byte("\n---\n")) {
		var crd map[string]any
		if err := yaml.Unmarshal(document, &crd); err != nil {
			return nil, err
		}
		if name, _, _ := unstructured.NestedString(crd, "metadata", "name"); name == "kongroutes.configuration.konghq.com" {
			versions, _, err := unstructured.NestedSlice(crd, "spec", "versions")
			if err != nil {
				return nil, err
			}
			if err := addFields(versions[0].(map[string]any)); err != nil {
				return nil, err
			}
			if err := unstructured.SetNestedSlice(crd, versions, "spec", "versions"); err != nil {
				return nil, err
			}
		}
		text, err := yaml.Marshal(crd)
		if err != nil {
			return nil, err
		}
		newer = append(newer, text)
	}
	return bytes.Join(newer, []byte("\n---\n")), nil
}

func addFields(version map[string]any) error {
	text := map[string]any{"type": "string"}
	spec := []string{"schema", "openAPIV3Schema", "properties", "spec", "properties"}
	status := []string{"schema", "openAPIV3Schema", "properties", "status", "properties"}
	for _, added := range []struct {
		path  []string
		field map[string]any
	}{
		{append(spec, "newSetting"), text},
		{append(spec, "sources", "items", "properties", "mark"), text},
		{append(status, "konnect", "properties", "region"), text},
	} {
		if err := unstructured.SetNestedMap(version, added.field, added.path...); err != nil {
			return err
		}
	}
	return nil
}

// routeSpec is the least that the API server accepts of a route.
func routeSpec() *configurationac.KongRouteSpecApplyConfiguration {
	return configurationac.KongRouteSpec().WithServiceRef(configurationac.ServiceRef().
		WithType(configurationv1alpha1.ServiceRefNamespacedRef).
		WithNamespacedRef(commonac.NamespacedRef().WithName("service")))
}

// newNamespace creates a namespace for one test.
func newNamespace(t *testing.T) string {
	t.Helper()
	object := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace"}}
	object.SetGenerateName("apply-")
	require.NoError(t, cluster.Create(t.Context(), object))
	return object.GetName()
}

// route returns the apply configuration of the one route of a namespace.
func route(namespace string, spec *configurationac.KongRouteSpecApplyConfiguration) *configurationac.KongRouteApplyConfiguration {
	return configurationac.KongRoute("route", namespace).WithSpec(spec)
}

// routeStatus is like route for the status.
func routeStatus(namespace string, status *configurationac.KongRouteStatusApplyConfiguration) *configurationac.KongRouteApplyConfiguration {
	return configurationac.KongRoute("route", namespace).WithStatus(status)
}

// rawRoute is a route that may have fields which our types lack.
func rawRoute(namespace string, spec map[string]any) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	object.SetGroupVersionKind((*configurationv1alpha1.KongRoute)(nil).GVK())
	object.SetNamespace(namespace)
	object.SetName("route")
	return object
}

// readRoute reads the route as our types have it.
func readRoute(t *testing.T, namespace string) *configurationv1alpha1.KongRoute {
	t.Helper()
	object := &configurationv1alpha1.KongRoute{}
	require.NoError(t, cluster.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "route"}, object))
	return object
}
