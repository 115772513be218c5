package v1alpha1

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

const clusterScopedKind = "KongVault"

// Validate implements crd.Object. The CRD lets a grant without a spec pass, which
// grants nothing.
func (g *KongReferenceGrant) Validate() field.ErrorList {
	var errs constraint.Errors
	g.validate(&errs, &errs)
	return errs.List()
}

// ValidateKnown is Validate in two parts: what is wrong, and which entries Validate
// refuses only because of a kind that the CRD does not list, as those of a newer
// operator may have. Such an entry permits nothing that this module knows.
func (g *KongReferenceGrant) ValidateKnown() (problems, unknown field.ErrorList) {
	var errs, others constraint.Errors
	g.validate(&errs, &others)
	return errs.List(), others.List()
}

func (g *KongReferenceGrant) validate(errs, unknown *constraint.Errors) {
	errs.Add(commonv1alpha1.ValidateMetadata(g)...)
	if g.Spec.From == nil && g.Spec.To == nil {
		return
	}
	path := field.NewPath("spec")
	g.Spec.check(errs, path)
	for i := range g.Spec.From {
		g.Spec.From[i].validateKind(errs, unknown, path.Child("from").Index(i))
	}
	for i := range g.Spec.To {
		g.Spec.To[i].validateKind(unknown, path.Child("to").Index(i))
	}
}

func (f *ReferenceGrantFrom) validateKind(errs, unknown *constraint.Errors, path *field.Path) {
	validateKnownKinds(unknown, path, f.Group, f.Kind, grantReferrers)
	if !f.isKnown() {
		errs = unknown // it may be cluster-scoped
	}
	errs.Rule(path, (f.Kind == clusterScopedKind) == (f.Namespace == ""),
		"namespace must be empty for KongVault and set for every other kind")
}

// isKnown reports whether the referrer's kind is one of this version.
func (f *ReferenceGrantFrom) isKnown() bool {
	return slices.Contains(grantReferrers(f.Group), f.Kind) || f.Kind == clusterScopedKind ||
		f.Group == crd.KonnectGroup && (f.Kind == crd.ControlPlaneKind || f.Kind == crd.APIAuthKind)
}

func (t *ReferenceGrantTo) validateKind(unknown *constraint.Errors, path *field.Path) {
	validateKnownKinds(unknown, path, t.Group, t.Kind, grantTargets)
}

// validateKnownKinds checks the kind where the CRD lists the kinds of its group.
func validateKnownKinds(errs *constraint.Errors, path *field.Path, group, kind string, known func(group string) []string) {
	kinds := known(group)
	if kinds != nil && !slices.Contains(kinds, kind) {
		errs.Rule(path, false, "kind of group "+group+" must be one of "+strings.Join(kinds, ", "))
	}
}

// grantReferrers lists the kinds of group that may be granted something; nil when
// every kind may.
func grantReferrers(group string) []string {
	switch group {
	case crd.ConfigurationGroup:
		return []string{
			"KongConsumer", "KongConsumerGroup", "KongRoute", "KongService", "KongCertificate", "KongCACertificate",
			"KongDataPlaneClientCertificate", "KongUpstream", "KongTarget", "KongKey", "KongKeySet", clusterScopedKind,
			"KongPluginBinding", "KongSNI",
		}
	case "gateway-operator.konghq.com":
		return []string{"GatewayConfiguration"}
	default:
		return nil
	}
}

// grantTargets lists the kinds of group that may be granted; nil when every kind may.
func grantTargets(group string) []string {
	switch group {
	case "core":
		return []string{crd.SecretKind}
	case crd.KonnectGroup:
		return []string{
			crd.ControlPlaneKind, crd.APIAuthKind, "Portal", "KonnectEventGateway",
			"EventGatewayBackendCluster", "EventGatewayListener", "EventGatewayVirtualCluster",
		}
	case crd.ConfigurationGroup:
		return []string{"KongPlugin", "KongService", "KongCertificate", "KongCACertificate", "KongUpstream"}
	default:
		return nil
	}
}
