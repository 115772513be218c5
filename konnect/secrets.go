package konnect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/pluginconfig"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// WithSecretMarks lets the client tell whether an entity has a secret value that Konnect
// hashes or does not return. Such an entity gets one more tag when it is written,
// "managed-secret:" with the ID of the key and an HMAC of the entity's ID and the values,
// which tells nothing to those without the key. A later call with the key finds a changed
// value by it. What Konnect does return is compared as it is, whatever the mark says.
//
// The key has at least 32 bytes, from a source of random numbers, and is the same in all
// processes that look after the entities. Marks under older keys are verified too, and
// replaced when the entity is written or WithSecretRewrite is given. A mark under a key
// that the client does not have verifies nothing and is no change.
//
// The key also lets the digest of a Plan stand for secret values, so that a plan is stale
// once one has changed. Without it they are no part of the digest, and the plan warns of
// that ([WarningSecretNotPlanned]).
func WithSecretMarks(key []byte, older ...[]byte) Option {
	keys, err := secrets.NewKeys(key, older...)
	return Option{func(c *config) error {
		if err != nil {
			return fmt.Errorf("WithSecretMarks: %w", err)
		}
		c.secretKeys = keys
		return nil
	}}
}

// WithSecretRewrite writes secret values again of which it is not known whether their
// entities have them: Konnect does not return them, and no mark tells (WithSecretMarks).
// Without it they are warned of ([WarningSecretNotVerifiable]) and written only along with
// something else that differs.
func WithSecretRewrite() EnsureOption {
	return ensureOption(func(c *callOptions) { c.rewriteSecrets = true })
}

// secretJudge decides about the fields that Konnect does not return.
type secretJudge struct{ *decider }

// compare adds to the differences of an entity those of the fields that Konnect does
// not return. The desired form gets a mark if it is to be written.
func (d secretJudge) compare(
	i *item, differences []canon.Difference, desired kinds.Desired, in kinds.Inputs,
) ([]canon.Difference, kinds.Desired, error) {
	differences, judged := d.judge(i, differences, desired, in)
	if d.options.rewriteSecrets {
		differences = append(differences, secretDifferences(append(judged.NotVerifiable, judged.Outdated...))...)
	}
	if len(differences) == 0 {
		d.warn(i, judged.NotVerifiable)
		return nil, desired, nil
	}
	if len(judged.Missing) > 0 {
		return nil, desired, fmt.Errorf("update %s: %s: the object does not give it and konnect does not return it, so that a write would take it away; "+
			"give it in the object", i.key, strings.Join(judged.Missing, ", "))
	}
	if err := d.checkRoom(i, canon.Texts(desired.Object["tags"])); err != nil {
		return nil, desired, err
	}
	return differences, d.options.markSecrets(i.kind, d.world.found[i.n].entity.ID, desired, in.Schema), nil
}

// observe is compare for an entity that is never written.
func (d secretJudge) observe(i *item, differences []canon.Difference, desired kinds.Desired, in kinds.Inputs) []canon.Difference {
	differences, judged := d.judge(i, differences, desired, in)
	d.warn(i, judged.NotVerifiable)
	return differences
}

// judge replaces differences in write-only fields by what can be said of them.
func (d secretJudge) judge(
	i *item, differences []canon.Difference, desired kinds.Desired, in kinds.Inputs,
) ([]canon.Difference, secrets.Judgement) {
	e, observed := d.world.found[i.n].entity, in.Observed
	if i.kind.Configuration != nil {
		return d.judgeConfiguration(i, differences, desired, in)
	}
	judged := secrets.Judge(i.kind.WriteOnly, secrets.Evidence{
		ID: e.ID, Desired: desired.Object, Observed: observed, Mark: e.Marks.Secret(),
		Holds: func(f secrets.Field) bool { return d.holds(i, f) },
	}, d.options.secretKeys)
	return append(withoutWriteOnly(i.kind, differences), secretDifferences(judged.Changed)...), judged
}

// withoutWriteOnly leaves out what differs in fields that Konnect may not return.
func withoutWriteOnly(k *kinds.Kind, differences []canon.Difference) []canon.Difference {
	return slices.DeleteFunc(differences, func(found canon.Difference) bool {
		return slices.ContainsFunc(k.WriteOnly, func(f secrets.Field) bool {
			return strings.HasPrefix(found.Path+".", f.Name+".")
		})
	})
}

func secretDifferences(fields []string) []canon.Difference {
	var differences []canon.Difference
	for _, name := range fields {
		differences = append(differences, canon.Difference{Path: name, From: crd.Redacted, To: crd.Redacted, Secret: true})
	}
	return differences
}

