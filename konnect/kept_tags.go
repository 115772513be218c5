package konnect

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/marks"
)

// WithKeptTags leaves tags of others on the client's entities: a tag that the spec does
// not have and that matches one of the patterns is no drift, is not taken away, and is
// carried in every write. Without it all tags go that neither the spec has nor are marks.
// It is for tools that tag what they refer to, such as decK with default_lookup_tags,
// which would write the tag again in each of their runs. What a tool finds by its tag it
// may also delete: decK does so once its file no longer looks the entity up.
//
// Patterns are those of [path.Match] and match a whole tag: "*" stands for any
// characters, as in "team-*", "?" for one, "[ab]" for one of these, and a backslash takes
// the next character as it is. "*" alone keeps all tags of others. Marks of konnectkit are
// never kept, whatever matches them; a pattern such as "managed-owner:*" is an error.
//
// What matches stays for good, also a former holder's tag when an entity is adopted
// (AdoptTagged) and a tag that the spec had before; a new entity gets none. An entity has
// 20 tags at most: those that are kept come before the readable marks, and where they
// leave no room for what the spec adds the object is refused before anything is written.
// Given again, the option replaces the patterns.
func WithKeptTags(patterns ...string) Option {
	return Option{func(c *config) error {
		for _, pattern := range patterns {
			if err := checkTagPattern(pattern); err != nil {
				return fmt.Errorf("WithKeptTags: %w", err)
			}
		}
		c.keptTags = slices.Clone(patterns)
		return nil
	}}
}

func checkTagPattern(pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return fmt.Errorf("%q is no pattern: a bracket or a backslash lacks its end", pattern)
	}
	if pattern == "" || strings.ContainsAny(pattern, ",/") || strings.ContainsFunc(pattern, konnectrules.IsControl) {
		return fmt.Errorf("konnect has no tag that matches %q", pattern)
	}
	if marks.Is(pattern) {
		return fmt.Errorf("%q is about marks of konnectkit, which are never kept", pattern)
	}
	return nil
}

// keptTags are patterns of tags.
type keptTags []string

// keeps reports whether a tag stays though the spec does not have it. Marks are ours.
func (k keptTags) keeps(tag string) bool {
	return !marks.Is(tag) && slices.ContainsFunc(k, func(pattern string) bool {
		matched, err := path.Match(pattern, tag)
		return err == nil && matched
	})
}

// beside returns the tags of an entity that stay beside those of the spec.
func (k keptTags) beside(spec []string, entity canon.Object) []string {
	if len(k) == 0 {
		return nil
	}
	return slices.DeleteFunc(canon.Texts(entity["tags"]), func(tag string) bool {
		return slices.Contains(spec, tag) || !k.keeps(tag)
	})
}

// withoutKept returns an entity with its tags in order and without those that stay beside
// the spec's, so that a plan does not depend on what others do to them.
func (k keptTags) withoutKept(spec []string, entity canon.Object) canon.Object {
	tags, kept := canon.Texts(entity["tags"]), k.beside(spec, entity)
	if len(tags) == 0 {
		return entity
	}
	tags = slices.DeleteFunc(tags, func(tag string) bool { return slices.Contains(kept, tag) })
	slices.Sort(tags)
	entity = maps.Clone(entity)
	entity["tags"] = tags
	return entity
}
