package secrets_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// keysOf makes keys of 32 equal bytes each.
func keysOf(t *testing.T, own byte, older ...byte) *secrets.Keys {
	t.Helper()
	var rest [][]byte
	for _, b := range older {
		rest = append(rest, bytes.Repeat([]byte{b}, 32))
	}
	keys, err := secrets.NewKeys(bytes.Repeat([]byte{own}, 32), rest...)
	require.NoError(t, err)
	return keys
}

const entityID = "e"

func password() secrets.Field {
	return secrets.Field{Name: "password", Formula: secrets.SHA1With("consumer")}
}

func TestSHA1With(t *testing.T) {
	t.Parallel()
	sum := secrets.SHA1With("consumer")
	// FIPS 180-2, A.1: the SHA-1 of "abc".
	assert.Equal(t, "a9993e364706816aba3e25717850c26c9cd0d89d", sum("ab", canon.Object{"consumer": canon.Object{"id": "c"}}))
	assert.Equal(t, "a9993e364706816aba3e25717850c26c9cd0d89d", sum("abc", canon.Object{}), "of the value alone where there is no reference")
}

func TestJudge(t *testing.T) {
	t.Parallel()
	plain := secrets.Field{Name: "secret"}
	hidden := secrets.Field{Name: "secret", Hidden: true}
	other := secrets.Field{Name: "other"}
	inner := secrets.Field{Name: "config.token"}
	made := func(matters bool) secrets.Field {
		return secrets.Field{Name: "secret", Generated: func(canon.Object) bool { return matters }}
	}
	sum := func(value string) string {
		return secrets.SHA1With("consumer")(value, canon.Object{"consumer": canon.Object{"id": "c"}})
	}
	credential := func(password string) canon.Object {
		return canon.Object{"password": password, "consumer": canon.Object{"id": "c"}}
	}
	secret := func(value any) canon.Object { return canon.Object{"secret": value} }
	none := canon.Object{}
	markOf := func(own byte, fields []secrets.Field, desired canon.Object) string {
		return keysOf(t, own).Mark(fields, entityID, desired)
	}
	one := func(f secrets.Field) []secrets.Field { return []secrets.Field{f} }
	for _, c := range []struct {
		reason            string
		fields            []secrets.Field
		desired, observed canon.Object
		mark              string
		holds             bool
		keys              *secrets.Keys
		want              secrets.Judgement
	}{
		{reason: "what is returned is equal", fields: one(plain), desired: secret("a"), observed: secret("a")},
		{reason: "what is returned is equal, whatever the mark says", fields: one(plain), desired: secret("a"), observed: secret("a"),
			mark: markOf(1, one(plain), secret("b")), keys: keysOf(t, 1)},
		{reason: "what is returned differs", fields: one(plain), desired: secret("b"), observed: secret("a"),
			want: secrets.Judgement{Changed: []string{"secret"}}},
		{reason: "what is returned differs, whatever the mark says", fields: one(plain), desired: secret("b"), observed: secret("a"),
			mark: markOf(1, one(plain), secret("b")), keys: keysOf(t, 1), want: secrets.Judgement{Changed: []string{"secret"}}},
		{reason: "objects are compared by their JSON", fields: one(plain), desired: secret(canon.Object{"a": 1, "b": "x"}),
			observed: secret(canon.Object{"b": "x", "a": 1.0})},
		{reason: "a field in an object", fields: one(inner), desired: canon.Object{"config": canon.Object{"token": "b"}},
			observed: canon.Object{"config": canon.Object{"token": "a"}}, want: secrets.Judgement{Changed: []string{"config.token"}}},
		{reason: "nothing is wanted", fields: one(plain), desired: none, observed: secret("a")},

		{reason: "equal to the formula needs no confirmation", fields: one(password()), desired: credential("x"), observed: credential(sum("x"))},
		{reason: "equal to the formula, whatever the mark says", fields: one(password()), desired: credential("x"), observed: credential(sum("x")),
			mark: markOf(1, one(password()), credential("y")), keys: keysOf(t, 1)},
		{reason: "unequal is a change where the formula is seen to hold", fields: one(password()), holds: true,
			desired: credential("y"), observed: credential(sum("x")), want: secrets.Judgement{Changed: []string{"password"}}},
		{reason: "unequal says nothing where it is not", fields: one(password()),
			desired: credential("y"), observed: credential(sum("x")), want: secrets.Judgement{NotVerifiable: []string{"password"}}},
		{reason: "the sum itself is no password that it stands for", fields: one(password()),
			desired: credential(sum("x")), observed: credential(sum("x")), want: secrets.Judgement{NotVerifiable: []string{"password"}}},
		{reason: "unequal, but marked with the value", fields: one(password()), desired: credential("y"), observed: credential("other"),
			mark: markOf(1, one(password()), credential("y")), keys: keysOf(t, 1)},
		{reason: "seen to hold outweighs the mark", fields: one(password()), holds: true, desired: credential("y"), observed: credential(sum("x")),
			mark: markOf(1, one(password()), credential("y")), keys: keysOf(t, 1), want: secrets.Judgement{Changed: []string{"password"}}},
		{reason: "nothing is returned, though there is a formula", fields: one(password()), holds: true,
			desired: credential("y"), observed: none, want: secrets.Judgement{NotVerifiable: []string{"password"}}},

		{reason: "not returned and no mark", fields: one(plain), desired: secret("a"), observed: none, keys: keysOf(t, 1),
			want: secrets.Judgement{NotVerifiable: []string{"secret"}}},
		{reason: "an empty text is not returned", fields: one(plain), desired: secret("a"), observed: secret(""),
			want: secrets.Judgement{NotVerifiable: []string{"secret"}}},
		{reason: "marked with the value", fields: one(plain), desired: secret("a"), observed: none,
			mark: markOf(1, one(plain), secret("a")), keys: keysOf(t, 1)},
		{reason: "marked with another value", fields: one(plain), desired: secret("a"), observed: none,
			mark: markOf(1, one(plain), secret("b")), keys: keysOf(t, 1), want: secrets.Judgement{Changed: []string{"secret"}}},
		{reason: "marked under an older key", fields: one(plain), desired: secret("a"), observed: none,
			mark: markOf(1, one(plain), secret("a")), keys: keysOf(t, 2, 3, 1), want: secrets.Judgement{Outdated: []string{"secret"}}},
		{reason: "marked with another value under an older key", fields: one(plain), desired: secret("a"), observed: none,
			mark: markOf(1, one(plain), secret("b")), keys: keysOf(t, 2, 1), want: secrets.Judgement{Changed: []string{"secret"}}},
		{reason: "marked under an unknown key", fields: one(plain), desired: secret("a"), observed: none,
			mark: markOf(1, one(plain), secret("b")), keys: keysOf(t, 2), want: secrets.Judgement{NotVerifiable: []string{"secret"}}},
		{reason: "marked, and no key", fields: one(plain), desired: secret("a"), observed: none,
			mark: markOf(1, one(plain), secret("a")), want: secrets.Judgement{NotVerifiable: []string{"secret"}}},
		{reason: "a mark of no form", fields: one(plain), desired: secret("a"), observed: none, mark: "x", keys: keysOf(t, 1),
			want: secrets.Judgement{NotVerifiable: []string{"secret"}}},
		{reason: "what hides is not looked at", fields: one(hidden), desired: secret("a"), observed: secret("a"),
			want: secrets.Judgement{NotVerifiable: []string{"secret"}}},

		{reason: "a hidden value is needed", fields: one(hidden), desired: none, observed: none, want: secrets.Judgement{Missing: []string{"secret"}}},
		{reason: "a value is needed of which there is a sum", fields: one(password()), desired: none, observed: credential(sum("x")),
			want: secrets.Judgement{Missing: []string{"password"}}},
		{reason: "no value, and none in Konnect", fields: one(password()), desired: none, observed: none},

		{reason: "a value that Konnect made up, and does not tell", fields: one(made(true)), desired: none, observed: none,
			want: secrets.Judgement{Missing: []string{"secret"}}},
		{reason: "one that does not matter", fields: one(made(false)), desired: none, observed: none},
		{reason: "one that is told, and so is sent again", fields: one(made(true)), desired: secret("a"), observed: secret("a")},
		{reason: "one that is given", fields: one(made(true)), desired: secret("a"), observed: none,
			want: secrets.Judgement{NotVerifiable: []string{"secret"}}},

		{reason: "each field by what there is", fields: []secrets.Field{plain, other, password()},
			desired:  canon.Object{"secret": "a", "other": "b", "password": "x", "consumer": canon.Object{"id": "c"}},
			observed: canon.Object{"secret": "z", "password": sum("x"), "consumer": canon.Object{"id": "c"}},
			want:     secrets.Judgement{Changed: []string{"secret"}, NotVerifiable: []string{"other"}}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			got := secrets.Judge(c.fields, secrets.Evidence{
				ID: entityID, Desired: c.desired, Observed: c.observed, Mark: c.mark, Holds: func(secrets.Field) bool { return c.holds },
			}, c.keys)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestShows(t *testing.T) {
	t.Parallel()
	consumer := canon.Object{"id": "c"}
	observed := canon.Object{"password": password().Formula("x", canon.Object{"consumer": consumer}), "consumer": consumer}
	assert.True(t, password().Shows(canon.Object{"password": "x"}, observed))
	assert.False(t, password().Shows(canon.Object{"password": "y"}, observed))
	assert.False(t, password().Shows(canon.Object{}, observed), "no value")
	assert.False(t, secrets.Field{Name: "password"}.Shows(canon.Object{"password": "x"}, canon.Object{"password": "x"}), "no formula")
}

// TestMarksStay: what is written today has to be read in years.
func TestMarksStay(t *testing.T) {
	t.Parallel()
	fields := []secrets.Field{{Name: "key"}, {Name: "secret"}}
	mark := keysOf(t, 1).Mark(fields, entityID, canon.Object{"secret": "a", "name": "n"})
	assert.Equal(t, "b58523ea:47dac0e197b598563f4ef7f4ce6a42ee", mark)
}

func TestMarks(t *testing.T) {
	t.Parallel()
	fields := []secrets.Field{{Name: "key"}, {Name: "secret"}}
	a := canon.Object{"secret": "a"}
	mark := keysOf(t, 1).Mark(fields, entityID, a)
	assert.Regexp(t, `^[0-9a-f]{8}:[0-9a-f]{32}$`, mark)
	assert.Equal(t, mark, keysOf(t, 1, 2).Mark(fields, entityID, canon.Object{"secret": "a", "name": "other"}), "the values, and the first key")
	id, _, _ := strings.Cut(mark, ":")
	seen := map[string]string{mark: "itself"}
	for reason, other := range map[string]string{
		"another key":    keysOf(t, 2).Mark(fields, entityID, a),
		"another entity": keysOf(t, 1).Mark(fields, "f", a),
		"another value":  keysOf(t, 1).Mark(fields, entityID, canon.Object{"secret": "b"}),
		"another field":  keysOf(t, 1).Mark(fields, entityID, canon.Object{"key": "a"}),
		"both fields":    keysOf(t, 1).Mark(fields, entityID, canon.Object{"key": "a", "secret": "a"}),
		"another type":   keysOf(t, 1).Mark(fields, entityID, canon.Object{"secret": []any{"a"}}),
	} {
		assert.Empty(t, seen[other], reason)
		seen[other] = reason
		assert.Equal(t, reason != "another key", strings.HasPrefix(other, id+":"), reason)
	}
	var none *secrets.Keys
	assert.Empty(t, none.Mark(fields, entityID, a), "no key")
	assert.Empty(t, keysOf(t, 1).Mark(fields, entityID, canon.Object{}), "no value")
	assert.Empty(t, keysOf(t, 1).Mark(fields, "", a), "no entity")
}

func TestKeysAreLongEnough(t *testing.T) {
	t.Parallel()
	long, short := make([]byte, 32), make([]byte, 31)
	for reason, c := range map[string]struct {
		own   []byte
		older [][]byte
		want  string
	}{
		"long enough":        {long, [][]byte{long}, ""},
		"too short":          {short, nil, "the key has 31 bytes; it needs 32 or more, from a source of random numbers"},
		"none":               {nil, nil, "the key has 0 bytes; it needs 32 or more, from a source of random numbers"},
		"an older too short": {long, [][]byte{long, short}, "older key 2 has 31 bytes; it needs 32 or more, from a source of random numbers"},
	} {
		keys, err := secrets.NewKeys(c.own, c.older...)
		if c.want == "" {
			require.NoError(t, err, reason)
			continue
		}
		require.EqualError(t, err, c.want, reason)
		assert.Nil(t, keys, reason)
	}
}

func TestKeysShowNothing(t *testing.T) {
	t.Parallel()
	keys := keysOf(t, 1)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
		assert.Equal(t, "secrets.Keys{}", fmt.Sprintf(verb, keys), verb)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	keys := keysOf(t, 1)
	digest := keys.Digest(map[string]any{"secret": "a"}, nil)
	assert.Len(t, digest, 64)
	assert.Equal(t, digest, keys.Digest(map[string]any{"secret": "a"}, nil))
	assert.NotEqual(t, digest, keys.Digest(map[string]any{"secret": "b"}, nil))
	assert.NotEqual(t, digest, keysOf(t, 2, 1).Digest(map[string]any{"secret": "a"}, nil), "the first key counts")
	var none *secrets.Keys
	assert.Empty(t, none.Digest("a"))
}

func TestWithout(t *testing.T) {
	t.Parallel()
	entity := canon.Object{"name": "n", "secret": "s", "config": canon.Object{"token": "t", "host": "h"}, "empty": canon.Object{}}
	rest, taken := secrets.Without(entity, []string{"secret", "config.token", "config.none", "none.at.all", "empty"})
	assert.Equal(t, canon.Object{"name": "n", "config": canon.Object{"host": "h"}, "empty": canon.Object{}}, rest)
	assert.Equal(t, map[string]any{"secret": "s", "config.token": "t"}, taken)
	assert.Equal(t, canon.Object{"name": "n", "secret": "s", "config": canon.Object{"token": "t", "host": "h"}, "empty": canon.Object{}}, entity, "it is not changed")
	same, none := secrets.Without(entity, nil)
	assert.Equal(t, entity, same)
	assert.Empty(t, none)
}
