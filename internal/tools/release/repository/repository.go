// Package repository knows the git repository of the project: its modules, its
// releases, and what it held at one of them.
package repository

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"
)

// Published returns the folders of the modules that programs import. A release tags
// each of them, all with the same version.
func Published() []string { return []string{".", "crd/applyconfiguration"} }

// Repository is a work tree.
type Repository struct{ Root string }

// Dir returns the path of a module's folder.
func (r Repository) Dir(module string) string {
	return filepath.Join(r.Root, filepath.FromSlash(module))
}

// Git runs git in the work tree and returns what it prints, without the last newline.
func (r Repository) Git(ctx context.Context, arguments ...string) (string, error) {
	out, err := r.run(ctx, ".", "git", arguments...)
	return strings.TrimSuffix(out, "\n"), err
}

// Go runs the go command in the folder of a module, outside any workspace, and returns
// what it prints.
func (r Repository) Go(ctx context.Context, module string, arguments ...string) (string, error) {
	return r.run(ctx, module, "go", arguments...)
}

func (r Repository) run(ctx context.Context, module, program string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = r.Dir(module)
	command.Env = append(os.Environ(), "GOWORK=off")
	var out, problems bytes.Buffer
	command.Stdout, command.Stderr = &out, &problems
	if err := command.Run(); err != nil {
		text := strings.TrimSpace(out.String() + problems.String())
		return out.String(), fmt.Errorf("%s %s in %s: %w: %s", program, strings.Join(arguments, " "), module, err, text)
	}
	return out.String(), nil
}

// Modules returns the folders of all modules that git tracks or would track.
func (r Repository) Modules(ctx context.Context) ([]string, error) {
	files, err := r.Git(ctx, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "go.mod", "*/go.mod")
	if err != nil {
		return nil, err
	}
	var modules []string
	for file := range strings.SplitSeq(strings.TrimSuffix(files, "\x00"), "\x00") {
		if _, err := os.Stat(r.Dir(file)); err == nil {
			modules = append(modules, path.Dir(file))
		}
	}
	return modules, nil
}

// Tag returns the name of the tag of a module at a version.
func Tag(module, version string) string { return path.Join(module, version) }

// LastRelease returns the highest version of a module that the current commit
// contains, empty without any. Pre-releases promise nothing, and are passed over.
func (r Repository) LastRelease(ctx context.Context, module string) (string, error) {
	tags, err := r.Git(ctx, "tag", "--merged", "HEAD", "--list", Tag(module, "v*"))
	if err != nil {
		return "", err
	}
	last := ""
	for tag := range strings.Lines(tags) {
		version := path.Base(strings.TrimSpace(tag))
		if Tag(module, version) != strings.TrimSpace(tag) || semver.Canonical(version) != version {
			continue
		}
		if semver.Prerelease(version) == "" && semver.Compare(version, last) > 0 {
			last = version
		}
	}
	return last, nil
}

// Shallow reports whether the clone lacks a part of the history, and so maybe tags.
func (r Repository) Shallow(ctx context.Context) (bool, error) {
	shallow, err := r.Git(ctx, "rev-parse", "--is-shallow-repository")
	return shallow == "true", err
}

// Export writes the files of a commit into a folder.
func (r Repository) Export(ctx context.Context, commit, into string) error {
	archive, err := r.run(ctx, ".", "git", "archive", "--format=tar", commit)
	if err != nil {
		return err
	}
	target, err := os.OpenRoot(into)
	if err != nil {
		return err
	}
	defer func() { _ = target.Close() }() // Only read from by then.
	files := tar.NewReader(strings.NewReader(archive))
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read archive of %s: %w", commit, err)
		}
		if err := extract(target, header, files); err != nil {
			return fmt.Errorf("extract %s of %s: %w", header.Name, commit, err)
		}
	}
}

// extract leaves out what is neither a file nor a folder: no Go source is a link.
func extract(target *os.Root, header *tar.Header, content io.Reader) error {
	name := path.Clean(header.Name)
	switch header.Typeflag {
	case tar.TypeDir:
		if err := target.Mkdir(name, 0o755); !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	case tar.TypeReg:
		file, err := target.Create(name)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		return errors.Join(err, file.Close())
	default:
		return nil
	}
}
