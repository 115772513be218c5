package secrets_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

func TestWritten(t *testing.T) {
	t.Parallel()
	plain := secrets.Field{Name: "secret"}
	inner := secrets.Field{Name: "config.token"}
	hidden := secrets.Field{Name: "secret", Hidden: true}
	made := secrets.Field{Name: "secret", Generated: func(canon.Object) bool { return true }}
	implied := secrets.Field{Name: "secret", Implied: func(_, observed canon.Object) bool { return observed["cert"] == "same" }}
	secret, none := canon.Object{"secret": "a"}, canon.Object{}
	credential := func(password string) canon.Object {
		return canon.Object{"password": password, "consumer": canon.Object{"id": "c"}}
	}
	hash := credential(secrets.SHA1With("consumer")("a", credential("")))
	mark := keysOf(t, 1).Mark([]secrets.Field{plain}, entityID, secret)
	for name, tt := range map[string]struct {
		reason            string
		field             secrets.Field
		desired, observed canon.Object
		mark              string
		given, unknown    []string
	}{
		"returned":                 {"it goes back as it was read", plain, secret, canon.Object{"secret": "b"}, "", nil, nil},
		"within":                   {"so does what lies deeper", inner, none, canon.Object{"config": canon.Object{"token": "b"}}, "", nil, nil},
		"neither has one":          {"there is nothing to lose", plain, none, none, "", nil, nil},
		"one would be made":        {"in place of the one that is there", made, none, none, "", nil, []string{"secret"}},
		"withheld":                 {"the object's may be another", plain, secret, none, "", nil, []string{"secret"}},
		"withheld, marked":         {"the mark tells", plain, secret, none, mark, []string{"secret"}, nil},
		"withheld, other mark":     {"the object's is another", plain, canon.Object{"secret": "b"}, none, mark, nil, []string{"secret"}},
		"hidden":                   {"what is returned tells nothing", hidden, none, secret, "", nil, []string{"secret"}},
		"implied":                  {"no other goes with the rest", implied, secret, canon.Object{"cert": "same"}, "", []string{"secret"}, nil},
		"not implied":              {"the rest is another's", implied, secret, canon.Object{"cert": "other"}, "", nil, []string{"secret"}},
		"hash of the object's":     {"the object gives what was hashed", password(), credential("a"), hash, "", []string{"password"}, nil},
		"hash of another":          {"a hash would be hashed again", password(), credential("b"), hash, "", nil, []string{"password"}},
		"hash, none in the object": {"likewise", password(), none, hash, "", nil, []string{"password"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given, unknown := secrets.Written([]secrets.Field{tt.field}, secrets.Evidence{
				ID: entityID, Desired: tt.desired, Observed: tt.observed, Mark: tt.mark,
			}, keysOf(t, 1))
			assert.Equal(t, tt.given, given, tt.reason)
			assert.Equal(t, tt.unknown, unknown, tt.reason)
		})
	}
}
