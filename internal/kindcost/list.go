package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const (
	document = "CONTRIBUTING.md"
	// touched and mentions are the headings over the two lists.
	touched  = "### Every file that a kind touches"
	mentions = "### Files that name kinds for reasons of their own"
)

// list is what CONTRIBUTING.md says of the files of a kind.
type list struct {
	rows []row
	// others are the patterns of files that name a kind, and need not be touched for one.
	others []string
	// files are those of the repository, by their paths with slashes.
	files []string
}

// row is a line of the list: files, and the kinds that they are for.
type row struct {
	patterns []string
	// of is "all", "entities" for kinds inside a control plane, or "some".
	of string
}

// kind has the names that the kind goes by.
type kind struct {
	name  string // KongTarget
	lower string // kongtarget
	short string // target, as in the names of files
	// more are files of its own under other names.
	more []string
	// longer are the short names of other kinds that begin with its own.
	longer []string
}

// among returns the kind as one of several.
func (k kind) among(names []string) kind {
	for _, name := range names {
		if other := newKind(name).short; other != k.short && strings.HasPrefix(other, k.short) {
			k.longer = append(k.longer, other)
		}
	}
	return k
}

// isOthers reports whether a file is one of a kind with a longer name.
func (k kind) isOthers(file string) bool {
	return slices.ContainsFunc(k.longer, func(name string) bool { return strings.Contains(path.Base(file), name) })
}

// newKind returns the names of a kind. A large one has files besides.
func newKind(name string) kind {
	k := kind{name: name, lower: strings.ToLower(name)}
	k.short = strings.TrimPrefix(k.lower, "kong")
	if rest, ok := strings.CutPrefix(k.lower, "konnectgateway"); ok {
		k.short = rest
	} else if rest, ok := strings.CutPrefix(k.lower, "konnect"); ok {
		k.short = strings.TrimSuffix(rest, "configuration")
	}
	k.more = map[string][]string{
		"KongService":                {"builder/address.go"},
		"KongUpstream":               {"builder/healthchecks*.go", "crd/*/*/healthchecks_*.go"},
		"KonnectGatewayControlPlane": {"crd/*/*/createcontrolplanerequest_*.go", "konnect/konnecttest/controlplanes*.go"},
	}[name]
	return k
}

// in puts the names of the kind into a pattern.
func (k kind) in(pattern string) string {
	return strings.NewReplacer("<Kind>", k.name, "<kind>", k.lower, "<name>", k.short).Replace(pattern)
}

// isOwn reports whether a pattern is for files of one kind.
func isOwn(pattern string) bool { return strings.Contains(pattern, "<") }

// readList reads the lists of CONTRIBUTING.md and the names of all files.
func readList(root string) (list, error) {
	text, err := os.ReadFile(filepath.Join(root, document))
	if err != nil {
		return list{}, err
	}
	l, err := parseList(string(text))
	if err != nil {
		return list{}, err
	}
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		relative, relErr := filepath.Rel(root, name)
		switch {
		case err != nil || relErr != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(relative, ".git") && relative != ".github":
			return filepath.SkipDir
		case !entry.IsDir():
			l.files = append(l.files, filepath.ToSlash(relative))
		}
		return nil
	})
	return l, err
}

func parseList(text string) (list, error) {
	var l list
	heading := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			heading = line
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		patterns := quoted(cells[0])
		switch {
		case len(patterns) == 0:
		case heading == touched && strings.HasPrefix(line, "|") && len(cells) == 3:
			l.rows = append(l.rows, row{patterns: patterns, of: strings.TrimSpace(cells[1])})
		case heading == mentions:
			l.others = append(l.others, quoted(line)...)
		}
	}
	if len(l.rows) == 0 || len(l.others) == 0 {
		return l, fmt.Errorf("%s: nothing is listed under %q or %q", document, touched, mentions)
	}
	return l, nil
}

// quoted returns what stands between backquotes.
func quoted(text string) []string {
	var found []string
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			found = append(found, part)
		}
	}
	return found
}

// matching returns the files that a pattern of package path matches; one that ends in
// /** matches all below a folder.
func (l list) matching(pattern string) []string {
	var found []string
	for _, file := range l.files {
		if matches(pattern, file) {
			found = append(found, file)
		}
	}
	return found
}

func matches(pattern, file string) bool {
	if folder, ok := strings.CutSuffix(pattern, "/**"); ok {
		return strings.HasPrefix(file, folder+"/")
	}
	ok, err := path.Match(pattern, file)
	return ok && err == nil
}
