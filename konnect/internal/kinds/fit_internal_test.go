package kinds

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Kinds that this module does not have yet, in the shapes that no kind of today has. They
// show that Kind can say what Konnect's further kinds need.

// thing is an object of any of them: what its fields say, by JSON field.
type thing struct {
	configurationv1alpha1.KongService
	values map[string]string
}

func (*thing) GVK() schema.GroupVersionKind { return schema.GroupVersionKind{Kind: "Thing"} }

func (t *thing) value(field string, _ func(string) crd.Object) string { return t.values[field] }

// odd completes a kind of things, which have a name of their own here.
func odd(name string, k Kind, own typed[*thing]) *Kind {
	own.payload = func(t *thing, in Inputs) (any, error) {
		body := map[string]any{}
		for field, value := range t.values {
			body[field] = value
		}
		if len(in.Tags) > 0 {
			body["tags"] = in.Tags
		}
		return body, nil
	}
	if own.value == nil {
		own.value = (*thing).value
	}
	made := of(k, own)
	made.GroupKind = schema.GroupKind{Kind: name}
	return made
}

func oddConsumer() *Kind {
	return odd("Consumer", Kind{
		Collection: "consumers",
		Identity:   Identity{Name: "username", Unique: [][]string{{"username"}, {"custom_id"}}, Field: "username", Parks: "username", ByName: true},
		Group:      consumerMemberships(),
	}, typed[*thing]{name: func(t *thing) string { return t.values["username"] }})
}

func oddCredential(name, flat, nested string, identity Identity) *Kind {
	return odd(name, Kind{
		Collection: flat, NestedCollection: nested, Identity: identity,
		References: []Reference{{Field: "spec.consumerRef", JSON: "consumer", To: "consumers", OnDelete: Cascade, Nests: true}},
	}, typed[*thing]{name: func(t *thing) string {
		if identity.Secret {
			return ""
		}
		return t.values[identity.Name]
	}})
}

func oddBasicAuth() *Kind {
	return oddCredential("BasicAuth", "basic-auths", "basic-auth",
		Identity{Name: "username", Unique: [][]string{{"username"}}, Field: "spec.username", Parks: "username"})
}

func oddKeyAuth() *Kind {
	return oddCredential("KeyAuth", "key-auths", "key-auth", Identity{Unique: [][]string{{"key"}}, Field: "spec.key", Secret: true})
}

func oddCertificate() *Kind {
	return odd("Certificate", Kind{
		Collection: "certificates", Carried: []string{"description"},
		References: []Reference{{Field: "spec.secretRef"}},
	}, typed[*thing]{})
}

func oddSNI() *Kind {
	return odd("SNI", Kind{
		Collection: "snis",
		References: []Reference{{Field: "spec.certificateRef", JSON: "certificate", To: "certificates", OnDelete: Cascade}},
		Identity:   Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.name", Parks: "name", ByName: true},
		Answers:    Answers{Normalize: func(_, value string) string { return strings.ToLower(value) }},
	}, typed[*thing]{name: func(t *thing) string { return strings.ToLower(t.values["name"]) }})
}

func oddVault() *Kind {
	return odd("Vault", Kind{
		Collection: "vaults",
		Identity:   Identity{Name: "prefix", Unique: [][]string{{"prefix"}}, Field: "spec.prefix", ByName: true},
	}, typed[*thing]{name: func(t *thing) string { return t.values["prefix"] }})
}

func oddPluginBinding() *Kind {
	scope := func(field, json, to string) Reference {
		return Reference{Field: "spec.targets." + field, JSON: json, To: to, OnDelete: Cascade}
	}
	return odd("PluginBinding", Kind{
		Collection: "plugins", Carried: []string{"condition", "partials"},
		References: []Reference{
			{Field: "spec.pluginRef"},
			scope("serviceRef", "service", "services"), scope("routeRef", "route", "routes"),
			scope("consumerRef", "consumer", "consumers"), scope("consumerGroupRef", "consumer_group", "consumer_groups"),
		},
		Identity: Identity{
			Name: "instance_name", Field: "spec.instance_name", Parks: "instance_name",
			Unique: [][]string{{"name", "service", "route", "consumer", "consumer_group"}, {"instance_name"}},
		},
	}, typed[*thing]{
		name: func(t *thing) string { return t.values["instance_name"] },
		value: func(_ *thing, _ string, target func(string) crd.Object) string {
			plugin, _ := target("spec.pluginRef").(*thing)
			return plugin.values["plugin"]
		},
	})
}

