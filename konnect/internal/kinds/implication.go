package kinds

import (
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/implication"
)

// Implication is a list of names in objects which implies entities that have no objects of
// their own.
type Implication struct {
	// Field is the path of the list. Where it has no items of their own, as in an
	// annotation, it is that of the reference too.
	Field string
	// In are the collections of what it implies.
	In []string
	// Forgets is true where what was implied goes when the Source says that the source is gone.
	Forgets bool
	// Condition is the type of the condition that tells whether all sources are good; empty
	// for none.
	Condition string
	// Of returns what objects of one namespace and control plane, the carriers, imply
	// together by naming the same source, by kind and name.
	Of func(source crd.Object, controlPlane crd.Key, carriers []crd.Object) implication.Result
}

// Implication returns that of a reference; nil for none.
func (k *Kind) Implication(ref crd.Reference) *Implication {
	for n := range k.Implies {
		if list, _, _ := strings.Cut(k.Implies[n].Field, "[0]"); strings.HasPrefix(ref.Field, list) {
			return &k.Implies[n]
		}
	}
	return nil
}

// credentialSecrets are the Secrets in which consumers have credentials.
func credentialSecrets() Implication {
	return Implication{
		Field: "credentials[0]", In: []string{"acls", "key-auths", "basic-auths", "hmac-auths", "jwts"},
		Of: implication.Credentials, Forgets: true, Condition: crd.ConditionCredentialSecretRefsValid,
	}
}
