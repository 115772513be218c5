package konnecttest

import (
	"slices"
	"strings"
)

func sni(set *settings) *collection {
	return &collection{
		path: "snis", entity: "sni", limit: 1_000, key: "name", unique: []unique{{field: "name"}},
		foreign: []foreign{{field: "certificate", to: "certificates", required: true, onDelete: cascade}},
		nested:  []nesting{{parent: "certificates", segment: "snis", field: "certificate"}},
		fields: withCommon(set,
			field{name: "name", required: true, checks: []check{satisfies(wildcardFault)}},
			reference("certificate"),
		),
		normalise: func(values object) {
			if name, ok := values["name"].(string); ok && set.certificates.foldedSNIs {
				values["name"] = strings.ToLower(name)
			}
		},
	}
}

// wildcardFault is for the name of an SNI, which is like that of a route's but may be an
// asterisk alone.
func wildcardFault(name string) string {
	if name == "" {
		return "length must be >= 1, but got 0"
	}
	return routeSNIFault(name)
}

// checkSNIs refuses those of a certificate that another one has.
func checkSNIs(c *completion) *failure {
	names := c.in("snis")
	for _, name := range texts(c.values["snis"]) {
		if e := names.table.find(name, nil); e != nil && text(e.values, "certificate.id") != c.id {
			return brokenConstraint("snis", "unique")
		}
	}
	return nil
}

// expandSNIs makes the SNIs of a certificate those that it was sent with, if any.
func expandSNIs(sc *scope, certificate *entity) {
	if certificate.values["snis"] == nil {
		return
	}
	snis, wanted := sc.in("snis"), texts(certificate.values["snis"])
	for _, e := range snis.ofCertificate(certificate.id) {
		if !slices.Contains(wanted, text(e.values, "name")) {
			snis.table.drop(e)
		}
	}
	for _, name := range wanted {
		if snis.table.find(name, nil) != nil {
			continue
		}
		// The name is free and the certificate there, so that nothing refuses it but a lag.
		_, _ = snis.store(nil, sc.set().newID(), object{"name": name, "certificate": object{"id": certificate.id}})
	}
}

// listSNIs shows the SNIs that a certificate has.
func listSNIs(sc *scope, values object) {
	names := []any{}
	for _, e := range sc.in("snis").ofCertificate(text(values, "id")) {
		names = append(names, e.values["name"])
	}
	values["snis"] = names
}

// ofCertificate are the SNIs of a certificate, in a list of its own.
func (sc *scope) ofCertificate(id string) []*entity {
	return append([]*entity(nil), *sc.table.foreign[0].get(id)...)
}
