// Package konnect makes Kong Konnect hold what objects say.
//
// A [Client] takes a batch of objects (control planes, services, routes,
// upstreams, targets, and the credentials, Secrets and grants that they name) in
// any order. [Client.Ensure] checks and resolves them together, reads what
// Konnect holds, and writes what differs, parents before children. [Client.Plan]
// does all that but the writing; [Client.Apply] carries a plan out, if nothing
// has changed since. [Client.Delete] takes entities away, dependents first.
//
//	client, err := konnect.NewClient(konnect.WithToken(token), konnect.WithRegion("us"))
//	report, err := client.Ensure(ctx, objects)
//
// # Whose entities
//
// Every entity carries marks: tags, or labels on control planes, that name this
// module, an owner ([WithOwner]) and the object. An entity without our marks is
// never touched: [*OwnershipError]; only where its ID is the computed one, or the
// object's own status names it and no tool has marked it, were the marks lost. It is taken over with the object's spec.adopt
// or an [AdoptionPolicy].
//
// # What is promised
//
// Core entities are created under an ID that is computed from control plane,
// owner and object, so that no retry, crash or second process makes a duplicate.
// A call that finds everything as desired writes nothing. Konnect has no
// compare-and-set: marks that are there when we look are respected, and two
// writers at the very same time converge within one further run.
//
// # Errors
//
// What is wrong with a batch is reported all together, as a [*ValidationError],
// before the first write; [WithPartial] lets it stop only the objects concerned.
// Later failures concern single objects: the others go on, the [Report] tells
// about each, and calling again resumes.
package konnect
