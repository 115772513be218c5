package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

// read returns the objects of all paths. The error lists what is wrong with any of them.
func read(paths []string, stdin io.Reader) ([]crd.Object, error) {
	var objects []crd.Object
	var problems []error
	for _, path := range paths {
		files, err := filesOf(path)
		problems = append(problems, err)
		for _, file := range files {
			found, err := decode(file, stdin)
			objects, problems = append(objects, found...), append(problems, err)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if len(objects) == 0 {
		return nil, fmt.Errorf("no object in %s", strings.Join(paths, ", "))
	}
	return objects, nil
}

// filesOf returns root itself, or the manifests in the folder root.
func filesOf(root string) ([]string, error) {
	if root == "-" {
		return []string{root}, nil
	}
	info, err := os.Stat(root)
	switch {
	case err != nil:
		return nil, err
	case !info.IsDir():
		return []string{root}, nil
	}
	var files []string
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch hidden := name != "." && strings.HasPrefix(entry.Name(), "."); {
		case err != nil:
			return err
		case hidden && entry.IsDir():
			return fs.SkipDir
		case !hidden && !entry.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name)):
			files = append(files, filepath.Join(root, filepath.FromSlash(name)))
		}
		return nil
	})
	return files, err
}

func decode(file string, stdin io.Reader) ([]crd.Object, error) {
	if file == "-" {
		return named("standard input", stdin)
	}
	content, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }()
	return named(file, content)
}

// named decodes content and puts its name before each line of an error.
func named(name string, content io.Reader) ([]crd.Object, error) {
	objects, err := manifest.DecodeAll(content)
	if err == nil {
		return objects, nil
	}
	var problems []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		problems = append(problems, fmt.Errorf("%s: %s", name, line))
	}
	return nil, errors.Join(problems...)
}
