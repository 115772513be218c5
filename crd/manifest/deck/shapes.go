package deck

import (
	"math"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// shapeService writes a url as the fields that it stands for.
func shapeService(x *entity) {
	if url, ok := x.fields["url"].(string); ok {
		delete(x.fields, "url")
		parts, err := konnectrules.ParseServiceURL(url)
		if err != nil {
			x.refuse("spec.url", err.Error())
		}
		x.fields["protocol"], x.fields["host"], x.fields["port"] = parts.Protocol, parts.Host, parts.Port
		delete(x.fields, "path")
		if parts.Path != "" {
			x.fields["path"] = parts.Path
		}
	}
}

// shapeRoute writes the protocols that konnectkit sends where there are none, because the
// default differs between control planes.
func shapeRoute(x *entity) {
	if hosts, ok := x.fields["hosts"].([]any); ok {
		for i, host := range hosts {
			if text, ok := host.(string); ok {
				hosts[i] = konnectrules.NormalizeHost(text)
			}
		}
	}
	if x.fields["protocols"] == nil {
		x.fields["protocols"] = []any{konnectrules.DefaultRouteProtocol}
	}
}

// shapeUpstream writes the algorithm that the gateway makes of a hash, and refuses parts of
// seconds, of which decK knows none.
func shapeUpstream(x *entity) {
	x.refuseFractions("healthchecks", x.fields["healthchecks"])
	hash, _ := x.fields["hash_on"].(string)
	if x.fields["algorithm"] == nil && hash != "" && hash != "none" {
		x.fields["algorithm"] = "consistent-hashing"
	}
}

func (x *entity) refuseFractions(path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			x.refuseFractions(path+"."+name, member)
		}
	case float64:
		if path != "healthchecks.threshold" && value != math.Trunc(value) {
			x.refuse("spec."+path, "must be a whole number, as decK takes no other")
		}
	}
}

func shapeConsumer(x *entity) {
	for _, name := range x.row.names {
		if x.fields[name] == "" {
			delete(x.fields, name) // as if it were not there
		}
	}
}

// shapeCredential refuses what Konnect would make up, without which decK takes no file.
func shapeCredential(x *entity) {
	for _, name := range append(x.row.names, x.row.secrets...) {
		if x.fields[name] == nil {
			x.refuse("spec."+name, "must be set: decK does not leave it to konnect to make one up")
		}
	}
}

func shapeKey(x *entity) {
	key, ok := x.node.Object.(*configurationv1alpha1.KongKey)
	if !ok {
		return
	}
	if set := key.Spec.KeySetRef; set != nil && set.Type == configurationv1alpha1.KeySetRefKonnectID && set.KonnectID != nil {
		x.fields["set"] = map[string]any{"id": *set.KonnectID}
	}
}

func shapeVault(x *entity) {
	x.fields["name"] = x.fields["backend"]
	delete(x.fields, "backend")
	if x.fields["config"] == nil {
		x.fields["config"] = map[string]any{}
	}
}

// shapeCertificate takes the pair from the spec or from a Secret.
func shapeCertificate(x *entity) {
	c, ok := x.node.Object.(*configurationv1alpha1.KongCertificate)
	if !ok {
		return
	}
	fromSecret := c.Spec.Type == configurationv1alpha1.CertificateTypeSecretRef
	if c.Spec.CertAlt != nil && !fromSecret || c.Spec.SecretRefAlt != nil && fromSecret {
		x.refuse("spec", "decK knows no second certificate beside the first")
	}
	x.pair(fromSecret, map[string]string{"cert": "tls.crt", "key": "tls.key"})
}

func shapeAuthority(x *entity) {
	c, ok := x.node.Object.(*configurationv1alpha1.KongCACertificate)
	if ok {
		x.pair(c.Spec.Type == configurationv1alpha1.CertificateTypeSecretRef, map[string]string{"cert": "ca.crt"})
	}
}

// pair leaves these fields alone, which come from the keys of a Secret where there is one.
func (x *entity) pair(fromSecret bool, keys map[string]string) {
	kept := map[string]any{}
	for field, key := range keys {
		if value := x.fields[field]; value != nil {
			kept[field] = value
		}
		if fromSecret {
			kept[field] = x.secretText("spec.secretRef", key, field == "key")
		}
	}
	x.fields = kept
	if !fromSecret {
		x.hide("key")
	}
}