func oddDataPlaneCertificate() *Kind {
	return odd("DataPlaneCertificate", Kind{
		Collection: "dp-client-certificates", MarksIn: "title", InGroups: true,
		Identity:  Identity{Unique: [][]string{{"cert"}}, Field: "spec.cert"},
		Writes:    Writes{ServerID: true},
		Immutable: []string{"cert"},
		Answers: Answers{
			BesideCore: true, Wrapper: "item", Items: "items",
			Normalize: func(_, text string) string {
				block, _ := pem.Decode([]byte(text))
				if block == nil {
					return text
				}
				digest := sha256.Sum256(block.Bytes)
				return hex.EncodeToString(digest[:])
			},
		},
	}, typed[*thing]{})
}

func oddTable() *Table {
	return TableOf(service(), route(), oddConsumer(), oddBasicAuth(), oddKeyAuth(), oddCertificate(), oddSNI(), oddVault(),
		oddPluginBinding(), oddDataPlaneCertificate())
}

func oddKind(t *testing.T, name string) *Kind {
	t.Helper()
	k := oddTable().By(schema.GroupKind{Kind: name})
	require.NotNil(t, k, name)
	return k
}

func TestPathsOfAllShapes(t *testing.T) {
	t.Parallel()
	const cp, core = "/v2/control-planes/cp", "/v2/control-planes/cp/core-entities"
	cases := []struct{ reason, kind, list, nested, entity string }{
		{"flat", "SNI", core + "/snis", core + "/snis", core + "/snis/%2A.a"},
		{
			"nested under another name than its list", "BasicAuth",
			core + "/basic-auths", core + "/consumers/p/basic-auth", core + "/consumers/p/basic-auth/%2A.a",
		},
		{"several parents and none of them in the path", "PluginBinding", core + "/plugins", core + "/plugins", core + "/plugins/%2A.a"},
		{
			"beside the core entities", "DataPlaneCertificate",
			cp + "/dp-client-certificates", cp + "/dp-client-certificates", cp + "/dp-client-certificates/%2A.a",
		},
		{"of the cluster", "Vault", core + "/vaults", core + "/vaults", core + "/vaults/%2A.a"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			k, at := oddKind(t, c.kind), At{ControlPlane: "cp", Parent: "p"}
			assert.Equal(t, c.list, k.Path(at))
			assert.Equal(t, c.nested, k.NestedPath(at))
			assert.Equal(t, c.entity, k.EntityPath(at, "*.a"))
		})
	}
}

// written is the same certificate in two ways of writing.
func written(end string) string {
	return "-----BEGIN CERTIFICATE-----" + end + "AAEC" + end + "-----END CERTIFICATE-----" + end
}

