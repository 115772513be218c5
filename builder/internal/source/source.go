// Package source is what translations of cluster objects share: the names of what they
// make, and the labels that say what it was made of.
package source

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/konnectkit/konnectkit/crd"
)

// Labels of objects that are in another namespace than what they were made of, where no
// owner reference can reach.
const (
	// LabelManagedBy is "konnectkit".
	LabelManagedBy = "app.kubernetes.io/managed-by"
	// LabelKind, LabelNamespace and LabelName say which object it was. A name that is too
	// long for a label is cut and ends in a hash of the whole.
	LabelKind      = "konnectkit/source-kind"
	LabelNamespace = "konnectkit/source-namespace"
	LabelName      = "konnectkit/source-name"
)

// Labels returns those of what is made of an object. All of its objects have them, and no
// other objects do.
func Labels(of crd.Key) map[string]string {
	return map[string]string{
		LabelManagedBy: "konnectkit",
		LabelKind:      of.Kind,
		LabelNamespace: of.Namespace,
		LabelName:      Fit(of.Name, validation.LabelValueMaxLength),
	}
}

// The most characters of a name: of an object, and of an entity in Konnect.
const (
	MaxObjectName  = validation.DNS1123SubdomainMaxLength
	MaxKonnectName = 128
)

// Label returns a name as one label of another name: without dots, which stand between those.
func Label(name string) string {
	if !strings.Contains(name, ".") {
		return name
	}
	return strings.ReplaceAll(name, ".", "-") + "-" + Hash(name)
}

// hashCharacters of a name in hexadecimal are what cut names end in.
const hashCharacters = 10

// Fit returns name, cut and with a hash of the whole at its end where it is longer
// than most.
func Fit(name string, most int) string {
	if len(name) <= most {
		return name
	}
	return strings.TrimRight(name[:most-hashCharacters-1], "-.") + "-" + Hash(name)
}

// Hash returns ten characters that stand for a text.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:hashCharacters]
}
