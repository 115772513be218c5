package resolve_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/resolve"
)

// The functions below make objects from short names: "name" in the namespace of
// the referrer ("default" for objects), or "namespace/name".

func meta(name string) metav1.ObjectMeta {
	namespace, name := split(name)
	return metav1.ObjectMeta{Namespace: namespace, Name: name}
}

func split(name string) (namespace, rest string) {
	if before, after, ok := strings.Cut(name, "/"); ok {
		return before, after
	}
	return "", name
}

func namespaced(name string) commonv1alpha1.NamespacedRef {
	namespace, name := split(name)
	ref := commonv1alpha1.NamespacedRef{Name: name}
	if namespace != "" {
		ref.Namespace = &namespace
	}
	return ref
}

func controlPlaneRef(name string) *commonv1alpha1.ControlPlaneRef {
	if name == "" {
		return nil
	}
	namespace, name := split(name)
	return &commonv1alpha1.ControlPlaneRef{
		Type:                 commonv1alpha1.ControlPlaneRefKonnectNamespacedRef,
		KonnectNamespacedRef: &commonv1alpha1.KonnectNamespacedRef{Namespace: namespace, Name: name},
	}
}

func controlPlane(name string, members ...string) *konnectv1alpha2.KonnectGatewayControlPlane {
	cp := &konnectv1alpha2.KonnectGatewayControlPlane{ObjectMeta: meta(name)}
	for _, member := range members {
		cp.Spec.Members = append(cp.Spec.Members, konnectv1alpha2.MemberRef{Name: member})
	}
	return cp
}

func controlPlaneWithAuth(name, auth string) *konnectv1alpha2.KonnectGatewayControlPlane {
	cp := controlPlane(name)
	ref := namespaced(auth)
	cp.Spec.Konnect = &konnectv1alpha2.KonnectConfiguration{
		APIAuthConfigurationRef: konnectv1alpha2.KonnectAPIAuthConfigurationRef{Name: ref.Name, Namespace: ref.Namespace},
	}
	return cp
}

// auth refers to a Secret; without one it holds a token itself.
func auth(name, secret string) *konnectv1alpha1.KonnectAPIAuthConfiguration {
	a := &konnectv1alpha1.KonnectAPIAuthConfiguration{ObjectMeta: meta(name)}
	if secret == "" {
		a.Spec.Type, a.Spec.Token = konnectv1alpha1.APIAuthTypeToken, new(crd.SecretString("kpat_example"))
		return a
	}
	namespace, secretName := split(secret)
	a.Spec.Type = konnectv1alpha1.APIAuthTypeSecretRef
	a.Spec.SecretRef = &konnectv1alpha1.SecretReference{Namespace: namespace, Name: secretName}
	return a
}

func secret(name, dataKey, value string) *core.Secret {
	return core.NewSecret(&corev1.Secret{ObjectMeta: meta(name), Data: map[string][]byte{dataKey: []byte(value)}})
}

func service(name, controlPlane string) *configurationv1alpha1.KongService {
	return &configurationv1alpha1.KongService{
		ObjectMeta: meta(name),
		Spec:       configurationv1alpha1.KongServiceSpec{ControlPlaneRef: controlPlaneRef(controlPlane), Host: "example.com"},
	}
}

func serviceTo(name, controlPlane, host string) *configurationv1alpha1.KongService {
	s := service(name, controlPlane)
	s.Spec.Host = host
	return s
}

// route refers to a service, a control plane, or both; "" leaves one out.
func route(name, service, controlPlane string) *configurationv1alpha1.KongRoute {
	r := &configurationv1alpha1.KongRoute{ObjectMeta: meta(name)}
	r.Spec.ControlPlaneRef = controlPlaneRef(controlPlane)
	if service != "" {
		r.Spec.ServiceRef = &configurationv1alpha1.ServiceRef{NamespacedRef: new(namespaced(service))}
	}
	return r
}

func upstream(name, controlPlane string) *configurationv1alpha1.KongUpstream {
	u := &configurationv1alpha1.KongUpstream{ObjectMeta: meta(name)}
	u.Spec.ControlPlaneRef = controlPlaneRef(controlPlane)
	u.Spec.Name = new(u.Name + ".internal")
	return u
}

func target(name, upstream string) *configurationv1alpha1.KongTarget {
	return &configurationv1alpha1.KongTarget{
		ObjectMeta: meta(name),
		Spec:       configurationv1alpha1.KongTargetSpec{UpstreamRef: namespaced(upstream)},
	}
}

// grant permits "group/kind/namespace" to refer to "group/kind" or "group/kind/name".
func grant(name, from, to string) *configurationv1alpha1.KongReferenceGrant {
	f, t := strings.Split(from, "/"), strings.Split(to, "/")
	g := &configurationv1alpha1.KongReferenceGrant{ObjectMeta: meta(name)}
	g.Spec.From = []configurationv1alpha1.ReferenceGrantFrom{{Group: f[0], Kind: f[1], Namespace: f[2]}}
	g.Spec.To = []configurationv1alpha1.ReferenceGrantTo{{Group: t[0], Kind: t[1]}}
	if len(t) > 2 {
		g.Spec.To[0].Name = &t[2]
	}
	return g
}

func batch(objects ...crd.Object) []crd.Object { return objects }

// key finds the key of the node that prints as name: "KongRoute default/r".
func key(t *testing.T, graph *resolve.Graph, name string) crd.Key {
	t.Helper()
	for _, node := range graph.Nodes() {
		if node.Key.String() == name {
			return node.Key
		}
	}
	require.Failf(t, "no such node", "%s", name)
	return crd.Key{}
}

func names(nodes []*resolve.Node) []string {
	list := make([]string, 0, len(nodes))
	for _, node := range nodes {
		list = append(list, node.Key.String())
	}
	return list
}
