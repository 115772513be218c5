package fromentity_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/internal/fromentity"
)

func object(t testing.TB, text string) map[string]any {
	t.Helper()
	if text == "" {
		return nil
	}
	var decoded map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &decoded))
	return decoded
}

// drafted is what a draft makes of an entity when it is named x in control plane cp, and
// each target of a reference has become an object named after its ID or name.
func drafted(t testing.TB, d *fromentity.Draft) string {
	t.Helper()
	d.Name("", "x")
	d.ControlPlane("", "cp")
	for _, r := range d.References {
		var names []string
		for _, target := range r.Targets {
			names = append(names, "of-"+target.ID+target.Name)
		}
		d.Refer(r.Field, names...)
	}
	obj, err := d.Object()
	require.NoError(t, err)
	text, err := json.Marshal(obj)
	require.NoError(t, err)
	fields := object(t, string(text))
	assert.Equal(t, obj.GVK().Kind, fields["kind"])
	delete(fields, "kind")
	delete(fields, "apiVersion")
	delete(fields, "status")
	metadata, _ := fields["metadata"].(map[string]any)
	assert.Equal(t, "x", metadata["name"])
	delete(metadata, "name")
	delete(metadata, "creationTimestamp")
	if len(metadata) == 0 {
		delete(fields, "metadata")
	}
	text, err = json.Marshal(fields)
	require.NoError(t, err)
	return string(text)
}

// at is the reference to control plane cp.
const at = `"controlPlaneRef":{"type":"konnectNamespacedRef","konnectNamespacedRef":{"name":"cp"}}`

