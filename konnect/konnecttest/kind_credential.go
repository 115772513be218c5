package konnecttest

import (
	"crypto/rand"
	"strings"
)

// credential is a kind of credential of a consumer, which is written below it. Paths below a
// consumer may be called otherwise than the flat one.
func credential(set *settings, path, segment string) *collection {
	return &collection{
		path: path, entity: strings.TrimSuffix(path, "s"), limit: 50_000, flat: flatReads, unchanging: set.kinds.unchanging,
		foreign: []foreign{{field: "consumer", to: "consumers", required: true, onDelete: cascade}},
		nested:  []nesting{{parent: "consumers", segment: segment, field: "consumer"}},
		writes:  writing{moved: set.kinds.movedCredential},
	}
}

// owner is the consumer in the body of a credential, which may be there with all its fields: the
// path decides.
func owner() field {
	out := reference("consumer")
	out.open = true
	return out
}

// generate makes values of these fields where none is sent.
func (set *settings) generate(names ...string) func(*completion) *failure {
	return func(c *completion) *failure {
		for _, name := range names {
			switch {
			case c.values[name] != nil:
			case set.kinds.generatedKept && text(c.old, name) != "":
				c.values[name] = c.old[name]
			default:
				c.values[name] = rand.Text() + rand.Text()[:6]
			}
		}
		return nil
	}
}

// withheld leaves fields out of answers; nil for none.
func withheld(names ...string) func(object) []string {
	if len(names) == 0 {
		return nil
	}
	return func(object) []string { return names }
}

// withheldSecrets are the secrets that answers leave out, of those of an entity.
func (set *settings) withheldSecrets(secrets ...string) []string {
	if set.kinds.secretsWithheld {
		return secrets
	}
	return nil
}
