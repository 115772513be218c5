package v1alpha2

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

const (
	maxControlPlaneLabels = 40
	maxLabelLength        = 63
)

// validate reports rules over several fields at spec, where the CRD has them.
func (r *CreateControlPlaneRequest) validate(errs *constraint.Errors, spec *field.Path) {
	if r.ClusterType != nil {
		types := []string{ClusterTypeControlPlane, ClusterTypeControlPlaneGroup, ClusterTypeIngressController}
		if !slices.Contains(types, *r.ClusterType) {
			errs.Rule(spec, false, "createControlPlaneRequest.cluster_type must be one of "+strings.Join(types, ", "))
		}
		errs.Rule(spec, *r.ClusterType != ClusterTypeIngressController || r.CloudGateway == nil,
			"createControlPlaneRequest.cloud_gateway must not be set for cluster_type "+ClusterTypeIngressController)
	}
	if len(r.Labels) > 0 {
		r.validateLabels(errs, spec)
	}
}

func (r *CreateControlPlaneRequest) validateLabels(errs *constraint.Errors, spec *field.Path) {
	const labels = "createControlPlaneRequest.labels "
	errs.Rule(spec, len(r.Labels) <= maxControlPlaneLabels, labels+"must have at most 40 entries")
	for _, key := range slices.Sorted(maps.Keys(r.Labels)) {
		if !isLabelLength(key) {
			errs.Rule(spec, false, fmt.Sprintf(labels+"key %q must have 1 to %d characters", key, maxLabelLength))
		}
		if !isLabelLength(r.Labels[key]) {
			errs.Rule(spec, false, fmt.Sprintf(labels+"value of key %q must have 1 to %d characters", key, maxLabelLength))
		}
		if prefix, ok := reservedPrefix(key); ok {
			errs.Rule(spec, false, fmt.Sprintf(labels+"key %q must not start with %s", key, prefix))
		}
		if key != "" && !constraint.IsLabelKey(key) {
			errs.Rule(spec, false, fmt.Sprintf(labels+"key %q must be letters, digits, - , _ and . between letters or digits", key))
		}
	}
}

func isLabelLength(s string) bool {
	return s != "" && (len(s) <= maxLabelLength || utf8.RuneCountInString(s) <= maxLabelLength)
}

// reservedPrefix returns the prefix of key that Konnect keeps for itself.
func reservedPrefix(key string) (string, bool) {
	for _, prefix := range []string{"k8s", "konnect", "kong", "mesh", "kic", "_", "insomnia"} {
		if strings.HasPrefix(key, prefix) {
			return prefix, true
		}
	}
	return "", false
}