func TestDraft(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason, collection, entity, defaults, want string
		lost                                       []string
	}{
		{
			reason: "a control plane: what is in its config was in the request", collection: "",
			entity: `{"id":"1","name":"a","labels":{"k":"v"},"config":{"cluster_type":"CLUSTER_TYPE_CONTROL_PLANE","control_plane_endpoint":"https://x"}}`,
			want:   `{"spec":{"createControlPlaneRequest":{"name":"a","labels":{"k":"v"},"cluster_type":"CLUSTER_TYPE_CONTROL_PLANE"}}}`,
		},
		{
			reason: "a service, but for defaults", collection: "services",
			entity:   `{"id":"1","name":"A","host":"b","port":80,"path":null,"retries":3,"tags":["t"],"created_at":1,"updated_at":2}`,
			defaults: `{"port":80,"retries":5}`,
			want:     `{"spec":{` + at + `,"name":"A","host":"b","retries":3,"tags":["t"]}}`,
		},
		{
			reason: "all of a service, and certificates", collection: "services",
			entity: `{"host":"b","port":80.0,"client_certificate":{"id":"c"},"ca_certificates":["d","e"],"tls_sans":{"dnsnames":["x"]},"extra":1}`,
			want:   `{"spec":{` + at + `,"host":"b","port":80,"clientCertificateRef":{"name":"of-c"},"caCertificateRefs":[{"name":"of-d"},{"name":"of-e"}]}}`,
			lost:   []string{"extra: KongService has no field for it", "tls_sans: KongService has no field for it; konnect keeps it while the entity is managed"},
		},
		{
			reason: "a route of a service", collection: "routes",
			entity: `{"name":"r","service":{"id":"s"},"paths":["/a"],"hosts":[],"headers":{"h":["1"]},"sources":[{"ip":"10.0.0.0/8","port":1,"x":2}],"expression":null}`,
			want: `{"spec":{` + at + `,"serviceRef":{"type":"namespacedRef","namespacedRef":{"name":"of-s"}},"name":"r","paths":["/a"],"headers":{"h":["1"]},` +
				`"sources":[{"ip":"10.0.0.0/8","port":1}]}}`,
			lost: []string{"sources[0].x: KongRoute has no field for it"},
		},
		{
			reason: "defaults within an object", collection: "upstreams",
			entity:   `{"name":"u","algorithm":"round-robin","healthchecks":{"threshold":0,"active":{"type":"http","timeout":2.5,"healthy":{"interval":0}}}}`,
			defaults: `{"algorithm":"round-robin","healthchecks":{"threshold":0,"active":{"type":"http","timeout":1,"healthy":{"interval":0}}}}`,
			want:     `{"spec":{` + at + `,"name":"u","healthchecks":{"active":{"timeout":2.5}}}}`,
		},
		{
			reason: "a default that others depend on", collection: "upstreams",
			entity:   `{"name":"u","algorithm":"round-robin","hash_on":"cookie","hash_on_cookie":"c","hash_on_cookie_path":"/"}`,
			defaults: `{"algorithm":"round-robin","hash_on":"none","hash_on_cookie_path":"/"}`,
			want:     `{"spec":{` + at + `,"name":"u","algorithm":"round-robin","hash_on":"cookie","hash_on_cookie":"c","hash_on_cookie_path":"/"}}`,
		},
		{
			reason: "a target, which finds its control plane by its upstream", collection: "targets",
			entity: `{"target":"a:1","weight":0,"upstream":{"id":"u"},"failover":true}`,
			want:   `{"spec":{"upstreamRef":{"name":"of-u"},"target":"a:1","weight":0}}`,
			lost:   []string{"failover: KongTarget has no field for it; konnect keeps it while the entity is managed"},
		},
		{
			reason: "a consumer, whose names are beside its spec", collection: "consumers",
			entity: `{"username":"alice","custom_id":"","tags":["t"],"groups":[{"name":"gold"},{"id":"g"}]}`, defaults: `{"custom_id":""}`,
			want: `{"username":"alice","consumerGroups":["of-gold","of-g"],"spec":{` + at + `,"tags":["t"]}}`,
		},
		{reason: "a group", collection: "consumer_groups", entity: `{"name":"gold"}`, want: `{"spec":{` + at + `,"name":"gold"}}`},
		{
			reason: "a key", collection: "key-auths", entity: `{"key":"k","ttl":60,"consumer":{"id":"c"}}`,
			want: `{"spec":{"consumerRef":{"name":"of-c"},"key":"k"}}`,
			lost: []string{"ttl: KongCredentialAPIKey has no field for it; konnect keeps it while the entity is managed"},
		},
		{
			reason: "a password", collection: "basic-auths", entity: `{"username":"u","password":"p","consumer":{"username":"c"}}`,
			want: `{"spec":{"consumerRef":{"name":"of-c"},"username":"u","password":"p"}}`,
		},
		{reason: "a group of access", collection: "acls", entity: `{"group":"g","consumer":"c"}`, want: `{"spec":{"consumerRef":{"name":"of-c"},"group":"g"}}`},
		{
			reason: "a token, without the ID that would be its own", collection: "jwts", defaults: `{"algorithm":"HS256"}`,
			entity: `{"id":"1","key":"k","secret":"s","algorithm":"HS256","consumer":{"id":"c"}}`,
			want:   `{"spec":{"consumerRef":{"name":"of-c"},"key":"k","secret":"s"}}`,
		},
		{
			reason: "a signature", collection: "hmac-auths", entity: `{"username":"u","secret":"s","consumer":{"id":"c"}}`,
			want: `{"spec":{"consumerRef":{"name":"of-c"},"username":"u","secret":"s"}}`,
		},
		{
			reason: "a certificate, without what is computed", collection: "certificates",
			entity: `{"cert":"c","key":"k","cert_alt":"a","key_alt":"b","snis":["x"],"metadata":{"issuer":"y"},"description":"d"}`,
			want:   `{"spec":{` + at + `,"cert":"c","key":"k","cert_alt":"a","key_alt":"b"}}`,
			lost:   []string{"description: KongCertificate has no field for it; konnect keeps it while the entity is managed"},
		},
		{reason: "an authority", collection: "ca_certificates", entity: `{"cert":"c","cert_digest":"d"}`, want: `{"spec":{` + at + `,"cert":"c"}}`},
		{
			reason: "a server name", collection: "snis", entity: `{"name":"a.example.com","certificate":{"id":"c"}}`,
			want: `{"spec":{"certificateRef":{"name":"of-c"},"name":"a.example.com"}}`,
		},
		{
			reason: "a key of a set", collection: "keys", entity: `{"kid":"1","name":"k","pem":{"public_key":"p","private_key":"q"},"set":{"id":"s"},"x5t":"z"}`,
			want: `{"spec":{` + at + `,"keySetRef":{"type":"namespacedRef","namespacedRef":{"name":"of-s"}},"kid":"1","name":"k","pem":{"public_key":"p","private_key":"q"}}}`,
			lost: []string{"x5t: KongKey has no field for it; konnect keeps it while the entity is managed"},
		},
		{reason: "a set of keys", collection: "key-sets", entity: `{"name":"s"}`, want: `{"spec":{` + at + `,"name":"s"}}`},
		{
			reason: "a vault, with whatever it is configured by", collection: "vaults", entity: `{"name":"env","prefix":"e","config":{"prefix":"A_","x":null,"ttl":1e2}}`,
			want: `{"spec":{` + at + `,"backend":"env","prefix":"e","config":{"prefix":"A_","ttl":100,"x":null}}}`,
		},
		{reason: "a pinned certificate", collection: "dp-client-certificates", entity: `{"cert":"c","title":"t"}`, want: `{"spec":{` + at + `,"cert":"c"}}`, lost: []string{"title: KongDataPlaneClientCertificate has no field for it"}},
		{
			reason: "the scope of a plugin", collection: "plugins",
			entity: `{"name":"cors","config":{"a":1},"enabled":true,"service":{"id":"s"},"route":{"id":"r"},"consumer":{"id":"c"},"consumer_group":{"id":"g"},"tags":["a","b"],"partials":[{"id":"p"}]}`,
			want: `{"metadata":{"annotations":{"konghq.com/tags":"a,b"}},"spec":{` + at + `,"pluginRef":{"name":""},"targets":{"consumerGroupRef":{"name":"of-g"},"consumerRef":{"name":"of-c"},` +
				`"routeRef":{"group":"configuration.konghq.com","kind":"KongRoute","name":"of-r"},"serviceRef":{"group":"configuration.konghq.com","kind":"KongService","name":"of-s"}}}}`,
			lost: []string{"partials: KongPluginBinding has no field for it; konnect keeps it while the entity is managed"},
		},
		{
			reason: "a plugin without a scope acts on everything", collection: "plugins", entity: `{"name":"cors","service":null}`,
			want: `{"spec":{` + at + `,"pluginRef":{"name":""},"scope":"GlobalInControlPlane"}}`,
		},
	}
	table := fromentity.NewTable()
	for _, c := range cases {
		t.Run(c.collection+"/"+c.reason, func(t *testing.T) {
			t.Parallel()
			entity := object(t, c.entity)
			d, err := table.Draft(c.collection, entity, object(t, c.defaults))
			require.NoError(t, err)
			assert.JSONEq(t, c.want, drafted(t, d))
			assert.Equal(t, object(t, c.entity), entity, "it is not changed")
			var lost []string
			for _, l := range d.Lost {
				lost = append(lost, l.Path+": "+l.Reason)
			}
			assert.Equal(t, c.lost, lost)
		})
	}
}

