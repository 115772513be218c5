package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
)

func TestFilesOf(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{
		"b.yaml": "", "a/z.yml": "", "a/deep/er/y.json": "",
		"notes.md": "", ".hidden.yaml": "", ".git/c.yaml": "", "..2024/d.yaml": "",
	})
	want := []string{"a/deep/er/y.json", "a/z.yml", "b.yaml"}
	for i, name := range want {
		want[i] = filepath.Join(root, filepath.FromSlash(name))
	}
	files, err := filesOf(root)
	require.NoError(t, err)
	assert.Equal(t, want, pathsOf(files))

	files, err = filesOf(filepath.Join(root, ".hidden.yaml"))
	require.NoError(t, err)
	assert.Len(t, files, 1, "a file that is named is read, whatever its name")

	_, err = filesOf(filepath.Join(root, "absent"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestFilesOfLinkedFolder(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"real/a.yaml": ""})
	link := filepath.Join(root, "link")
	if err := os.Symlink(filepath.Join(root, "real"), link); err != nil {
		t.Skip("no symbolic links here")
	}
	files, err := filesOf(link)
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(link, "a.yaml")}, pathsOf(files))
}

func pathsOf(files []file) []string {
	var paths []string
	for _, f := range files {
		paths = append(paths, f.path)
	}
	return paths
}

func TestRead(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"a.yaml": controlPlane + "---" + service, "b.yaml": route})
	objects, left, err := read(options{paths: []string{filepath.Join(root, "b.yaml"), "-", filepath.Join(root, "a.yaml")}},
		strings.NewReader(strings.ReplaceAll(service, "name: service", "name: piped")))
	require.NoError(t, err)
	var names []string
	for _, object := range objects {
		names = append(names, crd.KeyOf(object).Name)
	}
	assert.Equal(t, []string{"route", "piped", "cp", "service"}, names)
	assert.Empty(t, left.String())

	objects, _, err = read(options{paths: []string{filepath.Join(root, "absent"), filepath.Join(root, "gone")}}, nil)
	assert.Nil(t, objects)
	assert.ErrorContains(t, err, "absent")
	assert.ErrorContains(t, err, "gone")
}
