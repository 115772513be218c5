// Package changelog reads CHANGELOG.md, which has the form of Keep a Changelog, and
// turns what is unreleased into a version.
package changelog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// Unreleased is the version of the section on top.
const Unreleased = "Unreleased"

var (
	// A heading may hang a link on the version; [0.1.0] is the tag v0.1.0.
	versionHeading = regexp.MustCompile(`^## \[([^\]]+)\](?:\([^)]*\))?(?: - (\S+))?\s*$`)
	groupHeading   = regexp.MustCompile(`^### (.+?)\s*$`)
	codeSpan       = regexp.MustCompile("`([^`]+)`")
)

// Changelog is the text, and the sections in its order.
type Changelog struct {
	lines    []string
	Sections []Section
}

// Section is what one version says: lines of text below headings such as Changed.
type Section struct {
	Version string // vX.Y.Z or Unreleased
	Date    string // empty where the heading has none
	groups  map[string][]string
	heading int // index of the line
}

// Parse fails on headings that are not in order or not of the form, because what
// stands below them would be taken for a part of the section before.
func Parse(text string) (*Changelog, error) {
	c := &Changelog{lines: strings.Split(text, "\n")}
	group := ""
	for number, line := range c.lines {
		switch {
		case strings.HasPrefix(line, "## "):
			section, err := parseHeading(line)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", number+1, err)
			}
			section.heading, group = number, ""
			c.Sections = append(c.Sections, section)
		case len(c.Sections) == 0:
			continue
		case groupHeading.MatchString(line):
			group = groupHeading.FindStringSubmatch(line)[1]
		case strings.TrimSpace(line) != "":
			groups := c.Sections[len(c.Sections)-1].groups
			groups[group] = append(groups[group], line)
		}
	}
	return c, c.checkOrder()
}

func parseHeading(line string) (Section, error) {
	match := versionHeading.FindStringSubmatch(line)
	if match == nil {
		return Section{}, fmt.Errorf("want \"## [version] - date\", got %q", line)
	}
	version := match[1]
	if version != Unreleased {
		version = "v" + version
		if !semver.IsValid(version) || semver.Canonical(version) != version {
			return Section{}, fmt.Errorf("%q is no version", match[1])
		}
	}
	return Section{Version: version, Date: match[2], groups: map[string][]string{}}, nil
}

func (c *Changelog) checkOrder() error {
	if len(c.Sections) == 0 || c.Sections[0].Version != Unreleased {
		return fmt.Errorf("the first section is not [%s]", Unreleased)
	}
	if slices.ContainsFunc(c.Sections[1:], func(s Section) bool { return s.Version == Unreleased }) {
		return fmt.Errorf("two sections are [%s]", Unreleased)
	}
	for i := 2; i < len(c.Sections); i++ {
		newer, older := c.Sections[i-1].Version, c.Sections[i].Version
		if semver.Compare(newer, older) <= 0 {
			return fmt.Errorf("section %s stands above section %s", newer, older)
		}
	}
	return nil
}

// Empty reports whether a section has headings only.
func (s Section) Empty() bool { return len(s.groups) == 0 }

// Find returns the section of a version.
func (c *Changelog) Find(version string) (Section, bool) {
	i := slices.IndexFunc(c.Sections, func(s Section) bool { return s.Version == version })
	if i < 0 {
		return Section{}, false
	}
	return c.Sections[i], true
}

// Announced returns the code spans below Changed and Removed of all that is newer than
// a version.
func (c *Changelog) Announced(base string) []string {
	var spans []string
	for _, section := range c.Sections {
		if section.Version != Unreleased && semver.Compare(section.Version, base) <= 0 {
			continue
		}
		for _, group := range []string{"Changed", "Removed"} {
			text := strings.Join(section.groups[group], " ")
			for _, match := range codeSpan.FindAllStringSubmatch(text, -1) {
				spans = append(spans, match[1])
			}
		}
	}
	return spans
}

// Release returns the text in which what is unreleased belongs to a version.
func (c *Changelog) Release(version, date string) string {
	heading := c.Sections[0].heading
	added := []string{"", fmt.Sprintf("## [%s] - %s", strings.TrimPrefix(version, "v"), date)}
	return strings.Join(slices.Insert(slices.Clone(c.lines), heading+1, added...), "\n")
}