func TestNaturalKeysOfAllShapes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason, kind string
		values       map[string]string
		ids          map[string]string
		raw          string // the entity of the same keys
		name         string
		none         []bool // which keys it has not
	}{
		{"one of two", "Consumer", map[string]string{"username": "alice"}, nil, `{"id":"1","username":"alice"}`, "alice", []bool{false, true}},
		{"the other", "Consumer", map[string]string{"custom_id": "7"}, nil, `{"id":"1","custom_id":"7"}`, "", []bool{true, false}},
		{"both", "Consumer", map[string]string{"username": "a", "custom_id": "7"}, nil, `{"id":"1","username":"a","custom_id":"7"}`, "a", []bool{false, false}},
		{
			"not per parent", "BasicAuth", map[string]string{"username": "a"}, map[string]string{"spec.consumerRef": "c"},
			`{"id":"1","username":"a","consumer":{"id":"c2"}}`, "a", []bool{false},
		},
		{"a secret", "KeyAuth", map[string]string{"key": "secret-example"}, nil, `{"id":"1","key":"secret-example","consumer":{"id":"c"}}`, "", []bool{false}},
		{"no secret", "KeyAuth", nil, nil, `{"id":"1"}`, "", []bool{true}},
		{"compared in lower case", "SNI", map[string]string{"name": "A.example"}, nil, `{"id":"1","name":"a.Example"}`, "a.example", []bool{false}},
		{
			"a plugin of nothing but its control plane", "PluginBinding", nil, nil, `{"id":"1","name":"cors","service":null}`, "", []bool{false, true},
		},
		{
			"a plugin in a scope of two", "PluginBinding", map[string]string{"instance_name": "x"},
			map[string]string{"spec.targets.serviceRef": "s", "spec.targets.consumerGroupRef": "g"},
			`{"id":"1","consumer_group":{"id":"g"},"name":"cors","instance_name":"x","service":{"id":"s"}}`, "x", []bool{false, false},
		},
		{
			"a certificate by its bytes", "DataPlaneCertificate", map[string]string{"cert": written("\n")}, nil,
			canon.Text(canon.Object{"item": canon.Object{"id": "1", "cert": written("\r\n")}}), "", []bool{false},
		},
		{"none at all", "Certificate", nil, nil, `{"id":"1","name":"x"}`, "", nil},
	}
	for _, c := range cases {
		t.Run(c.kind+"/"+c.reason, func(t *testing.T) {
			t.Parallel()
			k, obj := oddKind(t, c.kind), &thing{values: c.values}
			wanted := k.Keys(obj, func(field string) (string, crd.Object) {
				if field == "spec.pluginRef" {
					return "", &thing{values: map[string]string{"plugin": "cors"}}
				}
				return c.ids[field], nil
			})
			e, err := wire.Decode(json.RawMessage(c.raw), k.Shape())
			require.NoError(t, err)
			assert.Equal(t, wanted, e.Keys)
			assert.Equal(t, c.name, e.Name)
			assert.Equal(t, c.name, k.Name(obj))
			require.Len(t, wanted, len(c.none))
			for i, none := range c.none {
				assert.Equal(t, none, wanted[i] == "", "key %d", i)
				assert.NotContains(t, wanted[i], "secret-example")
			}
		})
	}
}

func TestPluginsInOtherScopesHaveOtherKeys(t *testing.T) {
	t.Parallel()
	shape, seen := oddKind(t, "PluginBinding").Shape(), map[string]string{}
	for _, raw := range []string{
		`{"id":"1","name":"cors"}`, `{"id":"1","name":"acl"}`, `{"id":"1","name":"cors","service":{"id":"a"}}`, `{"id":"1","name":"cors","route":{"id":"a"}}`,
		`{"id":"1","name":"cors","service":{"id":"a"},"route":{"id":"a"}}`, `{"id":"1","name":"cors","consumer":{"id":"a"}}`,
	} {
		e, err := wire.Decode(json.RawMessage(raw), shape)
		require.NoError(t, err)
		assert.NotContains(t, seen, e.Keys[0], raw)
		seen[e.Keys[0]] = raw
	}
}

func TestReferencesOfAllShapes(t *testing.T) {
	t.Parallel()
	table := oddTable()
	for of, want := range map[string][]string{
		"Consumer": {"BasicAuth", "KeyAuth", "PluginBinding"}, "Certificate": {"KongService", "SNI"}, "SNI": nil, "Vault": nil,
	} {
		var below []string
		for _, k := range table.Below(oddKind(t, of)) {
			below = append(below, k.GroupKind.Kind)
		}
		assert.Equal(t, want, below, of)
	}
	for nested, want := range map[string]string{"BasicAuth": "Consumer", "KeyAuth": "Consumer", "SNI": "", "PluginBinding": ""} {
		holder := table.HolderOf(oddKind(t, nested))
		if want == "" {
			assert.Nil(t, holder, nested)
			continue
		}
		assert.Equal(t, want, holder.GroupKind.Kind, nested)
	}
}