func TestDraftOfPlugin(t *testing.T) {
	t.Parallel()
	for reason, c := range map[string]struct{ entity, defaults, want string }{
		"everything": {
			entity: `{"name":"cors","instance_name":"i","enabled":false,"config":{"a":null,"b":12345678901},"protocols":["http"],"ordering":{"before":{"access":["x"]},"after":null}}`,
			want:   `{"plugin":"cors","instance_name":"i","disabled":true,"config":{"a":null,"b":12345678901},"protocols":["http"],"ordering":{"before":{"access":["x"]}}}`,
		},
		"least": {entity: `{"name":"cors","enabled":true,"ordering":{}}`, want: `{"plugin":"cors"}`},
		"defaults": {
			entity: `{"name":"cors","protocols":["http","https"],"config":{"a":1,"b":{"c":2}}}`, defaults: `{"protocols":["http","https"],"config":{"a":1}}`,
			want: `{"plugin":"cors","config":{"b":{"c":2}}}`,
		},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			d, err := fromentity.NewTable().Draft("plugins", object(t, c.entity), object(t, c.defaults))
			require.NoError(t, err)
			d.Refer("plugin", "p")
			assert.Contains(t, drafted(t, d), `"pluginRef":{"kind":"KongPlugin","name":"p"}`)
			d.Plugin.Name("ns", "x")
			obj, err := d.Plugin.Object()
			require.NoError(t, err)
			assert.Equal(t, "ns", obj.GetNamespace())
			obj.SetNamespace("")
			assert.JSONEq(t, c.want, plain(t, obj))
		})
	}
}

