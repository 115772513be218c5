// Package konnect makes Kong Konnect hold what objects say.
//
// A [Client] takes a batch of objects (control planes, services, routes,
// upstreams, targets, and the credentials, Secrets and grants that they name) in
// any order. [Client.Ensure] checks and resolves them together, reads what
// Konnect holds, and writes what differs, parents before children. [Client.Plan]
// does all that but the writing; [Client.Apply] carries a plan out, if nothing
// has changed since. [Client.Delete] takes entities away, dependents first, and
// [Client.Release] gives them up as they are.
//
//	client, err := konnect.NewClient(konnect.WithToken(token), konnect.WithRegion("us"))
//	report, err := client.Ensure(ctx, objects)
//
// # Whose entities
//
// Every entity carries marks: tags, or labels on control planes, that name this
// module, an owner ([WithOwner]) and the object. An entity without our marks is
// never touched: [*OwnershipError]. (Marks that were lost are no obstacle where
// the ID is the computed one, or the status of an object that has always managed it
// names it and no tool has marked it.) It is taken over with the object's spec.adopt or, for a whole batch,
// an [AdoptionPolicy], whose comment has the table of what happens.
// An entity with the marks of our owner for an object that is not in the batch is
// left alone too, unless the batch is complete ([WithPrune]): the object was
// renamed then.
//
// Tags of an entity of ours that are neither the spec's nor marks are taken away, with a
// [Warning]: a tool that writes them in each of its runs would do so in turn with us.
// [WithKeptTags] leaves them.
//
// Annotations of an object protect its entity alone. konnectkit/deletion-policy
// ([crd.DeletionPolicy]) keeps it from being deleted or pruned, by itself or with
// what it lies in; konnectkit/management-policy ([crd.ManagementPolicy]) has it
// only observed. konnectkit/adoption-policy ([AdoptionPolicy]) says what the object
// may take over.
//
// An annotation under konnectkit/ that does not exist is refused, in Delete as well.
// Of Kong's annotations konghq.com/tags is honoured: tags, separated by commas, that
// the entity has beside those of the spec. konghq.com/plugins is honoured on services,
// routes, consumers and consumer groups: it names plugins, each a KongPlugin of the
// namespace or else a KongClusterPlugin, that are attached as the operator combines them.
// So are Secrets in the credentials of a KongConsumer. What such names imply has no
// object: plans and reports name it after what it is made of and what implies it, as in
// limit:KongRoute/echo. Once it is named no more it is deleted, without WithPrune, as the
// deletion policy of the object and [WithMaxDeletes] allow.
//
// Nothing of others goes along with what is deleted: what belongs to it is read
// first, and refuses the call. [WithMaxDeletes] is a limit for all of it.
//
// # References into other namespaces
//
// They need a KongReferenceGrant in the namespace that they lead to, in the batch or
// from what [WithSource] gives. Without one a reference is as if its target were not there,
// in every verb and with every option: no token behind it is used, not even to
// delete, and nothing there is read, written or deleted for the referrer's sake. The
// error is a [*resolve.NotGrantedError], which says what grant is missing.
//
// # What is promised, and what cannot be
//
// Whatever moment a call ends at, by a crash, a lost answer or a cancelled
// context, the next call with the same objects carries on, and:
//
//   - There are no duplicates, but for two versions of a program that give one entity
//     to different objects at the same time: what they leave is found by its marks,
//     told of, and gone after the next call with [WithPrune]. Core entities are created under an ID that is
//     computed from control plane, owner and object. A control plane, whose ID
//     Konnect chooses, has a name that is unique; a create whose fate is not known
//     is looked up before it is repeated.
//   - What others have marked when we look is not written, and nothing is written
//     at all when the look shows a problem (with [WithPartial]: nothing for the
//     objects concerned).
//   - A call that finds everything as desired writes nothing.
//   - Parents are there before children, and gone after them. An entity may lack
//     its status in the object; it is found again without.
//
// Konnect has no compare-and-set, no transaction and no feed of changes, so this
// cannot be promised:
//
//   - Between our look and our write somebody else may write. The later write
//     wins, marks included. One further run of either finds the other's marks:
//     one of them is refused, and they do not write in turn.
//   - Deletes have the same gap: what is put below an entity after the look goes
//     with it, or has Konnect refuse the delete.
//   - Objects of one batch do not appear at once, nor are they rolled back.
//   - Marks are tags and labels that anybody can write: who writes ours is taken
//     for us.
//
// # Repeats and limits
//
// What may pass by itself is repeated with growing pauses, and a pause that Konnect
// asks for is kept, up to a day. A longer one cannot be meant (milliseconds, a point in
// time): it counts as a minute, one that is no number as none, and the report warns
// ([WarningOddHeader]). A quota whose window has no announced length is not believed to
// be used up for longer than an hour. [WithRetry] bounds that, [NoRetry] leaves it to the caller. All
// requests of one server and token keep within one rate budget: those of a client
// and of the clients that [Client.With] makes of it.
//
// # Errors
//
// What is wrong with a batch is reported all together, as a [*BatchError],
// before the first write; [WithPartial] lets it stop only the objects concerned.
// Later failures concern single objects: the others go on, the [Report] tells
// about each, and calling again resumes.
package konnect
