package secrets_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	entity := canon.Object{
		"username": "alice", "password": "example-password", "consumer": canon.Object{"id": "c"}, "empty": "",
		"config": canon.Object{"headers": canon.Object{"authorization": []any{"example-header"}}}, "port": 80.0,
	}
	sum := password().Formula("example-password", entity)
	assert.ElementsMatch(t, []string{"example-password", "example-header", sum},
		secrets.Texts(entity, []string{"password", "config.headers", "empty", "none", "port"}, []secrets.Field{password(), {Name: "username"}}))
	assert.Empty(t, secrets.Texts(canon.Object{}, []string{"password"}, []secrets.Field{password()}))
}

func digest(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

func TestHide(t *testing.T) {
	t.Parallel()
	const value = "ex\"ample/se cret\n"
	for _, c := range []struct{ reason, text, want string }{
		{"nothing of it", "key (type: unique) constraint failed", "key (type: unique) constraint failed"},
		{"in clear", "failed for value '" + value + "': ", "failed for value '[redacted]': "},
		{"without white space", `value 'ex"ample/se cret'`, "value '[redacted]'"},
		{"as JSON", `value "ex\"ample/se cret\n"`, `value "[redacted]"`},
		{"in a query", "key=ex%22ample%2Fse+cret%0A", "key=[redacted]"},
		{"in a path", "/ex%22ample%2Fse%20cret%0A/", "/[redacted]/"},
		{"in base64", "Basic " + base64.StdEncoding.EncodeToString([]byte(value)), "Basic [redacted]"},
		{"as a digest", "sha256 " + digest(value), "sha256 [redacted]"},
		{"a longer one that has another in it", "'example-secret-two'", "'[redacted]'"},
		{"one so short that it is in everything", "username: pw is too short", "[redacted]"},
		{"and one that is not there", "nothing", "nothing"},
	} {
		assert.Equal(t, c.want, secrets.Hide(c.text, []string{"example-secret", value, "example-secret-two", "pw"}), c.reason)
	}
	assert.Equal(t, "as it is", secrets.Hide("as it is", nil))
}
