package konnect_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// Two namespaces: objects of evil refer to objects of victim.
const (
	evilHost    = "evil.example.com"
	evilName    = "eve"
	victimToken = "kpat_victim_example"
	evilToken   = "kpat_evil_example"

	victimOrganization = "33333333-3333-4333-8333-333333333333"
)

// crossing is a kind of reference from evil to victim.
type crossing struct {
	from, to crd.Key
	// referrers are evil's objects; written are those of them that have entities.
	referrers func() []crd.Object
	// credential is true where the reference leads to a token.
	credential bool
}

func evil(group, kind string) crd.Key {
	return crd.Key{Group: group, Kind: kind, Namespace: "evil", Name: evilName}
}

func victim(group, kind, name string) crd.Key {
	return crd.Key{Group: group, Kind: kind, Namespace: "victim", Name: name}
}

// crossings are all kinds of reference that can lead into another namespace.
func crossings() map[string]crossing {
	conf, konnectGroup := crd.ConfigurationGroup, crd.KonnectGroup
	plane, auth := victim(konnectGroup, crd.ControlPlaneKind, "gw"), victim(konnectGroup, crd.APIAuthKind, "auth")
	evilPlane := func() *builder.GatewayControlPlane { return builder.NewGatewayControlPlane(evilName).Namespace("evil") }
	entity := func(kind string, to crd.Key, objects ...crd.Object) crossing {
		return crossing{from: evil(conf, kind), to: to, referrers: func() []crd.Object { return copyAll(objects) }}
	}
	service := builder.NewService(evilName).Namespace("evil").Host("e.example.com").ControlPlaneIn("victim", "gw").MustBuild()
	route := builder.NewRoute(evilName).Namespace("evil").Protocols("http").Paths("/e")
	return map[string]crossing{
		"auth to secret": {
			from: evil(konnectGroup, crd.APIAuthKind), to: victim("", crd.SecretKind, "tok"), credential: true,
			referrers: func() []crd.Object {
				return []crd.Object{
					builder.NewAPIAuth(evilName).Namespace("evil").SecretIn("victim", "tok").ServerURL(evilHost).MustBuild(),
					evilPlane().Auth(evilName).MustBuild(),
					builder.NewService("below").Namespace("evil").Host("e.example.com").ControlPlane(evilName).MustBuild(),
				}
			},
		},
		"control plane to auth": {
			from: evil(konnectGroup, crd.ControlPlaneKind), to: auth, credential: true,
			referrers: func() []crd.Object { return []crd.Object{evilPlane().AuthIn("victim", "auth").MustBuild()} },
		},
		"group to auth": {
			from: evil(konnectGroup, crd.ControlPlaneKind), to: auth, credential: true,
			referrers: func() []crd.Object {
				return []crd.Object{
					evilPlane().AuthIn("victim", "auth").MustBuild(),
					builder.NewGatewayControlPlane("group").Namespace("evil").Group().Members(evilName).AuthIn("victim", "auth").MustBuild(),
				}
			},
		},
		"service to control plane": entity("KongService", plane, service),
		"service to control plane, below it a route": entity("KongService", plane, service,
			builder.NewRoute("below").Namespace("evil").Protocols("http").Paths("/below").Service(evilName).MustBuild()),
		"upstream to control plane": entity("KongUpstream", plane,
			builder.NewUpstream(evilName).Namespace("evil").ControlPlaneIn("victim", "gw").MustBuild()),
		"route to control plane": entity("KongRoute", plane, route.ControlPlaneIn("victim", "gw").MustBuild()),
		"route to service": entity("KongRoute", victim(conf, "KongService", "s"),
			builder.NewRoute(evilName).Namespace("evil").Protocols("http").Paths("/e").ServiceIn("victim", "s").MustBuild()),
		"target to upstream": entity("KongTarget", victim(conf, "KongUpstream", "u"),
			builder.NewTarget(evilName).Namespace("evil").Address("10.0.0.1:80").UpstreamIn("victim", "u").MustBuild()),
	}
}

// victims are all that evil refers to, with credentials. The entities are retained, so
// that a deletion of all objects leaves them where they are.
func victims() []crd.Object {
	objects := []crd.Object{
		core.NewSecret(&corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: "victim", Name: "tok"}, StringData: map[string]string{"token": victimToken},
		}),
		builder.NewAPIAuth("auth").Namespace("victim").Secret("tok").ServerURL(usHost).MustBuild(),
		builder.NewGatewayControlPlane("gw").Namespace("victim").Auth("auth").MustBuild(),
		builder.NewService("s").Namespace("victim").Host("s.example.com").ControlPlane("gw").MustBuild(),
		builder.NewUpstream("u").Namespace("victim").ControlPlane("gw").MustBuild(),
	}
	for _, obj := range objects[2:] {
		obj.SetAnnotations(map[string]string{crd.DeletionPolicyAnnotation: string(crd.DeletionPolicyRetain)})
	}
	return objects
}