func TestBodiesOfAllShapes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason, kind string
		values       map[string]string
		in           Inputs
		want         string
	}{
		{"a reference", "SNI", map[string]string{"name": "a"}, Inputs{IDs: map[string]string{"spec.certificateRef": "c"}}, `{"name":"a","certificate":{"id":"c"}}`},
		{
			"several, and none for an object without an entity", "PluginBinding", map[string]string{"name": "cors"},
			Inputs{IDs: map[string]string{"spec.pluginRef": "x", "spec.targets.routeRef": "r", "spec.targets.consumerRef": "c"}},
			`{"name":"cors","route":{"id":"r"},"consumer":{"id":"c"}}`,
		},
		{
			"what the CRD does not know is carried", "PluginBinding", map[string]string{"name": "cors"},
			Inputs{Observed: canon.Object{"condition": "true", "partials": nil, "enabled": false}}, `{"name":"cors","condition":"true"}`,
		},
		{"no tags", "DataPlaneCertificate", map[string]string{"cert": "x"}, Inputs{}, `{"cert":"x"}`},
	}
	for _, c := range cases {
		t.Run(c.kind+"/"+c.reason, func(t *testing.T) {
			t.Parallel()
			d, err := oddKind(t, c.kind).Desire(&thing{values: c.values}, c.in)
			require.NoError(t, err)
			assert.JSONEq(t, c.want, string(d.Body()))
		})
	}
}

func TestGroupsOfControlPlanesHoldSomeKinds(t *testing.T) {
	t.Parallel()
	for kind, held := range map[string]bool{"SNI": false, "DataPlaneCertificate": true} {
		assert.Equal(t, held, oddKind(t, kind).HoldsEntities("CLUSTER_TYPE_CONTROL_PLANE_GROUP") == "", kind)
		assert.Empty(t, oddKind(t, kind).HoldsEntities("CLUSTER_TYPE_CONTROL_PLANE"), kind)
		assert.NotEmpty(t, oddKind(t, kind).HoldsEntities("CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"), kind)
	}
}

func TestRelations(t *testing.T) {
	t.Parallel()
	const groups = "/v2/control-planes/cp/core-entities/consumers/c/consumer_groups"
	const members = "/v2/control-planes/cp/group-memberships"
	cases := []struct {
		reason      string
		relation    *Relation
		members     []string
		list, page  string
		add, remove Call
	}{
		{
			"a consumer's groups, one by one", consumerMemberships(), []string{"g"}, groups + "?size=1000", `{"data":[{"id":"g"}]}`,
			Call{http.MethodPost, groups, []byte(`{"group":"g"}`)}, Call{Method: http.MethodDelete, Path: groups + "/g"},
		},
		{
			"control planes of a group", controlPlane().Group, []string{"g", "h"}, members + "?page%5Bsize%5D=100", `{"data":[{"id":"g"},{"id":"h"}]}`,
			Call{http.MethodPost, members + "/add", []byte(`{"members":[{"id":"g"},{"id":"h"}]}`)},
			Call{http.MethodPost, members + "/remove", []byte(`{"members":[{"id":"g"},{"id":"h"}]}`)},
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			at := At{ControlPlane: "cp", Parent: "c"}
			listed, err := c.relation.List(t.Context(), func(_ context.Context, path string, query url.Values) ([]byte, error) {
				assert.Equal(t, c.list, path+"?"+query.Encode())
				return []byte(c.page), nil
			}, at, wire.Shape{})
			require.NoError(t, err)
			var ids []string
			for _, e := range listed {
				ids = append(ids, e.ID)
			}
			assert.Equal(t, c.members, ids)
			assert.LessOrEqual(t, len(c.members), c.relation.Batch)
			assert.Equal(t, c.add, c.relation.Add(at, c.members))
			assert.Equal(t, c.remove, c.relation.Remove(at, c.members))
		})
	}
}
