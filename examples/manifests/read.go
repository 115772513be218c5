package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/examples/internal/cluster"
)

// read returns the objects of all paths, and what it left out. The error lists what is
// wrong with any of them.
func read(o options, stdin io.Reader) ([]crd.Object, *leftOut, error) {
	r := reader{strict: o.strict, stdin: stdin}
	for _, path := range o.paths {
		files, err := filesOf(path)
		r.problem(err)
		for _, f := range files {
			r.problem(r.file(f))
		}
	}
	if o.prune {
		r.problem(r.left.unread())
	}
	r.problem(r.translate(o))
	err := errors.Join(r.problems...)
	if err == nil && len(r.objects)+len(r.translated) == 0 {
		err = fmt.Errorf("no object in %s", strings.Join(o.paths, ", "))
	}
	if err != nil {
		return nil, &r.left, err
	}
	if o.translate {
		return r.translated, &r.left, nil
	}
	return append(r.objects, r.translated...), &r.left, nil
}

// reader collects what all files hold.
type reader struct {
	strict   bool
	stdin    io.Reader
	objects  []crd.Object
	left     leftOut
	problems []error
	// cluster has the objects of a cluster that become Kong's, and taken is where they were found.
	cluster cluster.Objects
	taken   []taken
	// translated is what became of them.
	translated []crd.Object
}

// taken is an object of a cluster, in a file.
type taken struct {
	file file
	what manifest.Skipped
	err  error
}

func (r *reader) problem(err error) {
	if err != nil {
		r.problems = append(r.problems, err)
	}
}

// file reads one file.
func (r *reader) file(f file) error {
	content, err := r.content(f.path)
	if err != nil {
		return err
	}
	var skipped []manifest.Skipped
	opts := []manifest.DecodeOption{manifest.TakeForeignKinds(func(object manifest.Foreign) (bool, error) {
		known, err := r.cluster.Take(object)
		if known {
			r.taken = append(r.taken, taken{f, object.Skipped, err})
		}
		return known, nil // it is wrong only where it is translated
	})}
	if !r.strict {
		opts = append(opts, manifest.SkipUnknownKinds(func(s manifest.Skipped) { skipped = append(skipped, s) }))
	}
	objects, err := manifest.DecodeAll(bytes.NewReader(content), opts...)
	if reason := whyNot(f, content, err); reason != "" && !r.strict {
		r.left.file(f.path, reason, reason != noManifest && mentionsKong(content))
		return nil
	}
	if err != nil {
		return eachLine(f.name(), err)
	}
	r.objects = append(r.objects, objects...)
	return r.skip(f, skipped, len(objects) > 0)
}

// skip notes what DecodeAll has left out of a file.
func (r *reader) skip(f file, skipped []manifest.Skipped, hasObjects bool) error {
	var problems []error
	var reason fileReason
	for _, s := range skipped {
		switch {
		case s.Reason == manifest.SkippedForeign, s.Reason == manifest.SkippedUnsupported:
			r.left.object(f.name(), s)
		case hasObjects || !f.found:
			problems = append(problems, fmt.Errorf("%s: %s", f.name(), s))
		case s.Reason == manifest.SkippedDeckFile:
			reason = deckFile
		default:
			reason = noManifest
		}
	}
	if reason != "" {
		r.left.file(f.path, reason, false)
	}
	return errors.Join(problems...)
}

// content reads a file, no more of it than DecodeAll takes.
func (r *reader) content(path string) ([]byte, error) {
	from := r.stdin
	if path != "-" {
		opened, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = opened.Close() }()
		from = opened
	}
	return io.ReadAll(io.LimitReader(from, manifest.MaxInputBytes+1))
}

// name is how messages call the file.
func (f file) name() string {
	if f.path == "-" {
		return "standard input"
	}
	return f.path
}

// whyNot returns why a file that was found in a folder, and decoded with err, is left
// out; empty when it is not.
func whyNot(f file, content []byte, err error) fileReason {
	base := strings.TrimSuffix(filepath.Base(f.path), filepath.Ext(f.path))
	switch {
	case !f.found:
		return ""
	case errors.Is(err, manifest.ErrTemplate), f.chart && bytes.Contains(content, []byte("{{")):
		return template
	case err == nil:
		return ""
	case base == "kustomization", base == "values", strings.HasPrefix(base, "values-"), strings.HasPrefix(base, "values."):
		return noManifest
	case bytes.Contains(content, []byte("\nsops:")), bytes.Contains(content, []byte(`"sops":`)):
		return encrypted
	case !mentionsKong(content) && !mentionsSecret(content):
		return unreadable
	}
	return ""
}

// mentionsKong reports whether a text that may be no YAML seems to hold objects of Kong's.
func mentionsKong(content []byte) bool {
	return regexp.MustCompile(`konghq\.com/v|\bkind["']?\s*:\s*["']?(Kong|Konnect)`).Match(content)
}

// mentionsSecret reports whether it seems to hold a Secret.
func mentionsSecret(content []byte) bool {
	return regexp.MustCompile(`\bkind["']?\s*:\s*["']?Secret\b`).Match(content)
}

// eachLine puts a name before each line of an error.
func eachLine(name string, err error) error {
	var problems []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		problems = append(problems, fmt.Errorf("%s: %s", name, line))
	}
	return errors.Join(problems...)
}