// formulaKey names the formula of a field in an account.
func (a *account) formulaKey(k *kinds.Kind, f secrets.Field) string {
	return strings.Join([]string{a.serverURL, a.login.key, k.GroupKind.String(), f.Name}, " ")
}

// learn keeps what the answer to a write shows of formulas.
func (a *account) learn(k *kinds.Kind, desired kinds.Desired, observed canon.Object) {
	for _, f := range k.WriteOnly {
		if f.Formula != nil {
			a.formulas.Put(a.formulaKey(k, f), strconv.FormatBool(f.Shows(desired.Object, observed)))
		}
	}
}

// holds reports whether it has been seen that Konnect keeps a field by its formula where i
// is: in the answer to a write, or in an entity of another object.
func (d secretJudge) holds(i *item, f secrets.Field) bool {
	return d.seen(i, i.controlPlane.account.formulaKey(i.kind, f), func(desired kinds.Desired, in kinds.Inputs) bool {
		return f.Shows(desired.Object, in.Observed)
	})
}

// seen reports whether the client remembers that something asked for was shown, or an entity
// of the batch shows it.
func (d secretJudge) seen(i *item, asked string, shows func(kinds.Desired, kinds.Inputs) bool) bool {
	account := i.controlPlane.account
	if account.formulas.Get(asked) == strconv.FormatBool(true) {
		return true
	}
	if known, ok := d.shown[asked]; ok {
		return known
	}
	shown := slices.ContainsFunc(d.batch.items, func(other *item) bool {
		e := d.world.found[other.n].entity
		if other.kind != i.kind || e == nil || other.controlPlane.account != account {
			return false
		}
		observed, err := other.kind.Project(e)
		if err != nil {
			return false
		}
		in := d.inputs(other, observed)
		desired, err := other.kind.Desire(other.object, in)
		return err == nil && shows(desired, in)
	})
	if d.shown == nil {
		d.shown = map[string]bool{}
	}
	d.shown[asked] = shown
	return shown
}

// warn notes values of which it is not known whether the entity has them.
func (d secretJudge) warn(i *item, fields []string) {
	if len(fields) == 0 {
		return
	}
	d.out.warn(Warning{Key: i.key, Code: WarningSecretNotVerifiable, Message: fmt.Sprintf(
		"it is not known whether the entity has the object's %s, because konnect does not return it; "+
			"WithSecretRewrite writes it again, and WithSecretMarks lets later calls tell", strings.Join(fields, ", "))})
}

// checkRoom refuses an entity to be written that has no room for its mark.
func (d secretJudge) checkRoom(i *item, tags []string) error {
	if d.options.secretKeys == nil || i.kind.MarksIn != "" || len(marks.WithSecret(tags, "")) <= marks.MaxTags {
		return nil
	}
	return fmt.Errorf("check %s: spec.tags: with the marks of konnectkit, of which WithSecretMarks adds one, they are more than the %d that konnect takes; take one out",
		i.key, marks.MaxTags)
}

// markSecrets returns a desired entity with the mark of its secret values, if there is a key.
func (o callOptions) markSecrets(k *kinds.Kind, id string, desired kinds.Desired, schema *pluginconfig.Schema) kinds.Desired {
	mark := o.secretKeys.Mark(k.Secrets(desired.Object, schema), id, desired.Object)
	if mark == "" || k.MarksIn != "" {
		return desired
	}
	tags := []any{}
	for _, tag := range marks.WithSecret(canon.Texts(desired.Object["tags"]), mark) {
		tags = append(tags, tag)
	}
	return desired.With("tags", tags)
}

// withoutSecrets takes secret values out of what a planned change rests on. Only a key lets
// something stand for them, which is then returned beside.
func (d secretJudge) withoutSecrets(paths []string, desired, held canon.Object) (wanted, rest canon.Object, secret []any) {
	wanted, own := secrets.Without(desired, paths)
	rest, theirs := secrets.Without(held, paths)
	switch {
	case len(own) == 0 && len(theirs) == 0:
		return wanted, rest, nil
	case d.options.secretKeys == nil:
		d.out.warn(Warning{Code: WarningSecretNotPlanned, Message: "the plan does not become stale when a secret value changes: " +
			"its digest stands for those only with the key of WithSecretMarks"})
		return wanted, rest, nil
	default:
		return wanted, rest, []any{d.options.secretKeys.Digest(own, theirs)}
	}
}
