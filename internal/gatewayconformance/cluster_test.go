package gatewayconformance_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	gatewayv1alpha2 "sigs.k8s.io/gateway-api/apis/v1alpha2"
	gatewayv1beta1 "sigs.k8s.io/gateway-api/apis/v1beta1"
)

// cluster is one in memory, in which Deployments have pods and Services have endpoints.
type cluster struct {
	t *testing.T
	// stored reads and writes what is there, and nothing follows from it.
	stored client.WithWatch
	// edits counts the writes of the tests.
	edits atomic.Int64
	// started are the Deployments that have pods, of which there are so many.
	started map[client.ObjectKey]bool
	pods    int
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, gatewayv1.Install, gatewayv1beta1.Install, gatewayv1alpha2.Install,
	} {
		require.NoError(t, add(scheme))
	}
	stored := fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(
		&gatewayv1.Gateway{}, &gatewayv1.HTTPRoute{}, &gatewayv1.GRPCRoute{}, &gatewayv1.TLSRoute{}).Build()
	return &cluster{t: t, stored: stored, started: map[client.ObjectKey]bool{}}
}

// client is that of the tests. The function sync is called before each read that follows a write, and
// brings the cluster to rest.
func (c *cluster) client(sync func()) client.Client {
	edit := func(err error) error {
		c.edits.Add(1)
		return err
	}
	return interceptor.NewClient(c.stored, interceptor.Funcs{
		Create: func(ctx context.Context, inner client.WithWatch, obj client.Object, opts ...client.CreateOption) error {
			return edit(inner.Create(ctx, obj, opts...))
		},
		Update: func(ctx context.Context, inner client.WithWatch, obj client.Object, opts ...client.UpdateOption) error {
			return edit(inner.Update(ctx, obj, opts...))
		},
		Patch: func(ctx context.Context, inner client.WithWatch, obj client.Object, patch client.Patch, opts ...client.PatchOption) error {
			return edit(inner.Patch(ctx, obj, patch, opts...))
		},
		Delete: func(ctx context.Context, inner client.WithWatch, obj client.Object, opts ...client.DeleteOption) error {
			return edit(inner.Delete(ctx, obj, opts...))
		},
		Get: func(ctx context.Context, inner client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
			sync()
			return inner.Get(ctx, key, obj, opts...)
		},
		List: func(ctx context.Context, inner client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			sync()
			return inner.List(ctx, list, opts...)
		},
	})
}

func (c *cluster) list(list client.ObjectList) {
	assert.NoError(c.t, c.stored.List(c.t.Context(), list))
}

// run gives each Deployment its pods, and each Service with a selector its endpoints.
func (c *cluster) run() {
	var deployments appsv1.DeploymentList
	c.list(&deployments)
	for _, d := range deployments.Items {
		if key := client.ObjectKeyFromObject(&d); !c.started[key] {
			c.started[key] = true
			c.runPods(&d)
		}
	}
	var services corev1.ServiceList
	c.list(&services)
	for _, s := range services.Items {
		if len(s.Spec.Selector) > 0 {
			c.connect(&s)
		}
	}
	var routes gatewayv1.HTTPRouteList
	c.list(&routes)
	for _, r := range routes.Items {
		c.complete(&r, r.Spec.ParentRefs)
	}
	var calls gatewayv1.GRPCRouteList
	c.list(&calls)
	for _, r := range calls.Items {
		c.complete(&r, r.Spec.ParentRefs)
	}
	var connections gatewayv1.TLSRouteList
	c.list(&connections)
	for _, r := range connections.Items {
		c.complete(&r, r.Spec.ParentRefs)
	}
}

// complete gives references to parents the defaults of the CRD, which the status has to repeat.
func (c *cluster) complete(route client.Object, refs []gatewayv1.ParentReference) {
	complete := true
	for i := range refs {
		if refs[i].Group == nil {
			refs[i].Group, complete = new(gatewayv1.Group(gatewayv1.GroupName)), false
		}
		if refs[i].Kind == nil {
			refs[i].Kind, complete = new(gatewayv1.Kind("Gateway")), false
		}
	}
	if !complete {
		assert.NoError(c.t, c.stored.Update(c.t.Context(), route))
	}
}

func (c *cluster) runPods(d *appsv1.Deployment) {
	replicas := int32(1)
	if d.Spec.Replicas != nil {
		replicas = *d.Spec.Replicas
	}
	for i := range replicas {
		c.pods++
		ip := fmt.Sprintf("10.0.%d.%d", c.pods/250, c.pods%250+1)
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Namespace: d.Namespace, Name: fmt.Sprintf("%s-pod-%d", d.Name, i), Labels: d.Spec.Template.Labels,
		}, Spec: d.Spec.Template.Spec, Status: corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: ip, PodIPs: []corev1.PodIP{{IP: ip}},
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		}}
		assert.NoError(c.t, c.stored.Create(c.t.Context(), pod))
	}
}

// connect makes the EndpointSlice of a Service.
func (c *cluster) connect(s *corev1.Service) {
	slice := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{
		Namespace: s.Namespace, Name: s.Name + "-pods", Labels: map[string]string{discoveryv1.LabelServiceName: s.Name},
	}, AddressType: discoveryv1.AddressTypeIPv4}
	if c.stored.Get(c.t.Context(), client.ObjectKeyFromObject(slice), &discoveryv1.EndpointSlice{}) == nil {
		return
	}
	for _, p := range s.Spec.Ports {
		port := p.TargetPort
		if port == (intstr.IntOrString{}) {
			port = intstr.FromInt32(p.Port)
		}
		slice.Ports = append(slice.Ports, discoveryv1.EndpointPort{Name: &p.Name, Port: &port.IntVal, Protocol: &p.Protocol})
	}
	var pods corev1.PodList
	assert.NoError(c.t, c.stored.List(c.t.Context(), &pods, client.InNamespace(s.Namespace),
		client.MatchingLabelsSelector{Selector: labels.SelectorFromSet(s.Spec.Selector)}))
	for _, pod := range pods.Items {
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{pod.Status.PodIP}, Conditions: discoveryv1.EndpointConditions{Ready: new(true)},
		})
	}
	assert.NoError(c.t, c.stored.Create(c.t.Context(), slice))
}
