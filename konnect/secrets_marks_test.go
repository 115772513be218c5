package konnect_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// silentRun has a server that returns no secret in any form.
func silentRun(t *testing.T) *secretRun {
	t.Helper()
	return newSecretRun(t, konnecttest.WithSecretsWithheld(), konnecttest.WithPasswords(konnecttest.PasswordOmitted))
}

// under are the options of a client with a key, and older ones.
func under(own byte, older ...byte) []konnect.Option {
	key := func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
	var rest [][]byte
	for _, b := range older {
		rest = append(rest, key(b))
	}
	return []konnect.Option{konnect.WithSecretMarks(key(own), rest...)}
}

// secretMarks counts the entities with a mark.
func (r *secretRun) secretMarks() int {
	r.Helper()
	plane, n := textOf(r.server.ControlPlanes()[0]["id"]), 0
	for _, collection := range entityCollections {
		for _, entity := range r.server.Entities(plane, collection) {
			for _, tag := range asList(entity["tags"]) {
				if strings.HasPrefix(textOf(tag), "managed-secret:") {
					n++
				}
			}
		}
	}
	return n
}

// TestMarksAreRotated: what an older key has marked is known, and marked anew on request.
func TestMarksAreRotated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, secrets := silentRun(t), firstSecrets()
		r.ensure(secrets.objects(), under('a'))
		assert.Equal(t, 5, r.secretMarks(), "of each entity with a secret")

		report, writes := r.ensure(secrets.objects(), under('b', 'a'))
		assert.Zero(t, writes)
		assert.Empty(t, unverified(report.Warnings))
		report, writes = r.ensure(secrets.objects(), under('b'))
		assert.Zero(t, writes)
		assert.Len(t, unverified(report.Warnings), 5, "under a key that the client does not have")

		_, writes = r.ensure(secrets.objects(), under('b', 'a'), konnect.WithSecretRewrite())
		assert.Equal(t, 5, writes)
		report, writes = r.ensure(secrets.objects(), under('b'), konnect.WithSecretRewrite())
		assert.Zero(t, writes)
		assert.Empty(t, unverified(report.Warnings))
		r.showsNothing(secrets)
	})
}

// TestMarksComeLater, with a write that is asked for.
func TestMarksComeLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, secrets := silentRun(t), firstSecrets()
		r.ensure(secrets.objects(), nil)
		assert.Zero(t, r.secretMarks())
		report, writes := r.ensure(secrets.objects(), under('a'))
		assert.Zero(t, writes)
		assert.Len(t, unverified(report.Warnings), 5)
		_, writes = r.ensure(secrets.objects(), under('a'), konnect.WithSecretRewrite())
		assert.Equal(t, 5, writes)
		report, _ = r.ensure(secrets.objects(), under('a'))
		assert.Empty(t, unverified(report.Warnings))
	})
}

// TestMarksOutliveOthers: a client without the key leaves them, and what it wrote is found
// out by one that has it.
func TestMarksOutliveOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, secrets := silentRun(t), firstSecrets()
		r.ensure(secrets.objects(), under('a'))
		_, writes := r.ensure(secrets.objects("tagged"), nil)
		require.Equal(t, 6, writes)
		assert.Equal(t, 5, r.secretMarks())
		_, writes = r.ensure(secrets.objects("tagged"), under('a'))
		assert.Zero(t, writes)

		changed := secrets.with("key")
		_, writes = r.ensure(changed.objects(), nil)
		require.Equal(t, 6, writes, "the new key goes along with the tags")
		_, writes = r.ensure(changed.objects(), under('a'))
		assert.Equal(t, 1, writes, "its mark is still that of the old key")
		_, writes = r.ensure(changed.objects(), under('a'))
		assert.Zero(t, writes)
		r.showsNothing(secrets, changed)
	})
}
