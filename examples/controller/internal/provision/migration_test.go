package provision_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// operatorsCluster is a namespace as the Kong operator leaves it when it stops: its
// finalizers, status and conditions on the objects, its marks and UIDs in Konnect.
type operatorsCluster struct {
	*world
	auth    crd.Object
	objects []crd.Object      // parents first
	ids     map[string]string // of entities, by kind
	plane   string
	since   metav1.Time // when all became Programmed
}

func newOperatorsCluster(t *testing.T) *operatorsCluster {
	t.Helper()
	w := newWorld(t)
	c := &operatorsCluster{
		world: w, auth: w.auth("konnect-api-auth"), objects: w.migrated(), ids: map[string]string{},
		since: metav1.NewTime(time.Now().Add(-time.Hour).Truncate(time.Second)),
	}
	c.auth.SetFinalizers([]string{"konnect.konghq.com/konnectapiauth-in-use"})
	w.create(c.auth)
	for _, obj := range c.objects {
		obj.SetFinalizers([]string{crd.Finalizer})
		w.create(obj)
		c.provision(obj)
	}
	return c
}

// migrated are the objects, as they stand in files; service and route have no name.
func (w *world) migrated() []crd.Object {
	return []crd.Object{
		w.controlPlane("gateway-control-plane", "konnect-api-auth"),
		builder.NewService("service").SpecName("").Namespace(w.namespace).Host("echo.kong.svc.cluster.local").Port(1027).
			ControlPlane("gateway-control-plane").MustBuild(),
		builder.NewRoute("route").SpecName("").Namespace(w.namespace).Protocols("http").Paths("/echo").Service("service").MustBuild(),
		builder.NewUpstream("pool").Namespace(w.namespace).ControlPlane("gateway-control-plane").MustBuild(),
		builder.NewTarget("one").Namespace(w.namespace).Upstream("pool").Address("10.0.0.1:80").MustBuild(),
	}
}

// marks are those of the operator.
func (c *operatorsCluster) marks(obj crd.Object) map[string]any {
	gvk := obj.GVK()
	return map[string]any{
		"managed-by": "kong-operator", "k8s-uid": string(obj.GetUID()), "k8s-generation": fmt.Sprint(obj.GetGeneration()),
		"k8s-group": gvk.Group, "k8s-version": gvk.Version, "k8s-kind": gvk.Kind,
		"k8s-namespace": obj.GetNamespace(), "k8s-name": obj.GetName(),
	}
}

// provision puts the entity of an object into Konnect, and its ID into the status.
func (c *operatorsCluster) provision(obj crd.Object) {
	c.t.Helper()
	kind := obj.GVK().Kind
	status := crd.KonnectStatus{ServerURL: c.konnect.URL, OrganizationID: konnecttest.DefaultOrganizationID}
	if kind == "KonnectGatewayControlPlane" {
		id, err := c.konnect.AddControlPlane("", map[string]any{"name": obj.GetName(), "labels": c.marks(obj)})
		require.NoError(c.t, err)
		c.plane, status.ID = id, id
	} else {
		var tags []string
		for key, value := range c.marks(obj) {
			tags = append(tags, key+":"+value.(string))
		}
		uid := string(obj.GetUID())
		collection, entity := "", map[string]any{}
		switch kind {
		case "KongService": // without a name: under the object's UID
			collection, entity = "services", map[string]any{"id": uid, "host": "echo.kong.svc.cluster.local", "port": 1027}
		case "KongRoute":
			collection, entity = "routes", map[string]any{
				"id": uid, "protocols": []string{"http"}, "paths": []string{"/echo"}, "service": map[string]any{"id": c.ids["KongService"]},
			}
		case "KongUpstream":
			collection, entity = "upstreams", map[string]any{"name": "pool"}
		case "KongTarget":
			collection, entity = "targets", map[string]any{"target": "10.0.0.1:80", "upstream": map[string]any{"id": c.ids["KongUpstream"]}}
		}
		entity["tags"] = tags
		stored, err := c.konnect.Put(c.plane, collection, entity)
		require.NoError(c.t, err)
		status.ID, _ = stored["id"].(string)
		status.ControlPlaneID = c.plane
	}
	c.ids[kind] = status.ID
	obj.SetKonnectStatus(status)
	obj.SetConditions([]metav1.Condition{{
		Type: crd.ConditionProgrammed, Status: metav1.ConditionTrue, Reason: "Programmed",
		ObservedGeneration: obj.GetGeneration(), LastTransitionTime: c.since,
	}})
	require.NoError(c.t, c.client.Status().Update(c.t.Context(), obj))
}

// entities are the IDs that Konnect holds, by kind.
func (c *operatorsCluster) entities() map[string]string {
	found := map[string]string{}
	for kind, collection := range map[string]string{
		"KongService": "services", "KongRoute": "routes", "KongUpstream": "upstreams", "KongTarget": "targets",
	} {
		for _, entity := range c.konnect.Entities(c.plane, collection) {
			found[kind] += entity["id"].(string) // of one only, if all is well
		}
	}
	for _, plane := range c.konnect.ControlPlanes() {
		found["KonnectGatewayControlPlane"] += plane["id"].(string)
	}
	return found
}

