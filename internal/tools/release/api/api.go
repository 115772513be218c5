// Package api compares the exported API of two versions of a module and decides
// whether the later one may be released.
package api

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"os"
	"strings"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/packages"
)

// Changes compares the modules in two folders. Commands and internal packages are left
// out: no program imports them.
func Changes(ctx context.Context, before, after string) ([]apidiff.Change, error) {
	old, err := load(ctx, before)
	if err != nil {
		return nil, fmt.Errorf("load the released API: %w", err)
	}
	current, err := load(ctx, after)
	if err != nil {
		return nil, fmt.Errorf("load the API: %w", err)
	}
	return apidiff.ModuleChanges(old, current).Changes, nil
}

func load(ctx context.Context, dir string) (*apidiff.Module, error) {
	loaded, err := packages.Load(&packages.Config{
		Context: ctx,
		Dir:     dir,
		Env:     append(os.Environ(), "GOWORK=off"),
		Fset:    token.NewFileSet(),
		Mode:    packages.NeedName | packages.NeedTypes | packages.NeedModule,
	}, "./...")
	if err != nil {
		return nil, err
	}
	module := &apidiff.Module{}
	var problems []error
	for _, p := range loaded {
		for _, problem := range p.Errors {
			problems = append(problems, problem)
		}
		if p.Module != nil {
			module.Path = p.Module.Path
		}
		if p.Types != nil && importable(p) {
			module.Packages = append(module.Packages, p.Types)
		}
	}
	if len(problems) == 0 && module.Path == "" {
		problems = append(problems, fmt.Errorf("no packages in %s", dir))
	}
	return module, errors.Join(problems...)
}

func importable(p *packages.Package) bool {
	return p.Name != "main" && !strings.Contains("/"+p.PkgPath+"/", "/internal/")
}
