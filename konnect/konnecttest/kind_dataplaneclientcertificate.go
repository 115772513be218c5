package konnecttest

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// dataPlaneClientCertificate is a certificate that data planes connect with. It lies beside the core
// entities, has no tags and gets its ID from the server.
func dataPlaneClientCertificate(set *settings) *collection {
	row := &collection{
		path: "dp-client-certificates", entity: "dp_client_certificate", beside: true, limit: 32,
		errors: familyMessage, flatErrors: familyMessage, wrap: counted,
		fields: []field{
			{name: "id", checks: []check{uuidCheck()}},
			{name: "cert", required: true, checks: []check{satisfies(plainCertificateFault)}},
			{name: "title"},
			{name: "created_at", serverSet: true}, {name: "updated_at", serverSet: true},
		},
		normalise: set.normalisePEM("cert"),
		writes:    writing{serverIDs: true, everyPlane: true},
		answers:   answers{one: asItem, written: asItem},
	}
	if status := set.certificates.duplicatePin; status != 0 {
		row.unique = []unique{{
			field: "cert", of: func(values object) string { return digest(text(values, "cert")) },
			taken: legacyFailure(status, "the certificate is there already"),
		}}
	}
	if set.certificates.fixedPin {
		row.writes.complete = sameCertificate
	}
	return row
}

func sameCertificate(c *completion) *failure {
	if c.old != nil && digest(text(c.old, "cert")) != digest(text(c.values, "cert")) {
		return legacyFailure(http.StatusBadRequest, "cert cannot be changed")
	}
	return nil
}

func asItem(sc *scope, e *entity) []byte {
	return mustEncode(map[string]any{"item": json.RawMessage(sc.shown(e))})
}

// counted is the form of lists without pages that tell how many there are.
func counted(items []byte, n int) string {
	return fmt.Sprintf(`{"items":[%s],"page":{"total_count":%d}}`, items, n)
}