// takenOver waits until everything in Konnect has our marks.
func (c *operatorsCluster) takenOver() {
	c.t.Helper()
	c.eventually(func() error {
		for _, collection := range []string{"services", "routes", "upstreams", "targets"} {
			for _, entity := range c.konnect.Entities(c.plane, collection) {
				if !hasTag(entity, "managed-by:konnectkit") {
					return fmt.Errorf("%s of %v", collection, entity["tags"])
				}
			}
		}
		return nil
	})
}

func hasTag(entity map[string]any, tag string) bool {
	tags, _ := entity["tags"].([]any)
	for _, t := range tags {
		if t == tag {
			return true
		}
	}
	return false
}

// settled waits for three more looks at the tree, and expects no write to Konnect.
func (c *operatorsCluster) settled() {
	c.t.Helper()
	c.konnect.ResetLog()
	c.eventually(func() error {
		if n := c.konnect.Count("GET", "/targets"); n < 3 {
			return fmt.Errorf("%d looks", n)
		}
		return nil
	})
	assert.Zero(c.t, c.konnect.Writes())
}

// TestMigrationInPlace takes over a cluster of the operator, with --adoption
// from-operator and nothing changed in any object: nothing is deleted or duplicated,
// no object stops being Programmed, and the second look writes nothing. From then on
// the flag is not needed, and deletions go through.
func TestMigrationInPlace(t *testing.T) {
	t.Parallel()
	c := newOperatorsCluster(t)
	c.konnect.ResetLog()
	stop := c.start(provision.Options{Drift: time.Second, Adoption: konnect.AdoptFromOperator})
	c.takenOver()
	assert.Equal(t, len(c.objects), c.konnect.Writes(), "one write for each entity")
	assert.Zero(t, c.konnect.Count("DELETE", ""))
	assert.Zero(t, c.konnect.Count("POST", ""))
	assert.Equal(t, c.ids, c.entities())
	c.programmed(c.objects...)
	for _, obj := range c.objects {
		programmed := meta.FindStatusCondition(obj.GetConditions(), crd.ConditionProgrammed)
		assert.True(t, programmed.LastTransitionTime.Equal(&c.since), "%s was Programmed all the time", crd.KeyOf(obj))
		assert.Equal(t, c.ids[obj.GVK().Kind], obj.GetKonnectStatus().ID)
		assert.Equal(t, []string{crd.Finalizer}, obj.GetFinalizers())
	}
	c.settled()
	stop()

	c.start(provision.Options{Drift: time.Second})
	c.settled()
	for _, obj := range slices.Backward(c.objects) {
		require.NoError(t, c.client.Delete(t.Context(), obj))
	}
	require.NoError(t, c.client.Delete(t.Context(), c.auth))
	for _, obj := range append(c.objects, c.auth) {
		c.gone(obj)
	}
	assert.Empty(t, c.konnect.ControlPlanes())
}

// TestMigrationToAnotherCluster brings the objects without status and under new UIDs,
// as from a backup or a repository: the names in the operator's tags tell what is whose.
func TestMigrationToAnotherCluster(t *testing.T) {
	t.Parallel()
	c := newOperatorsCluster(t)
	for _, obj := range slices.Backward(c.objects) { // the operator is not there to delete entities
		edit(c.world, obj, func(obj crd.Object) { obj.SetFinalizers(nil) })
		require.NoError(t, c.client.Delete(t.Context(), obj))
		c.gone(obj)
	}
	c.objects = c.migrated()
	for _, obj := range c.objects {
		c.create(obj)
	}
	c.konnect.ResetLog()
	c.start(provision.Options{Drift: time.Second, Adoption: konnect.AdoptFromOperator})
	c.programmed(c.objects...)
	assert.Zero(t, c.konnect.Count("DELETE", ""))
	assert.Equal(t, c.ids, c.entities())
	c.settled()
}

// TestMigrationNeedsTheFlag: without it nothing is taken over, and the condition says
// what keeps the object from being Programmed. An annotation asks for no more than
// the flag allows.
func TestMigrationNeedsTheFlag(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct {
		flag       konnect.AdoptionPolicy
		annotation string
		message    string
	}{
		"no flag":                   {"", "", "is looked after by kong-operator"},
		"a narrower one":            {konnect.AdoptUnowned, "", "is looked after by kong-operator"},
		"annotation beyond it":      {"", "from-operator", "is wider than this program allows"},
		"annotation that says less": {konnect.AdoptFromOperator, "never", "is looked after by kong-operator"},
		"annotation without sense":  {konnect.AdoptFromOperator, "always", "is no policy"},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			c := newOperatorsCluster(t)
			if tt.annotation != "" {
				edit(c.world, c.objects[0], func(obj crd.Object) {
					obj.SetAnnotations(map[string]string{crd.AdoptionPolicyAnnotation: tt.annotation})
				})
			}
			c.konnect.ResetLog()
			c.start(provision.Options{Adoption: tt.flag})
			condition := c.condition(c.objects[0], crd.ConditionProgrammed, metav1.ConditionFalse, "")
			assert.Contains(t, condition.Message, tt.message)
			assert.Zero(t, c.konnect.Writes())
			assert.Equal(t, c.ids, c.entities())
		})
	}
}
