package konnect

import (
	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// targetKind binds KongTarget to core-entities/upstreams/{parent}/targets.
func targetKind() binding {
	return &kind[*configurationv1alpha1.KongTarget]{
		traits: traits{
			groupKind:        schema.GroupKind{Group: crd.ConfigurationGroup, Kind: "KongTarget"},
			collection:       "targets",
			parent:           configurationv1alpha1.UpstreamRefField,
			parentCollection: "upstreams",
			parentID:         func(e *entity) string { return e.Upstream.ID },
			belongsTo:        "upstreams",
			nameField:        "spec.target",
			putUpdates:       true,
			fields: []canon.Field{
				{Name: "target"},
				{Name: "weight", Default: 100},
				{Name: "upstream", Subset: true},
				{Name: "tags", Set: true},
			},
		},
		name: targetName,
		check: func(t *configurationv1alpha1.KongTarget) field.ErrorList {
			if _, err := normalizeTarget(t.Spec.Target); err != nil {
				return field.ErrorList{field.Invalid(field.NewPath("spec", "target"), t.Spec.Target, err.Error())}
			}
			return nil
		},
		payload:   targetPayload,
		normalize: normalizeTargetObject,
		project:   projectTarget,
	}
}

func targetPayload(t *configurationv1alpha1.KongTarget, in inputs) (any, error) {
	payload := components.TargetWithoutParents{Target: new(normalizeHost(t.Spec.Target)), Tags: in.tags}
	if t.Spec.Weight != nil {
		payload.Weight = new(int64(*t.Spec.Weight))
	}
	if id := in.ids[configurationv1alpha1.UpstreamRefField]; id != "" {
		payload.Upstream = &components.TargetWithoutParentsUpstream{ID: &id}
	}
	if failover, ok := in.observed["failover"].(bool); ok { // which the CRD does not know
		payload.Failover = &failover
	}
	return payload, nil
}

func normalizeTargetObject(target canon.Object) {
	address, _ := target["target"].(string)
	if normalized, err := normalizeTarget(address); err == nil {
		target["target"] = normalized
	}
}

// projectTarget normalises an observed address too: Konnect's own form may move.
func projectTarget(target canon.Object) canon.Object {
	normalizeTargetObject(target)
	return target
}

// targetName is the address as Konnect stores it.
func targetName(t *configurationv1alpha1.KongTarget) string {
	if normalized, err := normalizeTarget(t.Spec.Target); err == nil {
		return normalized
	}
	return t.Spec.Target
}
