package konnecttest

import (
	"crypto/sha1" //nolint:gosec // it is what the gateway stores and compares
	"encoding/hex"
)

func credentialBasicAuth(set *settings) *collection {
	row := credential(set, "basic-auths", "basic-auth")
	row.fields = withCommon(set, owner(),
		field{name: "username", required: true, checks: []check{notEmpty()}},
		field{name: "password", required: true, checks: []check{notEmpty()}},
	)
	row.secrets, row.unique = []string{"password"}, []unique{{field: "username"}}
	row.writes.complete = func(c *completion) *failure {
		if c.query.Get("skip_hash") != "true" || set.kinds.alwaysHash {
			c.values["password"] = set.kinds.passwords.hash(text(c.values, "password"), text(c.values, "consumer.id"))
		}
		return nil
	}
	if set.kinds.passwords == PasswordOmitted {
		row.answers.withheld = withheld("password")
	}
	return row
}

// hash is what is stored of a password.
func (f PasswordForm) hash(password, consumerID string) string {
	text := password + consumerID
	if f == PasswordOtherHash {
		text = consumerID + "\x00" + password + "\x00konnecttest"
	}
	sum := sha1.Sum([]byte(text)) //nolint:gosec // see above
	return hex.EncodeToString(sum[:])
}
