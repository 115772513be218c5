package deckengine

import (
	"bytes"
	"context"
	"fmt"

	"github.com/blang/semver/v4"
	"github.com/kong/go-database-reconciler/pkg/diff"
	"github.com/kong/go-database-reconciler/pkg/dump"
	"github.com/kong/go-database-reconciler/pkg/file"
	"github.com/kong/go-database-reconciler/pkg/state"
	"github.com/kong/go-database-reconciler/pkg/utils"
)

// Changes counts what a run did, or would do, and describes it as decK prints it.
type Changes struct {
	Created, Updated, Deleted int
	Lines                     []string
}

// Counts is c without its lines.
func (c Changes) Counts() Changes {
	c.Lines = nil
	return c
}

// StateFile is one that was read. It serves for one run, in which the engine fills it in.
type StateFile struct{ content *file.Content }

// ReadStateFile reads and checks YAML or JSON.
func ReadStateFile(content []byte) (StateFile, error) {
	read, err := file.GetContentFromReader(bytes.NewReader(content), file.EnvVarsExpand)
	if err != nil {
		return StateFile{}, fmt.Errorf("read the state file: %w", err)
	}
	if read.Info == nil {
		read.Info = &file.Info{}
	}
	return StateFile{content: read}, nil
}

// ControlPlane is the name of the control plane that the file is for; "" if it names none.
func (f StateFile) ControlPlane() string {
	if f.content.Konnect == nil {
		return ""
	}
	return f.content.Konnect.ControlPlaneName
}

// Sync makes the control plane hold what a state file says: in a file with select tags
// what bears them, else everything.
func (e *Engine) Sync(ctx context.Context, wanted StateFile) (Changes, error) {
	return e.run(ctx, wanted.content, false)
}

// Diff is Sync without the writes.
func (e *Engine) Diff(ctx context.Context, wanted StateFile) (Changes, error) {
	return e.run(ctx, wanted.content, true)
}

func (e *Engine) run(ctx context.Context, content *file.Content, dry bool) (Changes, error) {
	config := e.config(content.Info.SelectorTags)
	if err := e.lookUp(ctx, content, &config); err != nil {
		return Changes{}, err
	}
	current, err := e.current(ctx, config)
	if err != nil {
		return Changes{}, err
	}
	raw, err := file.Get(ctx, content, file.RenderConfig{CurrentState: current, KongVersion: konnectVersion()}, config, e.client)
	if err != nil {
		return Changes{}, err
	}
	wanted, err := state.Get(raw)
	if err != nil {
		return Changes{}, err
	}
	return e.solve(ctx, current, wanted, dry)
}

// konnectVersion is the version of the gateway that decK takes Konnect for.
func konnectVersion() semver.Version { return semver.Version{Major: 3, Minor: 5} }

// lookUp adds the services and routes that default_lookup_tags name to the file: decK's way
// of referring to what somebody else looks after.
func (e *Engine) lookUp(ctx context.Context, content *file.Content, config *dump.Config) error {
	tags := content.Info.LookUpSelectorTags
	if tags == nil {
		return nil
	}
	config.LookUpSelectorTagsRoutes, config.LookUpSelectorTagsServices = tags.Routes, tags.Services
	if tags.Routes != nil {
		routes, err := dump.GetAllRoutes(ctx, e.client, tags.Routes)
		if err != nil {
			return fmt.Errorf("look up routes: %w", err)
		}
		for _, route := range routes {
			content.Routes = append(content.Routes, file.FRoute{Route: *route})
		}
	}
	if tags.Services != nil {
		services, err := dump.GetAllServices(ctx, e.client, tags.Services)
		if err != nil {
			return fmt.Errorf("look up services: %w", err)
		}
		for _, service := range services {
			content.Services = append(content.Services, file.FService{Service: *service})
		}
	}
	return nil
}

func (e *Engine) solve(ctx context.Context, current, wanted *state.KongState, dry bool) (Changes, error) {
	var lines printed
	syncer, err := diff.NewSyncer(diff.SyncerOpts{
		CurrentState: current, TargetState: wanted, KongClient: e.client, IsKonnect: true, SchemaRegistry: e.schemas,
		CreatePrintln: lines.add, UpdatePrintln: lines.add, DeletePrintln: lines.add,
	})
	if err != nil {
		return Changes{}, err
	}
	stats, problems, _ := syncer.Solve(ctx, e.parallelism, dry, false)
	done := Changes{
		Created: int(stats.CreateOps.Count()), Updated: int(stats.UpdateOps.Count()), Deleted: int(stats.DeleteOps.Count()),
		Lines: lines.all,
	}
	if len(problems) > 0 {
		return done, utils.ErrArray{Errors: problems}
	}
	return done, nil
}
