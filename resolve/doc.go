// Package resolve turns a batch of objects into the graph of their references:
// what has to be there first, which control plane holds what, and everything
// that is wrong with the references, all at once.
//
// References are followed within the batch first and then through a [Source],
// transitively: a service that is looked up leads to its control plane, the
// control plane to its credentials.
//
// A reference into another namespace needs a KongReferenceGrant in that namespace,
// which the batch or the source holds; of two with one key, that of the batch counts.
// Without a grant the reference is as if its target were not there, whether or not
// the batch holds it: it has no node, no control plane is inherited through it, and
// nothing but the missing grant is reported: [*NotGrantedError].
//
// Resolve reads only; it neither changes objects nor talks to Konnect.
package resolve
