package konnect

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/marks"
)

// AdoptionPolicy says which entities may be taken over that exist under the name
// of an object. It holds for a whole batch; an object with spec.adopt does not
// need one, and the annotation konnectkit/adoption-policy sets it for one object. What is found under the name decides:
//
//	found                                    never  unowned  from-operator  tagged:t
//	marks of no tool, without tag t          error  adopted  adopted        error
//	marks of no tool, with tag t             error  adopted  adopted        adopted
//	marks of the Kong operator               error  error    adopted        error
//	managed-by: another tool, without tag t  error  error    error          error
//	managed-by: another tool, with tag t     error  error    error          adopted
//	marks of another konnectkit owner        error  error    error          error
//
// The error is *OwnershipError, before anything is written. Control planes are
// covered too, except by AdoptTagged: they have no tags.
//
// AdoptFromOperator finds the operator's entities by more than their names: k8s-kind,
// k8s-namespace and k8s-name among the marks tell an entity's object, so that what
// has no name, or another one, is found too and nothing is created beside it. Several
// for one object are an *AmbiguousEntityError, unless its UID tells them apart.
//
// An entity that is taken over becomes what the object says, with our marks in
// place of its former holder's. Tags that are not in the spec go, those of the
// Kong operator and the select-tag of decK among them, so that neither finds the
// entity again; a tag that the spec repeats stays, and so does one that WithKeptTags
// keeps. Of a control plane's labels only those of the Kong operator go. The former holder must have stopped
// looking after the entity, or both write in turn. Client.Plan shows what would
// change, with each entity's holder.
type AdoptionPolicy string

const (
	// AdoptNever leaves every entity without our marks alone. It is the default.
	AdoptNever AdoptionPolicy = "never"
	// AdoptUnowned takes over entities that carry the marks of no tool.
	AdoptUnowned AdoptionPolicy = "unowned"
	// AdoptFromOperator takes over entities of the Kong operator as well.
	AdoptFromOperator AdoptionPolicy = "from-operator"

	taggedPrefix = "tagged:"
)

// AdoptTagged takes over entities that carry the tag, and no others: with the tag
// that decK was run with as select-tag, those that decK looked after. In JSON it
// is "tagged:" and the tag.
func AdoptTagged(tag string) AdoptionPolicy { return AdoptionPolicy(taggedPrefix + tag) }

// WithAdoption sets the policy for entities that exist under an object's name.
func WithAdoption(policy AdoptionPolicy) EnsureOption {
	return ensureOption(func(c *callOptions) { c.adoption = policy })
}

// tag is that of AdoptTagged; empty for other policies.
func (p AdoptionPolicy) tag() string {
	tag, found := strings.CutPrefix(string(p), taggedPrefix)
	if !found {
		return ""
	}
	return tag
}

// allows reports whether an entity with marks o, not ours, may be taken over.
func (p AdoptionPolicy) allows(o marks.Ownership) bool {
	if tag := p.tag(); tag != "" {
		return o.ManagedBy != marks.Us && !o.IsOperators() && slices.Contains(o.Tags(), tag)
	}
	switch p {
	case AdoptUnowned:
		return o.Unmarked()
	case AdoptFromOperator:
		return o.Unmarked() || o.IsOperators()
	default:
		return false
	}
}

// Validate returns why p is no policy; nil for one, and for an empty p, which is
// AdoptNever.
func (p AdoptionPolicy) Validate() error {
	if tag := p.tag(); tag != "" {
		key, _, _ := strings.Cut(tag, ":")
		switch {
		case strings.ContainsAny(tag, ",/") || strings.ContainsFunc(tag, konnectrules.IsControl) || utf8.RuneCountInString(tag) > marks.MaxTagLength:
			return fmt.Errorf("konnect has no tag %q", tag)
		case key != marks.ManagedBy && marks.IsKey(key), tag == marks.ManagedBy+":"+marks.Us:
			return fmt.Errorf("the tag %q is a mark of konnectkit, whose entities are not taken over", tag)
		case tag == marks.ManagedBy+":"+marks.Operator:
			return fmt.Errorf("the tag %q is that of the kong operator: use AdoptFromOperator", tag)
		}
		return nil
	}
	if !slices.Contains([]AdoptionPolicy{"", AdoptNever, AdoptUnowned, AdoptFromOperator}, p) {
		return fmt.Errorf("%q is no policy", string(p))
	}
	return nil
}
