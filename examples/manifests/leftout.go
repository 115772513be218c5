package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

// fileReason is what a file of a folder is that is left out as a whole: a noun, and
// what follows it.
type fileReason string

const (
	noManifest fileReason = "file| without objects"
	template   fileReason = "template| to render first"
	deckFile   fileReason = "decK file|"
	encrypted  fileReason = "file| that SOPS has encrypted"
	unreadable fileReason = "file| that is neither YAML nor JSON"
)

func (r fileReason) String() string { return strings.Replace(string(r), "|", "", 1) }

func (r fileReason) count(n int) string {
	noun, rest, _ := strings.Cut(string(r), "|")
	return count(n, noun) + rest
}

// leftOut is what was in the files and is no part of the batch.
type leftOut struct {
	foreign, unsupported []manifest.Skipped
	files                map[fileReason][]string
	// hidden are files that seem to hold objects of Kong's.
	hidden []string
	lines  []string
	// warnings are about what was translated.
	warnings []string
}

func (l *leftOut) object(file string, s manifest.Skipped) {
	l.lines = append(l.lines, oneLine(file)+": "+s.String())
	if s.Reason == manifest.SkippedUnsupported {
		l.unsupported = append(l.unsupported, s)
	} else {
		l.foreign = append(l.foreign, s)
	}
}

func (l *leftOut) file(path string, reason fileReason, hidden bool) {
	l.lines = append(l.lines, oneLine(path)+": "+reason.String())
	if l.files == nil {
		l.files = map[fileReason][]string{}
	}
	l.files[reason] = append(l.files[reason], oneLine(path))
	if hidden {
		l.hidden = append(l.hidden, path)
	}
}

// unread refuses to prune where a file was left out that may hold objects: their
// entities would be deleted.
func (l *leftOut) unread() error {
	var problems []error
	for _, path := range l.hidden {
		problems = append(problems, fmt.Errorf("%s: seems to hold objects of Kong's and cannot be read, so that --prune would delete what it stands for", path))
	}
	return errors.Join(problems...)
}

// String says in one line what is left out and why; it is empty where nothing is.
func (l *leftOut) String() string {
	var parts []string
	if n := len(l.unsupported); n > 0 {
		parts = append(parts, fmt.Sprintf("%s of Kong's that are not supported (%s)", count(n, "object"), named(l.unsupported)))
	}
	if n := len(l.foreign); n > 0 {
		parts = append(parts, fmt.Sprintf("%s of others (%s)", count(n, "object"), counted(l.foreign)))
	}
	for _, reason := range slices.Sorted(maps.Keys(l.files)) {
		paths := l.files[reason]
		parts = append(parts, fmt.Sprintf("%s (%s)", reason.count(len(paths)), some(paths, "", maxPaths)))
	}
	if len(parts) == 0 {
		return ""
	}
	return "left out " + strings.Join(parts, "; ")
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// Of one sort of what is left out, so many are named.
const (
	maxNames = 5
	maxPaths = 2
	maxKinds = 12
)

// some lists the first names, separated by commas.
func some(names []string, more string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more%s", strings.Join(names[:most], ", "), len(names)-most, more)
}

// named names a few objects, and counts many by kind.
func named(objects []manifest.Skipped) string {
	if len(objects) > maxNames {
		return counted(objects)
	}
	var names []string
	for _, s := range objects {
		name := s.Name
		if s.Namespace != "" {
			name = s.Namespace + "/" + s.Name
		}
		names = append(names, oneLine(s.Kind+" "+name))
	}
	return strings.Join(names, ", ")
}

// counted counts objects by kind.
func counted(objects []manifest.Skipped) string {
	counts := map[string]int{}
	for _, s := range objects {
		counts[oneLine(s.Kind)]++
	}
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[kind]; n > 1 {
			kind = fmt.Sprintf("%d %s", n, kind)
		}
		kinds = append(kinds, kind)
	}
	return some(kinds, " kinds", maxKinds)
}

// oneLine keeps what a file says on one line.
func oneLine(text string) string {
	if quoted := fmt.Sprintf("%q", text); quoted != `"`+text+`"` {
		return quoted
	}
	return strings.TrimSpace(text)
}
