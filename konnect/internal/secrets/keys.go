package secrets

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// ShortestKey is the length of the shortest key, in bytes.
const ShortestKey = 32

// Keys make marks and digests, and verify marks. A nil *Keys makes none and verifies none.
type Keys struct{ all []key } // its own first

// key is one of them, with a key of its own for each purpose, and what names it in marks.
type key struct {
	id           string
	mark, digest []byte
}

// NewKeys returns keys of which the first makes marks and digests; older ones only verify.
func NewKeys(own []byte, older ...[]byte) (*Keys, error) {
	keys := &Keys{}
	for n, secret := range append([][]byte{own}, older...) {
		if len(secret) < ShortestKey {
			which := "the key"
			if n > 0 {
				which = fmt.Sprintf("older key %d", n)
			}
			return nil, fmt.Errorf("%s has %d bytes; it needs %d or more, from a source of random numbers", which, len(secret), ShortestKey)
		}
		// What is made of a key must never change: marks in Konnect are made so.
		keys.all = append(keys.all, key{
			id:   hex.EncodeToString(sum(secret, "konnectkit key id")[:4]),
			mark: sum(secret, "konnectkit secret mark"), digest: sum(secret, "konnectkit plan digest"),
		})
	}
	return keys, nil
}

// Format shows nothing of the keys.
func (k *Keys) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("secrets.Keys{}")) }

// Mark stands for the values that an entity is written with: the ID of the key, a colon and
// 128 bits in hex. It is empty without a key, and where there is no value.
func (k *Keys) Mark(fields []Field, entityID string, desired canon.Object) string {
	values := valuesOf(fields, desired)
	if k == nil || len(values) == 0 || entityID == "" {
		return ""
	}
	return k.all[0].markOf(entityID, values)
}

// Digest stands for secret values in the digest of a plan; empty without a key.
func (k *Keys) Digest(values ...any) string {
	if k == nil {
		return ""
	}
	return hex.EncodeToString(sum(k.all[0].digest, canon.Text(values)))
}

// Verify reports whether the key of an entity's mark is known, whether the mark is that of
// the values that are desired, and whether its key is an older one.
func (k *Keys) Verify(mark, entityID string, fields []Field, desired canon.Object) (known, same, older bool) {
	return k.verify(mark, entityID, valuesOf(fields, desired))
}

// verify reports whether the key of a mark is known, whether the mark is that of the
// values, and whether its key is an older one.
func (k *Keys) verify(mark, entityID string, values map[string]any) (known, same, older bool) {
	if k == nil {
		return false, false, false
	}
	id, _, _ := strings.Cut(mark, ":")
	for n, key := range k.all {
		if key.id == id {
			return true, hmac.Equal([]byte(mark), []byte(key.markOf(entityID, values))), n > 0
		}
	}
	return false, false, false
}

func (k key) markOf(entityID string, values map[string]any) string {
	const bytes = 16
	return k.id + ":" + hex.EncodeToString(sum(k.mark, canon.Text([]any{entityID, values}))[:bytes])
}

func sum(secret []byte, text string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
