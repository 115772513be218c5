package konnect

import (
	"context"

	"github.com/Kong/sdk-konnect-go/models/components"
	"github.com/Kong/sdk-konnect-go/models/operations"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// targetKind binds KongTarget to core-entities/upstreams/{parent}/targets.
func targetKind() binding {
	return &kind[*configurationv1alpha1.KongTarget, components.TargetWithoutParents]{
		traits: traits{
			groupKind:        schema.GroupKind{Group: crd.ConfigurationGroup, Kind: "KongTarget"},
			collection:       "targets",
			parent:           configurationv1alpha1.UpstreamRefField,
			parentCollection: "upstreams",
			parentID:         func(e *entity) string { return e.Upstream.ID },
			belongsTo:        "upstreams",
			nameField:        "spec.target",
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
		carry:     carryTarget,
		normalize: normalizeTargetObject,
		project:   projectTarget,
		ops: ops[components.TargetWithoutParents]{
			put: func(ctx context.Context, a *account, at scope, id string, payload components.TargetWithoutParents) error {
				_, err := a.sdk.Targets.UpsertTargetWithUpstream(ctx, operations.UpsertTargetWithUpstreamRequest{
					ControlPlaneID: at.controlPlane, UpstreamIDForTarget: at.parent, TargetID: id, TargetWithoutParents: payload,
				})
				return err
			},
			post: func(ctx context.Context, a *account, at scope, id string, payload components.TargetWithoutParents) error {
				payload.ID = &id
				_, err := a.sdk.Targets.CreateTargetWithUpstream(ctx, operations.CreateTargetWithUpstreamRequest{
					ControlPlaneID: at.controlPlane, UpstreamIDForTarget: at.parent, TargetWithoutParents: payload,
				})
				return err
			},
			remove: func(ctx context.Context, a *account, at scope, id string) error {
				_, err := a.sdk.Targets.DeleteTargetWithUpstream(ctx, operations.DeleteTargetWithUpstreamRequest{
					ControlPlaneID: at.controlPlane, UpstreamIDForTarget: at.parent, TargetID: id,
				})
				return err
			},
		},
	}
}

func targetPayload(t *configurationv1alpha1.KongTarget, in inputs) (components.TargetWithoutParents, error) {
	payload := components.TargetWithoutParents{Target: &t.Spec.Target, Tags: in.tags}
	if t.Spec.Weight != nil {
		payload.Weight = new(int64(*t.Spec.Weight))
	}
	if id := in.ids[configurationv1alpha1.UpstreamRefField]; id != "" {
		payload.Upstream = &components.TargetWithoutParentsUpstream{ID: &id}
	}
	return payload, nil
}

// carryTarget keeps failover, which the CRD does not know.
func carryTarget(observed canon.Object, payload *components.TargetWithoutParents) {
	if failover, ok := observed["failover"].(bool); ok {
		payload.Failover = &failover
	}
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
