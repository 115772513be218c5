package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/tools/release/repository"
)

// step is one thing to do, in words and in deed.
type step struct {
	text string
	do   func(context.Context) error
}

// steps returns what is still to be done: nothing but the tags where somebody has
// prepared the rest.
func (r release) steps() ([]step, error) {
	edits, err := r.changelogStep()
	if err != nil {
		return nil, err
	}
	requirements, err := r.requirementSteps()
	if err != nil {
		return nil, err
	}
	edits = append(edits, requirements...)
	if len(edits) > 0 {
		edits = append(edits, r.commitStep())
	}
	for _, tag := range r.tags() {
		edits = append(edits, step{text: "tag " + tag, do: func(ctx context.Context) error {
			_, err := r.Git(ctx, "tag", "--annotate", "--message", r.version, tag)
			return err
		}})
	}
	return edits, nil
}

func (r release) changelogStep() ([]step, error) {
	log, err := r.changelog()
	if err != nil {
		return nil, err
	}
	if _, written := log.Find(r.version); written {
		return nil, nil
	}
	return []step{{
		text: fmt.Sprintf("CHANGELOG.md: [Unreleased] becomes [%s] - %s", strings.TrimPrefix(r.version, "v"), r.date),
		do: func(context.Context) error {
			return os.WriteFile(r.Dir("CHANGELOG.md"), []byte(log.Release(r.version, r.date)), 0o644)
		},
	}}, nil
}

// requirementSteps end with go mod tidy everywhere: a module that requires one of those
// changed has to name the same version, or its next build asks for it.
func (r release) requirementSteps() ([]step, error) {
	outdated, err := r.outdated()
	if err != nil || len(outdated) == 0 {
		return nil, err
	}
	var steps []step
	for _, folder := range slices.Sorted(maps.Keys(outdated)) {
		for _, required := range outdated[folder] {
			steps = append(steps, step{
				text: fmt.Sprintf("%s/go.mod: require %s %s", folder, required, r.version),
				do: func(ctx context.Context) error {
					_, err := r.Go(ctx, folder, "mod", "edit", "-require="+required+"@"+r.version)
					return err
				},
			})
		}
	}
	return append(steps, step{text: "go mod tidy in all modules", do: r.tidy}), nil
}

func (r release) tidy(ctx context.Context) error {
	modules, err := r.Modules(ctx)
	if err != nil {
		return err
	}
	// Those that programs import first: the others are brought to what these require.
	slices.SortStableFunc(modules, func(a, b string) int {
		isPublished := func(module string) int {
			if slices.Contains(repository.Published(), module) {
				return 0
			}
			return 1
		}
		return isPublished(a) - isPublished(b)
	})
	for _, module := range modules {
		if _, err := r.Go(ctx, module, "mod", "tidy"); err != nil {
			return err
		}
	}
	return nil
}

func (r release) commitStep() step {
	message := "Release " + r.version
	return step{text: "commit " + message, do: func(ctx context.Context) error {
		if _, err := r.Git(ctx, "add", "--all"); err != nil {
			return err
		}
		_, err := r.Git(ctx, "commit", "--quiet", "--message", message)
		return err
	}}
}
