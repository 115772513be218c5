package manifest

import (
	"fmt"
	"strconv"
	"strings"
)

// DecodeOption changes what DecodeAll takes.
type DecodeOption func(*decodeOptions)

type decodeOptions struct {
	skip, tolerate bool
	skipped        func(Skipped)
	take           func(Foreign) (bool, error)
	unknown        func(Problem)
}

// SkipUnknownKinds leaves out what is no object of this module: objects of other kinds,
// decK files and documents that are no manifests. Each is reported, in the order of the
// input and before DecodeAll returns; report may be nil.
//
// What is nearly an object of this module stays an error: a kind that is misspelt or of
// another API group, a version that does not exist, and a document with metadata and
// spec that does not say its kind.
func SkipUnknownKinds(report func(Skipped)) DecodeOption {
	return func(o *decodeOptions) { o.skip, o.skipped = true, report }
}

// TakeForeignKinds hands objects of API groups that are not Kong's to take, in the order of
// the input, such as Ingresses that a program translates. Where it returns false the object
// is refused or left out, as without the option. Its error is a Problem of the object, one
// line in which nothing of a Secret may stand.
func TakeForeignKinds(take func(Foreign) (bool, error)) DecodeOption {
	return func(o *decodeOptions) { o.take = take }
}

// Foreign is an object of another API group than Kong's.
type Foreign struct {
	Skipped
	// JSON is the object as it was read, with its keys in order.
	JSON []byte
}

// AllowUnknownFields drops fields that are not known, such as those that a newer operator
// has added, and reports each as a Problem that is no error; report may be nil.
//
// They stay errors where one that is ignored could mean that more is allowed than was
// written: in KongReferenceGrants, KonnectAPIAuthConfigurations and Secrets, KongRoutes,
// plugins, their bindings and credentials, but for their status; in the metadata of all
// objects, where annotations are; and in references and spec.adopt.
func AllowUnknownFields(report func(Problem)) DecodeOption {
	return func(o *decodeOptions) { o.tolerate, o.unknown = true, report }
}

// Skipped is an object or document that SkipUnknownKinds has left out.
type Skipped struct {
	// Document and Line are those of a Problem.
	Document, Line int
	// APIVersion, Kind, Namespace and Name, as far as the document has them.
	APIVersion, Kind, Namespace, Name string
	Reason                            SkipReason
}

// SkipReason is why something was left out.
type SkipReason string

const (
	// SkippedForeign is an object of an API group that is not Kong's.
	SkippedForeign SkipReason = "foreign kind"
	// SkippedUnsupported is an object of Kong's API groups whose kind this module
	// does not have.
	SkippedUnsupported SkipReason = "unsupported kind"
	// SkippedDeckFile is Kong's configuration in decK's format.
	SkippedDeckFile SkipReason = "decK file"
	// SkippedNoManifest is a document without apiVersion and kind.
	SkippedNoManifest SkipReason = "no manifest"
)

// String is one line, such as "document 2, line 14: KongVault env
// (configuration.konghq.com/v1alpha1): unsupported kind".
func (s Skipped) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "document %d", s.Document)
	if s.Line > 0 {
		fmt.Fprintf(&b, ", line %d", s.Line)
	}
	if object := title(s.Kind, s.Namespace, s.Name); object != "" {
		b.WriteString(": " + object)
	}
	if s.APIVersion != "" {
		b.WriteString(" (" + oneLine(s.APIVersion) + ")")
	}
	return b.String() + ": " + string(s.Reason)
}

// title is kind, namespace and name of an object, as far as they are there.
func title(kind, namespace, name string) string {
	if namespace != "" {
		name = namespace + "/" + name
	}
	return oneLine(strings.TrimSpace(kind + " " + name))
}

// oneLine quotes what would not stay on one line.
func oneLine(text string) string {
	if quoted := strconv.Quote(text); quoted != `"`+text+`"` {
		return quoted
	}
	return text
}
