package api

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"
	"golang.org/x/mod/semver"
)

// Rule is what a module promises since its last release.
type Rule struct {
	Module    string   // its path
	Base      string   // the release that is compared with
	Next      string   // the version to be released, empty while it is not known
	Announced []string // code spans of the changelog that name changes
}

// Problems returns the changes that the rule forbids, each in one line:
//
//   - Until 1.0 an incompatible change needs a new minor version and a line under
//     Changed or Removed that names what has changed, or the type it belongs to.
//   - From 1.0 on it needs a new major version, which is another module path; and
//     an addition needs a new minor version.
func (r Rule) Problems(changes []apidiff.Change) []string {
	var problems []string
	for _, change := range changes {
		if problem := r.problem(change); problem != "" {
			problems = append(problems, change.Message+": "+problem)
		}
	}
	return problems
}

func (r Rule) problem(change apidiff.Change) string {
	sameMinor := r.Next != "" && semver.MajorMinor(r.Next) == semver.MajorMinor(r.Base)
	stable := semver.Major(r.Base) != "v0"
	switch {
	case change.Compatible && stable && sameMinor:
		return fmt.Sprintf("an addition needs a new minor version, %s is a patch of %s", r.Next, r.Base)
	case change.Compatible:
		return ""
	case stable:
		return "an incompatible change since " + r.Base + " needs a new major version"
	case sameMinor:
		return fmt.Sprintf("an incompatible change needs a new minor version, %s is a patch of %s", r.Next, r.Base)
	case !r.announced(change.Message):
		return "an incompatible change since " + r.Base + " that CHANGELOG.md does not name in backticks under Changed or Removed"
	default:
		return ""
	}
}

func (r Rule) announced(message string) bool {
	subjects := subjects(r.Module, message)
	for _, span := range r.Announced {
		words := append(identifier.FindAllString(span, -1), span)
		if slices.ContainsFunc(subjects, func(s string) bool { return slices.Contains(words, s) }) {
			return true
		}
	}
	return false
}

var (
	identifier    = regexp.MustCompile(`[\pL_][\pL\pN_]*`)
	typeArguments = regexp.MustCompile(`\[[^\[\]]*\]`)
	removed       = regexp.MustCompile(`^package (\S+): `)
)

// subjects returns what a message of apidiff is about, such as Client and Ensure for
// "./konnect.(*Client).Ensure: removed"; of a package, its folder in the module.
func subjects(module, message string) []string {
	if match := removed.FindStringSubmatch(message); match != nil {
		return []string{strings.TrimPrefix(match[1], module+"/"), match[1]}
	}
	for typeArguments.MatchString(message) {
		message = typeArguments.ReplaceAllString(message, "")
	}
	subject, _, _ := strings.Cut(message, ": ")
	name, owner, _ := strings.Cut(subject, ", method set of ")
	if slash := strings.LastIndexByte(name, '/'); slash >= 0 {
		_, name, _ = strings.Cut(name[slash:], ".")
	}
	return identifier.FindAllString(name+" "+owner, -1)
}
