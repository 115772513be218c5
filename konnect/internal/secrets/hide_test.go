package secrets_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
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

// TestHideParts of values that are made of several.
func TestHideParts(t *testing.T) {
	t.Parallel()
	const text = "-----BEGIN PRIVATE KEY-----\r\nexample-line-one\r\nexample-line-two\r\n-----END PRIVATE KEY-----\r\n"
	const jwk = `{"kty":"EC", "d":"example-member-that-is-long", "kid":"k<1>"}`
	for _, c := range []struct{ reason, text, want string }{
		{"a whole text", "no " + text + "!", "no [redacted]!"},
		{"one whose lines were joined", "no " + strings.Join(strings.Fields(text), " "), "no [redacted]"},
		{"a line", "at example-line-two, 16", "at [redacted], 16"},
		{"what encloses the lines", "no -----BEGIN PRIVATE KEY-----", "no -----BEGIN PRIVATE KEY-----"},
		{"a whole object", "no " + jwk, "no [redacted]"},
		{"in JSON, with fewer escapes than others write", `"{\"kty\":\"EC\", \"d\":\"example-member-that-is-long\", \"kid\":\"k<1>\"}"`, `"[redacted]"`},
		{"a member", "d is example-member-that-is-long", "d is [redacted]"},
		{"a member that tells nothing", "unknown kty EC of k<1>", "unknown kty EC of k<1>"},
	} {
		assert.Equal(t, c.want, secrets.NewHider([]string{text, jwk}).Hide(c.text), c.reason)
	}
}

func TestHide(t *testing.T) {
	t.Parallel()
	const value = "ex\"ample/se cret\n"
	for _, c := range []struct{ reason, text, want string }{
		{"nothing of it", "key (type: unique) constraint failed", "key (type: unique) constraint failed"},
		{"in clear", "failed for value '" + value + "': ", "failed for value '[redacted]': "},
		{"without white space", `value 'ex"ample/se cret'`, "value '[redacted]'"},
		{"as JSON", `value "ex\"ample/se cret\n"`, `value "[redacted]"`},
		{"as JSON without its white space", `value "ex\"ample/se cret"`, `value "[redacted]"`},
		{"as JSON in JSON", `{\"key\":\"ex\\\"ample/se cret\\n\"}`, `{\"key\":\"[redacted]\"}`},
		{"in a query", "key=ex%22ample%2Fse+cret%0A", "key=[redacted]"},
		{"in a path", "/ex%22ample%2Fse%20cret%0A/", "/[redacted]/"},
		{"in base64", "Basic " + base64.StdEncoding.EncodeToString([]byte(value)), "Basic [redacted]"},
		{"as a digest", "sha256 " + digest(value), "sha256 [redacted]"},
		{"a longer one that has another in it", "'example-secret-two'", "'[redacted]'"},
		{"one so short that it is in everything", "username: pw is too short", "[redacted]"},
		{"and one that is not there", "nothing", "nothing"},
	} {
		hider := secrets.NewHider([]string{"example-secret", value, "example-secret-two", "pw"})
		assert.Equal(t, c.want, hider.Hide(c.text), c.reason)
	}
	assert.Equal(t, "as it is", secrets.Hider{}.Hide("as it is"))
}
