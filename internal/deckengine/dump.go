package deckengine

import (
	"context"

	"github.com/kong/go-database-reconciler/pkg/file"
	"github.com/kong/go-database-reconciler/pkg/state"
	"sigs.k8s.io/yaml"
)

// Dump returns the control plane as a state file without IDs, or what of it bears the tags.
func (e *Engine) Dump(ctx context.Context, selectTags ...string) ([]byte, error) {
	current, err := e.current(ctx, e.config(selectTags))
	if err != nil {
		return nil, err
	}
	content, err := file.KongStateToContent(current, file.WriteConfig{
		SelectTags: selectTags, ControlPlaneName: e.controlPlane, KongVersion: konnectVersion().String(),
	})
	if err != nil {
		return nil, err
	}
	return yaml.Marshal(content)
}

// Reset deletes what the control plane holds, or what of it bears the tags.
func (e *Engine) Reset(ctx context.Context, selectTags ...string) (Changes, error) {
	current, err := e.current(ctx, e.config(selectTags))
	if err != nil {
		return Changes{}, err
	}
	nothing, err := state.NewKongState()
	if err != nil {
		return Changes{}, err
	}
	return e.solve(ctx, current, nothing, false)
}