// reach are those of the victim's objects that a reference to key needs.
func reach(key crd.Key) []crd.Object {
	all := victims()
	switch key.Kind {
	case crd.SecretKind:
		return all[:1]
	case crd.APIAuthKind:
		return all[:2]
	default:
		return all
	}
}

func grantOf(namespace string, from, to crd.Key) *configurationv1alpha1.KongReferenceGrant {
	group := to.Group
	if group == "" {
		group = "core"
	}
	grant := &configurationv1alpha1.KongReferenceGrant{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "grant"}}
	grant.Spec.From = []configurationv1alpha1.ReferenceGrantFrom{{Group: from.Group, Kind: from.Kind, Namespace: from.Namespace}}
	grant.Spec.To = []configurationv1alpha1.ReferenceGrantTo{{Group: group, Kind: to.Kind}}
	if to.Name != "" {
		grant.Spec.To[0].Name = &to.Name
	}
	return grant
}

// wrongGrants do not permit a reference; nil is none.
func wrongGrants(from, to crd.Key) map[string]*configurationv1alpha1.KongReferenceGrant {
	change := func(key crd.Key, change func(*crd.Key)) crd.Key {
		change(&key)
		return key
	}
	otherKind, otherTarget := "KongTarget", "KongCertificate"
	if from.Kind == otherKind {
		otherKind = "KongRoute"
	}
	return map[string]*configurationv1alpha1.KongReferenceGrant{
		"none": nil,
		"from another kind": grantOf("victim", change(from, func(k *crd.Key) {
			k.Group, k.Kind = crd.ConfigurationGroup, otherKind
		}), to),
		"to another kind": grantOf("victim", from, change(to, func(k *crd.Key) {
			k.Group, k.Kind = crd.ConfigurationGroup, otherTarget
		})),
		"to another name":        grantOf("victim", from, change(to, func(k *crd.Key) { k.Name = "other" })),
		"from another namespace": grantOf("victim", change(from, func(k *crd.Key) { k.Namespace = "other" }), to),
		"in a third namespace":   grantOf("other", from, to),
		"in evil itself":         grantOf("evil", from, to),
	}
}

// wiretap records which token is sent where.
type wiretap struct {
	*network
	us, evil *konnecttest.Server
	sent     []string
}

// newWiretap has the victim's organisation at usHost. The server of evil knows the
// victim's token, so that only what is sent to it tells whether it got it.
func newWiretap() *wiretap {
	w := &wiretap{
		us:   konnecttest.NewServer(konnecttest.WithToken(victimToken, victimOrganization)),
		evil: konnecttest.NewServer(konnecttest.WithToken(victimToken, victimOrganization)),
	}
	w.network = &network{servers: map[string]*konnecttest.Server{usHost: w.us, evilHost: w.evil}}
	w.watch(func(req *http.Request) error {
		token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
		w.sent = append(w.sent, fmt.Sprintf("%s %s %s with %s", req.Method, req.URL.Host, req.URL.Path, token))
		return nil
	}, nil)
	return w
}

// heard returns the requests since the last call that contain a text.
func (w *wiretap) heard(text string) []string {
	w.lock.Lock()
	defer w.lock.Unlock()
	var found []string
	for _, line := range w.sent {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}

func (w *wiretap) forget() {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.sent = nil
}

// place says where objects are.
type place struct {
	name string
	// batch holds the victim's objects and the grants too; else they are in the source.
	batch bool
	// leaf is true where the batch holds the last referrer alone.
	leaf bool
}

func places() []place {
	return []place{{"batch", true, false}, {"source", false, false}, {"source, but a leaf", false, true}}
}

// scene returns the client and the batch of a call, on copies.
func (w *wiretap) scene(t testing.TB, p place, c crossing, grant *configurationv1alpha1.KongReferenceGrant) (*konnect.Client, []crd.Object) {
	t.Helper()
	others := reach(c.to)
	if grant != nil {
		others = append(others, grant.DeepCopy())
	}
	options := []konnect.Option{konnect.WithOwner("platform"), konnect.WithToken(evilToken), konnect.WithServerURL("https://" + usHost)}
	objects := c.referrers()
	switch {
	case p.batch:
		objects, others = append(objects, others...), nil
	case p.leaf:
		last := len(objects) - 1
		objects, others = objects[last:], append(others, objects[:last]...)
	}
	return w.bareClient(t, append(options, konnect.WithSource(resolve.Objects(others...)))...), objects
}

// provision makes what evil may refer to, and what it refers from under a right grant.
func (w *wiretap) provision(t testing.TB, c crossing) {
	t.Helper()
	_, err := w.bareClient(t, konnect.WithOwner("platform")).Ensure(t.Context(), victims())
	require.NoError(t, err)
	client, objects := w.scene(t, places()[0], c, grantOf("victim", c.from, c.to))
	_, err = client.Ensure(t.Context(), objects)
	require.NoError(t, err)
}
