package konnect

import (
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// callOptions are the options of one call.
type callOptions struct {
	prune    bool
	adoption AdoptionPolicy
	// adoptionLimit is the widest policy that an annotation may ask for; empty for no limit.
	adoptionLimit AdoptionPolicy
	maxDeletes    *int // nil for no limit
	cascade       bool
	partial       bool
	// withoutWarnings are the codes of warnings that are left out.
	withoutWarnings []WarningCode
	rewriteSecrets  bool

	verb verb
	// planning is true where the digest of a plan is needed.
	planning bool
	clientOptions
}

// verb is what a call does to the entities of its objects.
type verb int

const (
	ensuring verb = iota
	deleting
	releasing
)

// clientOptions are those of a client's that its calls need to decide.
type clientOptions struct {
	owner      string
	keptTags   keptTags
	secretKeys *secrets.Keys // nil for none
}

// EnsureOption changes what Ensure, Plan and Apply do.
type EnsureOption interface{ applyToEnsure(*callOptions) }

// DeleteOption changes what Delete does.
type DeleteOption interface{ applyToDelete(*callOptions) }

// ReleaseOption changes what Release and PlanRelease do.
type ReleaseOption interface{ applyToRelease(*callOptions) }

type ensureOption func(*callOptions)

func (o ensureOption) applyToEnsure(c *callOptions) { o(c) }

// MaxDeletesOption is an option of all calls that delete; its zero value allows no
// deletes.
type MaxDeletesOption struct{ most int }

func (o MaxDeletesOption) applyToEnsure(c *callOptions) { c.maxDeletes = &o.most }
func (o MaxDeletesOption) applyToDelete(c *callOptions) { c.maxDeletes = &o.most }

// WithPrune says that the batch is complete: entities with the client's owner in
// their marks that no object of the batch stands for are deleted, in the control
// planes that are objects of the batch. Control planes are never pruned. It
// needs a client with WithOwner.
//
// The unit of a prune is the owner, not the program: two programs with one owner and
// one control plane delete each other's entities. Give each an owner of its own, with
// Client.With if they share a process. A prune that would delete all that the owner
// has in a control plane is warned of ([WarningPrunesAll]); WithMaxDeletes refuses it.
//
// The same goes for leftovers: entities with the marks of an object that stands for
// another one, which two runs have left that wrote at the same time, or a request
// that arrived late. Without WithPrune they are warned of ([WarningLeftover]).
//
// Entities whose deletion policy is retain are reported as retained; those that
// are protected, and what such entities belong to, as skipped with a
// *ProtectedError, which is no failure of the call. What others have put below an
// entity, or a plugin that is attached to it, spares it too: that is an
// *OwnershipError, and there is no option to take it along, as a prune has
// nobody who looks. The call is refused, before anything is written, where objects
// of the batch would leave such an entity and take the effect of a plugin or target
// of others away: a route that goes from a service with a plugin to another service.
//
// Nothing is pruned in a control plane before everything is written there, nor
// where a write has failed; only an entity whose name an object takes goes
// earlier, when that object can be written and what the entity holds has left it.
//
// An object that was renamed in its metadata keeps its entity, which is found by
// its name (of the control plane in the organisation, of a target by upstream and
// address) and gets the marks of the new object. That takes a complete batch,
// because elsewhere the old object may be in another one: *OwnershipError.
// Services and routes without spec.name cannot be found so; they are created
// anew, and the old ones pruned.
func WithPrune() EnsureOption { return ensureOption(func(c *callOptions) { c.prune = true }) }

// WithMaxDeletes refuses a call with *TooManyDeletesError, before anything is
// written, when it would delete more than n entities. What is retained or spared
// does not count. What goes along with others does, as far as it is of our kinds:
// the targets of an upstream, everything in a control plane. The default is no
// limit. A negative n is taken for 0.
func WithMaxDeletes(n int) MaxDeletesOption { return MaxDeletesOption{max(n, 0)} }

// PartialOption is an option of all calls that stop at a problem.
type PartialOption struct{}

func (PartialOption) applyToEnsure(c *callOptions) { c.partial = true }
func (PartialOption) applyToDelete(c *callOptions) { c.partial = true }

func (PartialOption) applyToRelease(c *callOptions) { c.partial = true }

// WithPartial lets what is wrong with an object stop only that object and those
// that refer to it; all others are handled. A controller wants this, because its
// objects are written by many people. Control planes in which an object failed
// are not pruned. Without it any problem stops the call before its first write.
func WithPartial() PartialOption { return PartialOption{} }

type deleteOption func(*callOptions)

func (o deleteOption) applyToDelete(c *callOptions) { o(c) }

// WithCascade lets Delete take along what is not ours: all that a control plane
// holds, the targets of an upstream, the plugins of a service or route. Without it
// they refuse the call: *OwnershipError. What is protected, retained or observed
// by an object of the batch is never taken along, nor are routes of others: Konnect
// keeps a service to which they refer.
func WithCascade() DeleteOption { return deleteOption(func(c *callOptions) { c.cascade = true }) }

// callOptions are those of a call, with what the client says.
func (c *Client) callOptions(opts []EnsureOption) callOptions {
	o := callOptions{adoption: AdoptNever}
	if c.checkConfigured() == nil {
		o.owner, o.keptTags, o.secretKeys = c.config.owner, c.config.keptTags, c.config.secretKeys
	}
	for _, opt := range opts {
		opt.applyToEnsure(&o)
	}
	return o
}

func (o callOptions) check() error {
	for option, policy := range map[string]AdoptionPolicy{"WithAdoption": o.adoption, "WithAdoptionLimit": o.adoptionLimit} {
		if policy == "" || policy == AdoptNever {
			continue
		}
		if err := policy.Validate(); err != nil {
			return fmt.Errorf("%s: %w", option, err)
		}
	}
	for _, code := range o.withoutWarnings {
		if !slices.Contains(warningCodes(), code) {
			return fmt.Errorf("WithoutWarnings: %q is no code of a warning", string(code))
		}
	}
	return nil
}
