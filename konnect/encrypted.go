package konnect

import (
	"slices"
	"strconv"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/pluginconfig"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// Encrypted values of configurations: which they are tells the schema, and whether Konnect
// shows them as they were sent is seen.

// judgeConfiguration leaves out differences in encrypted values that say nothing: Konnect
// shows none, or what a key ring has made of it. Where it is known to show them as they were
// sent, they are compared as any value; where it is not, the mark decides.
func (d secretJudge) judgeConfiguration(
	i *item, differences []canon.Difference, desired kinds.Desired, in kinds.Inputs,
) ([]canon.Difference, secrets.Judgement) {
	e := d.world.found[i.n].entity
	judged := secrets.Judgement{Missing: i.kind.UnknownSecrets(desired.Object, in.Observed, in.Schema)}
	known, same, older := d.options.secretKeys.Verify(e.Marks.Secret(), e.ID, i.kind.Secrets(desired.Object, in.Schema), desired.Object)
	differences = slices.DeleteFunc(differences, func(found canon.Difference) bool {
		if !in.Schema.IsEncrypted(found.Path) || pluginconfig.IsWithheld(found.To) || d.showsEncrypted(i) {
			return false
		}
		withheld := pluginconfig.IsWithheld(found.From) || i.controlPlane.account.formulas.Get(encryptedKey(i)) == strconv.FormatBool(false)
		switch {
		case known && same && older:
			judged.Outdated = append(judged.Outdated, found.Path)
		case known && same:
		case !known && withheld:
			judged.NotVerifiable = append(judged.NotVerifiable, found.Path)
		default:
			return false
		}
		return true
	})
	return differences, judged
}

// encryptedKey names whether encrypted values are shown as they were sent, in an account.
func encryptedKey(i *item) string {
	return i.controlPlane.account.formulaKey(i.kind, secrets.Field{Name: i.kind.Configuration.Field})
}

// showsEncrypted reports whether it has been seen that Konnect shows encrypted values as they
// were sent: in the answer to a write, or in an entity that has one as its object says.
func (d secretJudge) showsEncrypted(i *item) bool {
	return d.seen(i, encryptedKey(i), func(desired kinds.Desired, in kinds.Inputs) bool {
		given := i.kind.Secrets(desired.Object, in.Schema)
		unlike := i.kind.DiffConfiguration(desired, in.Observed, in.Schema, false)
		return len(given) > 0 && !slices.ContainsFunc(unlike, func(found canon.Difference) bool { return in.Schema.IsEncrypted(found.Path) })
	})
}

// withoutEncrypted leaves out what an answer to a write shows otherwise than it was sent in
// encrypted values, and keeps whether there is anything like that.
func withoutEncrypted(i *item, desired kinds.Desired, in kinds.Inputs, differences []canon.Difference) []canon.Difference {
	left := slices.DeleteFunc(slices.Clone(differences), func(found canon.Difference) bool { return in.Schema.IsEncrypted(found.Path) })
	if len(i.kind.Secrets(desired.Object, in.Schema)) > 0 {
		i.controlPlane.account.formulas.Put(encryptedKey(i), strconv.FormatBool(len(left) == len(differences)))
	}
	return left
}
