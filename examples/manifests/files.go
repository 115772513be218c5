package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// file is one that is to be read.
type file struct {
	path string
	// found says that it was in a folder; any other was named.
	found bool
	// chart says that it is a template of a Helm chart, by its place.
	chart bool
}

// filesOf returns root itself, or the manifests in the folder root.
func filesOf(root string) ([]file, error) {
	if root == "-" {
		return []file{{path: root}}, nil
	}
	info, err := os.Stat(root)
	switch {
	case err != nil:
		return nil, err
	case !info.IsDir():
		return []file{{path: root}}, nil
	}
	var files []file
	folder := os.DirFS(root)
	err = fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		switch hidden := name != "." && strings.HasPrefix(entry.Name(), "."); {
		case err != nil:
			return err
		case hidden && entry.IsDir():
			return fs.SkipDir
		case !hidden && !entry.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name)):
			files = append(files, file{path: filepath.Join(root, filepath.FromSlash(name)), found: true, chart: inChart(folder, name)})
		}
		return nil
	})
	return files, err
}

// inChart reports whether a file is in the folder of a Helm chart's templates.
func inChart(folder fs.FS, name string) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if path.Base(dir) == "templates" {
			if _, err := fs.Stat(folder, path.Join(path.Dir(dir), "Chart.yaml")); err == nil {
				return true
			}
		}
	}
	return false
}
