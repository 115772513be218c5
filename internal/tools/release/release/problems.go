package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/konnectkit/konnectkit/internal/tools/release/api"
	"github.com/konnectkit/konnectkit/internal/tools/release/changelog"
	"github.com/konnectkit/konnectkit/internal/tools/release/repository"
)

// branch is what releases are made of.
const branch = "main"

// problems returns everything that is in the way of the release, one line each. What
// would not mean anything without the checks before it is left out.
func (r release) problems(ctx context.Context) ([]string, error) {
	if problem := versionProblem(r.version); problem != "" {
		return []string{problem}, nil
	}
	var all []string
	for _, check := range []func(context.Context) ([]string, error){
		r.checkTree, r.checkTags, r.checkChangelog, r.checkRequirements, r.checkTidy, r.checkAPI,
	} {
		found, err := check(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func versionProblem(version string) string {
	switch {
	case semver.Canonical(version) != version || semver.Prerelease(version) != "" || version == "":
		return fmt.Sprintf("%q is not of the form vX.Y.Z", version)
	case semver.Compare(version, "v2.0.0") >= 0:
		return fmt.Sprintf("%s needs module paths that end in /%s", version, semver.Major(version))
	default:
		return ""
	}
}

func (r release) checkTree(ctx context.Context) ([]string, error) {
	var found []string
	current, err := r.Git(ctx, "rev-parse", "--abbrev-ref", "HEAD")
	if err != nil {
		return nil, err
	}
	if current != branch {
		found = append(found, fmt.Sprintf("the current branch is %s, not %s", current, branch))
	}
	changes, err := r.Git(ctx, "status", "--porcelain")
	if err != nil {
		return nil, err
	}
	if changes != "" {
		found = append(found, "the work tree has changes: "+strings.Join(strings.Split(changes, "\n"), ", "))
	}
	return found, nil
}

func (r release) checkTags(ctx context.Context) ([]string, error) {
	var found []string
	for _, module := range repository.Published() {
		tag := repository.Tag(module, r.version)
		existing, err := r.Git(ctx, "tag", "--list", tag)
		if err != nil {
			return nil, err
		}
		last, err := r.LastRelease(ctx, module)
		if err != nil {
			return nil, err
		}
		switch {
		case existing != "":
			found = append(found, "there is a tag "+tag)
		case semver.Compare(r.version, last) <= 0:
			found = append(found, fmt.Sprintf("there is a later tag %s", repository.Tag(module, last)))
		}
	}
	return found, nil
}

func (r release) changelog() (*changelog.Changelog, error) {
	text, err := os.ReadFile(r.Dir("CHANGELOG.md"))
	if err != nil {
		return nil, err
	}
	log, err := changelog.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("CHANGELOG.md: %w", err)
	}
	return log, nil
}

func (r release) checkChangelog(context.Context) ([]string, error) {
	log, err := r.changelog()
	if err != nil {
		return nil, err
	}
	unreleased := log.Sections[0]
	section, written := log.Find(r.version)
	var found []string
	switch {
	case !written && unreleased.Empty():
		found = append(found, "CHANGELOG.md has nothing under [Unreleased]")
	case written && !unreleased.Empty():
		found = append(found, "CHANGELOG.md has more under [Unreleased] than under "+r.version)
	case written && section.Empty():
		found = append(found, "CHANGELOG.md has nothing under "+r.version)
	}
	if written && section.Date != r.date {
		found = append(found, fmt.Sprintf("CHANGELOG.md dates %s %q, today is %s", r.version, section.Date, r.date))
	}
	if len(log.Sections) > 1 && semver.Compare(log.Sections[1].Version, r.version) > 0 {
		found = append(found, "CHANGELOG.md has a later version "+log.Sections[1].Version)
	}
	return found, nil
}

func (r release) checkTidy(ctx context.Context) ([]string, error) {
	modules, err := r.Modules(ctx)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, module := range modules {
		diff, err := r.Go(ctx, module, "mod", "tidy", "-diff")
		switch {
		case err == nil:
		case diff != "":
			found = append(found, path.Join(module, "go.mod")+" is not tidy: run go mod tidy there")
		default:
			found = append(found, err.Error())
		}
	}
	return found, nil
}

func (r release) checkAPI(ctx context.Context) ([]string, error) {
	var found []string
	for _, module := range repository.Published() {
		problems, err := api.Compare(ctx, r.out, r.Repository, module, r.version)
		if err != nil {
			return nil, err
		}
		found = append(found, problems...)
	}
	return found, nil
}
