package fromentity

import (
	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	configurationv1beta1 "github.com/konnectkit/konnectkit/crd/configuration/v1beta1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// row says how the entities of a collection become objects of a kind.
type row struct {
	collection string
	object     func() crd.Object
	// within is the path in the object below which fields are found under their own name;
	// empty for the object itself.
	within string
	// at are the fields that have a path of their own.
	at map[string]string
	// references are the fields that lead to other entities.
	references map[string]place
	// elsewhere are fields that say nothing of their own: what they show is computed, or is
	// in other entities.
	elsewhere []string
	// foreign are fields that only entities have which the kind cannot express, and why.
	foreign map[string]string
	// lost is why the object has no place for a field, where there is more to say.
	lost map[string]string
	// keeps reports whether a field is kept though its value is the default; nil for never.
	keeps func(entity map[string]any, field string) bool
	// shape changes a copy of the entity to what the fields expect; nil for nothing.
	shape func(entity map[string]any)
	// bound is the row of what the entity is beside its scope; empty for none.
	bound string
	// nested is true for kinds that name no control plane.
	nested bool
}

// place is where an object names another one.
type place struct {
	to string
	// path of the name, or of the list.
	path string
	form form
	// with are other fields that go with it.
	with map[string]string
}

type form int

const (
	oneName form = iota
	listOfNames
	listOfRefs
)

// stays is said of fields that every write carries over as Konnect has them.
const stays = "has no field for it; konnect keeps it while the entity is managed"

func kindOf[O any, P interface {
	*O
	crd.Object
}]() func() crd.Object {
	return func() crd.Object { return P(new(O)) }
}

// rows returns all of them. To add a kind is to add a row.
func rows() []row {
	return append([]row{
		{
			object: kindOf[konnectv1alpha2.KonnectGatewayControlPlane](),
			within: "spec.createControlPlaneRequest", elsewhere: []string{"config"}, shape: liftConfig, nested: true,
		},
		{
			collection: "services", object: kindOf[configurationv1alpha1.KongService](), within: "spec",
			references: map[string]place{
				"client_certificate": {to: "certificates", path: "spec.clientCertificateRef.name"},
				"ca_certificates":    {to: "ca_certificates", path: "spec.caCertificateRefs", form: listOfRefs},
			},
			lost: map[string]string{"tls_sans": stays},
		},
		{
			collection: "routes", object: kindOf[configurationv1alpha1.KongRoute](), within: "spec",
			references: map[string]place{"service": {
				to: "services", path: "spec.serviceRef.namespacedRef.name",
				with: map[string]string{"spec.serviceRef.type": configurationv1alpha1.ServiceRefNamespacedRef},
			}},
			foreign: map[string]string{"expression": "is an expression route, which KongRoute cannot express"},
		},
		{
			collection: "upstreams", object: kindOf[configurationv1alpha1.KongUpstream](), within: "spec",
			references: map[string]place{"client_certificate": {to: "certificates", path: "spec.clientCertificateRef.name"}},
			keeps:      keepsOfUpstream,
		},
		{
			collection: "targets", object: kindOf[configurationv1alpha1.KongTarget](), within: "spec", nested: true,
			references: map[string]place{"upstream": {to: "upstreams", path: "spec.upstreamRef.name"}},
			lost:       map[string]string{"failover": stays},
		},
		{
			collection: "consumers", object: kindOf[configurationv1.KongConsumer](), at: map[string]string{"tags": "spec.tags"},
			references: map[string]place{"groups": {to: "consumer_groups", path: "consumerGroups", form: listOfNames}},
		},
		{collection: "consumer_groups", object: kindOf[configurationv1beta1.KongConsumerGroup](), within: "spec"},
		{collection: "vaults", object: kindOf[configurationv1alpha1.KongVault](), within: "spec", at: map[string]string{"name": "spec.backend"}},
	}, append(credentialRows(), append(certificateRows(), pluginRows()...)...)...)
}

func credentialRows() []row {
	of := func(collection string, object func() crd.Object, lost map[string]string) row {
		return row{
			collection: collection, object: object, within: "spec", nested: true, lost: lost,
			references: map[string]place{"consumer": {to: "consumers", path: "spec.consumerRef.name"}},
		}
	}
	return []row{
		of("key-auths", kindOf[configurationv1alpha1.KongCredentialAPIKey](), map[string]string{"ttl": stays}),
		of("basic-auths", kindOf[configurationv1alpha1.KongCredentialBasicAuth](), nil),
		of("acls", kindOf[configurationv1alpha1.KongCredentialACL](), nil),
		of("jwts", kindOf[configurationv1alpha1.KongCredentialJWT](), nil),
		of("hmac-auths", kindOf[configurationv1alpha1.KongCredentialHMAC](), nil),
	}
}

func certificateRows() []row {
	return []row{
		{
			collection: "certificates", object: kindOf[configurationv1alpha1.KongCertificate](), within: "spec",
			elsewhere: []string{"snis", "metadata", "managed_by"}, lost: map[string]string{"description": stays},
		},
		{
			collection: "ca_certificates", object: kindOf[configurationv1alpha1.KongCACertificate](), within: "spec",
			elsewhere: []string{"cert_digest", "metadata", "managed_by"},
		},
		{
			collection: "snis", object: kindOf[configurationv1alpha1.KongSNI](), within: "spec", nested: true,
			references: map[string]place{"certificate": {to: "certificates", path: "spec.certificateRef.name"}},
		},
		{
			collection: "keys", object: kindOf[configurationv1alpha1.KongKey](), within: "spec",
			references: map[string]place{"set": {
				to: "key-sets", path: "spec.keySetRef.namespacedRef.name",
				with: map[string]string{"spec.keySetRef.type": configurationv1alpha1.KeySetRefNamespacedRef},
			}},
			lost: map[string]string{"x5t": stays},
		},
		{collection: "key-sets", object: kindOf[configurationv1alpha1.KongKeySet](), within: "spec"},
		{
			collection: "dp-client-certificates", object: kindOf[configurationv1alpha1.KongDataPlaneClientCertificate](), within: "spec",
			elsewhere: []string{"metadata"},
		},
	}
}

func (r *row) kind() string { return r.object().GVK().Kind }

// path is where a field is in the object.
func (r *row) path(field string) string {
	switch {
	case r.at[field] != "":
		return r.at[field]
	case r.within == "":
		return field
	}
	return r.within + "." + field
}

// keepsOfUpstream tells of the fields that others of an upstream need.
func keepsOfUpstream(upstream map[string]any, field string) bool {
	is := func(name, value string) bool { return upstream[name] == value }
	switch field {
	case "algorithm": // left out, it depends on hash_on
		return !isNothing(upstream["hash_on"]) && !is("hash_on", "none")
	case "hash_on_cookie_path":
		return is("hash_on", "cookie") || is("hash_fallback", "cookie")
	}
	return false
}

// liftConfig puts what Konnect keeps in the config of a control plane on the level of the
// request that made it.
func liftConfig(plane map[string]any) {
	config, _ := plane["config"].(map[string]any)
	for _, name := range []string{"cluster_type", "auth_type", "cloud_gateway", "proxy_urls"} {
		if plane[name] == nil {
			plane[name] = config[name]
		}
	}
}
