package manifest

import _ "embed"

// crds is generated from the Go types of the packages under crd; see make generate.
//
//go:embed crds.yaml
var crds string

// OperatorVersion is the version of the Kong operator whose CRDs the types of this
// module follow.
const OperatorVersion = "2.2.3"

// CRDs returns the CustomResourceDefinitions of all kinds and versions of this
// module as YAML documents, fit for kubectl apply -f. They accept what the CRDs
// of the Kong operator at OperatorVersion accept. Where the operator is installed, its own
// CRDs are there already: leave those in place.
func CRDs() []byte { return []byte(crds) }
