package konnect

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
	"unique"

	"github.com/google/uuid"

	"github.com/konnectkit/konnectkit/crd"
)

// Keys of the marks that every entity of ours carries: as tags "key:value" on
// core entities, as labels on control planes.
const (
	markManagedBy = "managed-by"
	markOwner     = "managed-owner"
	markKey       = "managed-key"
	markDeletion  = "managed-deletion" // only where the policy is not delete

	markKind      = "k8s-kind"
	markNamespace = "k8s-namespace"
	markName      = "k8s-name"

	managedByUs       = "konnectkit"
	managedByOperator = "kong-operator"
	markOperatorUID   = "k8s-uid"
	markOperatorGroup = "k8s-group"
)

// namespaceUUID is the namespace of the UUIDs (version 5) of this module; it must never change.
var namespaceUUID = uuid.MustParse("5d1f2f0c-6a55-5f0e-9a3c-2b8c1f6e7d41")

// managedKey is the fixed-size name of an object in marks.
func managedKey(key crd.Key) string {
	return uuid.NewSHA1(namespaceUUID, []byte(strings.Join([]string{key.Group, key.Kind, key.Namespace, key.Name}, "\x00"))).String()
}

// computedID is the Konnect ID with which an object's entity is created.
func computedID(controlPlaneID, owner string, key crd.Key) string {
	name := strings.Join([]string{controlPlaneID, owner, key.Group, key.Kind, key.Namespace, key.Name}, "\x00")
	return uuid.NewSHA1(namespaceUUID, []byte(name)).String()
}

// mark is one mark of ours, readable ones being left out first when space is short.
type mark struct{ key, value string }

func requiredMarks(owner string, key crd.Key, policy crd.DeletionPolicy) []mark {
	marks := []mark{{markManagedBy, managedByUs}, {markOwner, owner}, {markKey, managedKey(key)}}
	if policy == crd.DeletionPolicyRetain || policy == crd.DeletionPolicyProtect {
		marks = append(marks, mark{markDeletion, string(policy)})
	}
	return marks
}

func readableMarks(key crd.Key) []mark {
	return []mark{{markName, key.Name}, {markNamespace, key.Namespace}, {markKind, key.Kind}}
}

// markKeys are those reserved for marks.
func markKeys() []string {
	return []string{markManagedBy, markOwner, markKey, markDeletion, markKind, markNamespace, markName}
}

// isMarkKey reports whether key is reserved for marks.
func isMarkKey(key string) bool { return slices.Contains(markKeys(), key) }

// isMark reports whether a tag has the form of a mark.
func isMark(tag string) bool {
	key, _, hasValue := strings.Cut(tag, ":")
	return hasValue && isMarkKey(key)
}

const (
	maxTags        = 20
	maxTagLength   = 128
	maxLabels      = 50
	maxLabelLength = 63
)

// tagsWithMarks returns the tags of an entity: the user's, without repetitions,
// then the marks, readable ones only as far as the limit allows.
func tagsWithMarks(user []string, owner string, key crd.Key, policy crd.DeletionPolicy) []string {
	tags := make([]string, 0, maxTags)
	seen := map[string]bool{}
	for _, tag := range user {
		if !seen[tag] {
			seen[tag] = true
			tags = append(tags, tag)
		}
	}
	for _, m := range requiredMarks(owner, key, policy) {
		tags = append(tags, m.key+":"+m.value)
	}
	for _, m := range readableMarks(key) {
		if len(tags) < maxTags {
			tags = append(tags, cut(m.key+":"+m.value, maxTagLength))
		}
	}
	return tags
}

// labelsWithMarks returns the labels that are ours to set: the user's and the marks.
func labelsWithMarks(user map[string]string, others int, owner string, key crd.Key, policy crd.DeletionPolicy) map[string]string {
	labels := make(map[string]string, len(user)+7)
	maps.Copy(labels, user)
	for _, m := range requiredMarks(owner, key, policy) {
		labels[m.key] = m.value
	}
	for _, m := range readableMarks(key) {
		if value := strings.TrimRight(cut(m.value, maxLabelLength), "-_."); value != "" && len(labels)+others < maxLabels {
			labels[m.key] = value
		}
	}
	return labels
}

func cut(s string, length int) string {
	if utf8.RuneCountInString(s) <= length {
		return s
	}
	return string([]rune(s)[:length])
}

// ownership is what the marks of an observed entity say.
type ownership struct {
	managedBy, owner, key string
	deletion              string
	operatorUID           string
	group, kind           string
	namespace, name       string
	// tags are all of them where the entity has no marks of ours.
	tags []string
}

// ours tells whether the entity carries the marks of owner.
func (o ownership) ours(owner string) bool { return o.managedBy == managedByUs && o.owner == owner }

// unmarked tells whether no tool that we know looks after the entity.
func (o ownership) unmarked() bool { return o.managedBy == "" && o.operatorUID == "" }

// isOperators tells whether the Kong operator looks after the entity.
func (o ownership) isOperators() bool {
	return o.managedBy == managedByOperator || o.managedBy == "" && o.operatorUID != ""
}

// deletionPolicy is what the marks say of the entity's end. A value that we do not
// know was put there to keep it.
func (o ownership) deletionPolicy() crd.DeletionPolicy {
	switch {
	case o.managedBy != managedByUs || o.deletion == "":
		return crd.DeletionPolicyDelete
	case o.deletion == string(crd.DeletionPolicyRetain):
		return crd.DeletionPolicyRetain
	default:
		return crd.DeletionPolicyProtect
	}
}

// holder describes who looks after the entity.
func (o ownership) holder() string {
	switch {
	case o.managedBy == managedByUs && o.name != "":
		return "owner " + o.owner + " (" + o.kind + " " + o.namespace + "/" + o.name + ")"
	case o.managedBy == managedByUs:
		return "owner " + o.owner
	case o.managedBy != "":
		return o.managedBy
	case o.operatorUID != "":
		return managedByOperator
	default:
		return "nobody"
	}
}

// shared returns one copy of a text that thousands of entities have.
func shared(value string) string { return unique.Make(value).Value() }

func (o *ownership) read(key, value string) {
	switch key {
	case markManagedBy:
		o.managedBy = shared(value)
	case markOwner:
		o.owner = shared(value)
	case markKey:
		o.key = value
	case markDeletion:
		o.deletion = value
	case markOperatorUID:
		o.operatorUID = value
	case markOperatorGroup:
		o.group = shared(value)
	case markKind:
		o.kind = shared(value)
	case markNamespace:
		o.namespace = shared(value)
	case markName:
		o.name = value
	}
}

func ownershipOf(tags []string, labels map[string]string) ownership {
	var o ownership
	for _, tag := range tags {
		if key, value, ok := strings.Cut(tag, ":"); ok {
			o.read(key, value)
		}
	}
	for key, value := range labels {
		o.read(key, value)
	}
	if o.managedBy != managedByUs {
		o.tags = tags
	}
	return o
}
