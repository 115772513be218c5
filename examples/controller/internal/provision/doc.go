// Package provision keeps Konnect as the custom resources of a cluster say: a
// controller on top of package konnect that knows no kind by name.
//
// What is reconciled is not an object but a tree: a control plane with everything
// that lives in it, in one call of Client.Ensure. So a thousand objects that change
// together cost a few lists and one write each, and a tree without a change costs lists
// only.
package provision
