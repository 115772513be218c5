package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/konnectkit/konnectkit/internal/tools/release/repository"
)

// published is a module that programs import.
type published struct {
	folder string
	file   *modfile.File
}

func (p published) path() string { return p.file.Module.Mod.Path }

func (r release) published() ([]published, error) {
	var all []published
	for _, folder := range repository.Published() {
		name := path.Join(folder, "go.mod")
		content, err := os.ReadFile(r.Dir(name))
		if err != nil {
			return nil, err
		}
		file, err := modfile.Parse(name, content, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, published{folder: folder, file: file})
	}
	return all, nil
}

// checkRequirements looks for what works in this repository alone. A replacement holds
// in the main module only, so programs need a version of each module that it stands
// for; for those that are released together, that is the version being released.
func (r release) checkRequirements(context.Context) ([]string, error) {
	all, err := r.published()
	if err != nil {
		return nil, err
	}
	root := all[0].path()
	var found []string
	for _, module := range all {
		name := path.Join(module.folder, "go.mod")
		for _, replace := range module.file.Replace {
			i := slices.IndexFunc(all, func(p published) bool { return p.path() == replace.Old.Path })
			if i < 0 || replace.New.Version != "" || path.Join(module.folder, replace.New.Path) != all[i].folder {
				found = append(found, fmt.Sprintf("%s replaces %s by %s, which programs do not see",
					name, replace.Old.Path, replace.New.Path))
			}
		}
		for _, require := range module.file.Require {
			own := strings.HasPrefix(require.Mod.Path+"/", root+"/")
			if own && !slices.ContainsFunc(all, func(p published) bool { return p.path() == require.Mod.Path }) {
				found = append(found, fmt.Sprintf("%s requires %s, which is not released", name, require.Mod.Path))
			}
		}
	}
	return found, nil
}

// outdated are the requirements of published modules on one another that name another
// version than the one being released: by folder of the module, paths of those required.
func (r release) outdated() (map[string][]string, error) {
	all, err := r.published()
	if err != nil {
		return nil, err
	}
	found := map[string][]string{}
	for _, module := range all {
		for _, require := range module.file.Require {
			sibling := slices.ContainsFunc(all, func(p published) bool { return p.path() == require.Mod.Path })
			if sibling && require.Mod.Version != r.version {
				found[module.folder] = append(found[module.folder], require.Mod.Path)
			}
		}
	}
	return found, nil
}
