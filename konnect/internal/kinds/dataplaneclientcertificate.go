package kinds

import (
	"slices"
	"strings"

	"github.com/Kong/sdk-konnect-go/models/components"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/marks"
)

// dataPlaneClientCertificate is KongDataPlaneClientCertificate: dp-client-certificates. It is
// told by its bytes; that it is ours is in the title, which is all that there is.
func dataPlaneClientCertificate() *Kind {
	return of(Kind{
		Collection: "dp-client-certificates",
		Called:     [][]string{{"cert"}},
		MarksIn:    "title",
		Limit:      32,
		InGroups:   true,
		Identity:   Identity{Unique: [][]string{{"cert"}}, Field: "spec.cert", Shared: true},
		Writes:     Writes{ServerID: true, NoPatch: true},
		Immutable:  []string{"cert"},
		Replace:    "pin the other certificate by an object of another name, and delete this one once no data plane has it",
		MatchOnly:  true,
		Answers: Answers{
			BesideCore: true, Wrapper: "item", Items: "items",
			Normalize: func(_, text string) string { return konnectrules.CertificateDigest(text) },
		},
		Fields: []canon.Field{{Name: "cert"}, {Name: "title"}},
	}, typed[*configurationv1alpha1.KongDataPlaneClientCertificate]{
		value: func(c *configurationv1alpha1.KongDataPlaneClientCertificate, _ string, _ func(string) crd.Object) string {
			return c.Spec.Cert
		},
		check: konnectrules.CheckDataPlaneCertificate,
		payload: func(c *configurationv1alpha1.KongDataPlaneClientCertificate, in Inputs) (any, error) {
			payload := components.DataPlaneClientCertificateRequest{Cert: c.Spec.Cert}
			own := slices.DeleteFunc(slices.Clone(in.Tags), func(tag string) bool { return !marks.IsRequired(tag) })
			if len(own) > 0 {
				payload.Title = new(strings.Join(own, ", "))
			}
			return payload, nil
		},
		normalize: normalizePin,
		project:   func(pin canon.Object) canon.Object { normalizePin(pin); return pin },
	})
}

// normalizePin makes all ways of writing a certificate one.
func normalizePin(pin canon.Object) {
	if text, ok := pin["cert"].(string); ok {
		pin["cert"] = konnectrules.NormalizePEM(text)
	}
}
