// Package marks says in tags and labels of an entity which object it belongs to. It
// is pure, and the IDs and marks that it makes must never change: entities in Konnect
// carry them.
package marks

import (
	"crypto/sha1" //nolint:gosec // see NextID
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Keys of marks: tags "key:value" on core entities, labels on control planes.
const (
	// ManagedBy, Owner and Key are on every entity of ours.
	ManagedBy = "managed-by"
	Owner     = "managed-owner"
	Key       = "managed-key"
	// Deletion is there only where the policy is not delete.
	Deletion = "managed-deletion"
	// Secret is there only where a key for it is given, on entities with values that
	// Konnect does not return.
	Secret = "managed-secret"

	// Implies is there only on carriers: entities whose objects imply further ones, and
	// says in which collections those are. For is on these, once for each carrier, with
	// what that names to imply it.
	Implies = "managed-implies"
	For     = "managed-for"

	// Kind, Namespace and Name are for people, and left out first when space is short.
	Kind      = "k8s-kind"
	Namespace = "k8s-namespace"
	Name      = "k8s-name"

	// OperatorUID and OperatorGroup are the Kong operator's alone.
	OperatorUID   = "k8s-uid"
	OperatorGroup = "k8s-group"
)

// Values of ManagedBy.
const (
	Us       = "konnectkit"
	Operator = "kong-operator"
)

// Konnect's limits; lengths in characters.
const (
	MaxTags        = 20
	MaxTagLength   = 128
	MaxLabels      = 50
	MaxLabelLength = 63
)

// namespaceUUID is the namespace of the UUIDs (version 5) of this module; it must never change.
var namespaceUUID = uuid.MustParse("5d1f2f0c-6a55-5f0e-9a3c-2b8c1f6e7d41")

// KeyOf is the fixed-size name of an object in marks.
func KeyOf(key crd.Key) string {
	return NextID(strings.Join([]string{key.Group, key.Kind, key.Namespace, key.Name}, "\x00"))
}

// EntityID is the Konnect ID with which an object's entity is created.
func EntityID(controlPlaneID, owner string, key crd.Key) string {
	return NextID(strings.Join([]string{controlPlaneID, owner, key.Group, key.Kind, key.Namespace, key.Name}, "\x00"))
}

// NextID is the ID that stands in for one which has gone over to another object.
func NextID(id string) string {
	var few [256]byte
	sum := sha1.Sum(append(append(few[:0], namespaceUUID[:]...), id...)) //nolint:gosec // what UUIDs of version 5 are made of
	next := uuid.UUID(sum[:16])
	next[6], next[8] = next[6]&0x0f|0x50, next[8]&0x3f|0x80
	return next.String()
}

// mark is a key with its value.
type mark struct{ key, value string }

// of returns the marks of an object's entity: first those that it cannot do without, and how
// many these are, then those for people.
func of(owner string, key crd.Key, policy crd.DeletionPolicy) (marks [7]mark, required int) {
	required = copy(marks[:], []mark{{ManagedBy, Us}, {Owner, owner}, {Key, KeyOf(key)}})
	if policy == crd.DeletionPolicyRetain || policy == crd.DeletionPolicyProtect {
		marks[required] = mark{Deletion, string(policy)}
		required++
	}
	// The names of implied entities have slashes, which tags cannot have.
	copy(marks[required:], []mark{{Name, strings.ReplaceAll(key.Name, "/", ".")}, {Namespace, key.Namespace}, {Kind, key.Kind}})
	return marks, required
}

// Count is the number of marks that an entity cannot do without.
func Count(policy crd.DeletionPolicy) int {
	_, required := of("", crd.Key{}, policy)
	return required
}

// IsKey reports whether key is reserved for marks.
func IsKey(key string) bool {
	return slices.Contains([]string{ManagedBy, Owner, Key, Deletion, Secret, Implies, For, Kind, Namespace, Name}, key)
}

// IsRequired reports whether a tag is a mark that an entity cannot do without.
func IsRequired(tag string) bool {
	key, _, _ := strings.Cut(tag, ":")
	return slices.Contains([]string{ManagedBy, Owner, Key, Deletion, Implies, For}, key)
}

// Is reports whether a tag has the form of a mark.
func Is(tag string) bool {
	key, _, hasValue := strings.Cut(tag, ":")
	return hasValue && IsKey(key)
}

// Tags returns the tags of an entity: the user's, without repetitions, then the
// marks, with those of implied entities, and readable ones only as far as the limit allows.
func Tags(user []string, owner string, key crd.Key, policy crd.DeletionPolicy, implied ...string) []string {
	tags := make([]string, 0, len(user)+7+len(implied))
	for _, tag := range user {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	marks, required := of(owner, key, policy)
	for _, m := range marks[:required] {
		tags = append(tags, m.key+":"+m.value)
	}
	tags = append(tags, implied...)
	for _, m := range marks[required:] {
		if m.value != "" && len(tags) < MaxTags { // of the cluster, or without a policy
			tags = append(tags, printable.Cut(m.key+":"+m.value, MaxTagLength))
		}
	}
	return tags
}

// Carrier is what implies an entity: an object, by its managed key, and what that names, in
// the same form.
type Carrier struct{ Key, Source string }

// Mark is that of the entity which the carrier implies.
func (c Carrier) Mark() string { return For + ":" + c.Key + "." + c.Source }

// Implying is the mark of a carrier with entities in some collections.
func Implying(collections []string) string { return Implies + ":" + strings.Join(collections, ".") }

// WithSecret returns tags with the mark of secret values, in place of another one. Readable
// marks give way to it; without any there may be more tags than Konnect takes.
func WithSecret(tags []string, mark string) []string {
	tags = slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return strings.HasPrefix(tag, Secret+":") })
	tags = append(tags, Secret+":"+mark)
	for i := len(tags) - 1; i >= 0 && len(tags) > MaxTags; i-- {
		if key, _, _ := strings.Cut(tags[i], ":"); key == Kind || key == Namespace || key == Name {
			tags = slices.Delete(tags, i, i+1)
		}
	}
	return tags
}

// Labels returns the labels that are ours to set, the user's and the marks, beside
// the number of others that the entity keeps.
func Labels(user map[string]string, others int, owner string, key crd.Key, policy crd.DeletionPolicy) map[string]string {
	labels := make(map[string]string, len(user)+7)
	maps.Copy(labels, user)
	marks, required := of(owner, key, policy)
	for _, m := range marks[:required] {
		labels[m.key] = m.value
	}
	for _, m := range marks[required:] {
		if value := strings.TrimRight(printable.Cut(m.value, MaxLabelLength), "-_."); value != "" && len(labels)+others < MaxLabels {
			labels[m.key] = value
		}
	}
	return labels
}
