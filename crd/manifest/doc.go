// Package manifest reads objects from YAML and JSON manifests and writes them. It
// also holds the CustomResourceDefinitions of their kinds.
//
// Reading is strict: an unknown field, kind or version, a key that occurs twice, a
// value of the wrong type and a required field that is not there are errors. YAML
// is understood as kubectl does (YAML 1.1: yes and no are booleans), and an explicit
// null counts as unset, as it does for an API server. The other rules of the CRD
// schema are not checked; that is what crd.Object.Validate is for.
//
// SkipUnknownKinds and AllowUnknownFields relax that for files that were written for
// others too: the manifests of a whole repository, the objects of a newer operator.
package manifest
