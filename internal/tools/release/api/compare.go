package api

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"golang.org/x/exp/apidiff"
	"golang.org/x/mod/modfile"

	"github.com/konnectkit/konnectkit/internal/tools/release/changelog"
	"github.com/konnectkit/konnectkit/internal/tools/release/repository"
)

// Compare compares a module of the work tree with its last release, writes what has
// changed, and returns what may not. Next is the version to be released, empty while
// it is not known.
func Compare(ctx context.Context, out io.Writer, r repository.Repository, module, next string) ([]string, error) {
	base, err := r.LastRelease(ctx, module)
	if err != nil {
		return nil, err
	}
	if base == "" {
		return nil, unreleased(ctx, out, r, module)
	}
	rule, err := newRule(r, module, base)
	if err != nil {
		return nil, err
	}
	rule.Next = next
	changes, err := changesSince(ctx, r, module, repository.Tag(module, base))
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", module, base, err)
	}
	if err := write(out, module, base, changes); err != nil {
		return nil, err
	}
	return rule.Problems(changes), nil
}

func unreleased(ctx context.Context, out io.Writer, r repository.Repository, module string) error {
	shallow, err := r.Shallow(ctx)
	if err != nil {
		return err
	}
	hint := ""
	if shallow {
		hint = "; this clone is shallow, so the tag may be missing: git fetch --tags --unshallow"
	}
	_, err = fmt.Fprintf(out, "%s: nothing to compare with: no tag %s in the history%s\n",
		module, repository.Tag(module, "vX.Y.Z"), hint)
	return err
}

func newRule(r repository.Repository, module, base string) (Rule, error) {
	text, err := os.ReadFile(r.Dir("CHANGELOG.md"))
	if err != nil {
		return Rule{}, err
	}
	log, err := changelog.Parse(string(text))
	if err != nil {
		return Rule{}, fmt.Errorf("CHANGELOG.md: %w", err)
	}
	content, err := os.ReadFile(r.Dir(path.Join(module, "go.mod")))
	if err != nil {
		return Rule{}, err
	}
	return Rule{Module: modfile.ModulePath(content), Base: base, Announced: log.Announced(base)}, nil
}

func changesSince(ctx context.Context, r repository.Repository, module, commit string) ([]apidiff.Change, error) {
	before, err := os.MkdirTemp("", "released-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(before) }() // The folder is below the system's temporary one.
	if err := r.Export(ctx, commit, before); err != nil {
		return nil, err
	}
	return Changes(ctx, filepath.Join(before, filepath.FromSlash(module)), r.Dir(module))
}

func write(out io.Writer, module, base string, changes []apidiff.Change) error {
	if _, err := fmt.Fprintf(out, "%s: %d changes of the API since %s\n", module, len(changes), base); err != nil {
		return err
	}
	for _, change := range changes {
		kind := "compatible"
		if !change.Compatible {
			kind = "incompatible"
		}
		if _, err := fmt.Fprintf(out, "- %s: %s\n", kind, change.Message); err != nil {
			return err
		}
	}
	return nil
}