func plain(t testing.TB, obj any) string {
	t.Helper()
	text, err := json.Marshal(obj)
	require.NoError(t, err)
	fields := object(t, string(text))
	for _, name := range []string{"kind", "apiVersion", "metadata", "status"} {
		delete(fields, name)
	}
	text, err = json.Marshal(fields)
	require.NoError(t, err)
	return string(text)
}

func TestDraftAdopts(t *testing.T) {
	t.Parallel()
	d, err := fromentity.NewTable().Draft("vaults", object(t, `{"id":"1","name":"env","prefix":"e"}`), nil)
	require.NoError(t, err)
	d.Name("ns", "x")
	d.ControlPlane("other", "cp")
	d.Adopt("match")
	obj, err := d.Object()
	require.NoError(t, err)
	assert.Empty(t, obj.GetNamespace(), "a vault belongs to none")
	assert.JSONEq(t, `{"spec":{"controlPlaneRef":{"type":"konnectNamespacedRef","konnectNamespacedRef":{"name":"cp","namespace":"other"}},`+
		`"adopt":{"from":"konnect","mode":"match","konnect":{"id":"1"}},"backend":"env","prefix":"e"}}`, plain(t, obj))
}

func TestDraftRefuses(t *testing.T) {
	t.Parallel()
	table := fromentity.NewTable()
	for _, collection := range []string{"partials", "mtls-auths", "KongPlugin"} {
		_, err := table.Draft(collection, nil, nil)
		require.ErrorIs(t, err, fromentity.ErrUnknown)
		assert.EqualError(t, err, collection+": there is no kind for it")
	}
	_, err := table.Draft("routes", map[string]any{"expression": "true"}, nil)
	foreign := &fromentity.ForeignError{}
	require.ErrorAs(t, err, &foreign)
	assert.Equal(t, fromentity.ForeignError{Kind: "KongRoute", Field: "expression", Reason: "is an expression route, which KongRoute cannot express"}, *foreign)
	for entity, want := range map[string]string{
		`{"host":5}`:               "KongService: spec.host must be of type string",
		`{"host":"a","port":80.5}`: "KongService: spec.port must be of type int64",
		`{"host":"a","tags":"t"}`:  "KongService: spec.tags must be of type v1alpha1.Tags",
	} {
		d, err := table.Draft("services", object(t, entity), nil)
		require.NoError(t, err)
		_, err = d.Object()
		require.EqualError(t, err, want)
	}
}

// Every kind whose objects have entities is drafted.
func TestEveryKindIsDrafted(t *testing.T) {
	t.Parallel()
	known, err := scheme.Kinds()
	require.NoError(t, err)
	without := []string{"Secret", "KonnectAPIAuthConfiguration", "KongReferenceGrant", "KongClusterPlugin"}
	table := fromentity.NewTable()
	drafted := map[string]bool{}
	for _, collection := range fromentity.CollectionsForTest(table) {
		d, err := table.Draft(collection, map[string]any{}, nil)
		require.NoError(t, err)
		for d := range slices.Values([]*fromentity.Draft{d, d.Plugin}) {
			if d != nil {
				obj, err := d.Object()
				require.NoError(t, err)
				drafted[obj.GVK().Kind] = true
			}
		}
	}
	for _, kind := range known {
		if !slices.Contains(without, kind.Kind) {
			assert.True(t, drafted[kind.Kind], "no entity becomes a %s", kind.Kind)
		}
	}
}
