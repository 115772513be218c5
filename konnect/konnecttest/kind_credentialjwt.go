package konnecttest

import "strings"

var jwtAlgorithms = []string{
	"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA",
	"ES256K", "ESB256", "ESB320", "ESB384", "ESB512", "ESP256", "ESP384", "ESP512", "Ed25519", "Ed448",
}

func credentialJWT(set *settings) *collection {
	row := credential(set, "jwts", "jwt")
	row.fields = withCommon(set, owner(),
		field{name: "algorithm", fallback: "HS256", checks: []check{oneOf(jwtAlgorithms...)}},
		field{name: "key", checks: []check{notEmpty()}},
		field{name: "secret", checks: []check{notEmpty()}},
		field{name: "rsa_public_key", checks: []check{satisfies(publicKeyFault)}},
	)
	row.secrets, row.unique = []string{"secret"}, []unique{{field: "key"}}
	row.normalise = set.normalisePEM("rsa_public_key")
	row.rules = jwtRules
	row.writes.bodyOptional = true
	row.writes.complete = set.generate("key", "secret") // also for algorithms that use no secret
	row.answers.withheld = withheld(set.withheldSecrets("secret")...)
	return row
}

// jwtRules asks for the public key of most algorithms that have one.
func jwtRules(values object) []violation {
	algorithm := text(values, "algorithm")
	asymmetric := algorithm == "EdDSA" || strings.HasPrefix(algorithm, "RS") || strings.HasPrefix(algorithm, "PS")
	if asymmetric && values["rsa_public_key"] == nil {
		return []violation{
			{field: "rsa_public_key", reason: "is required when algorithm is " + algorithm, rule: "required"},
		}
	}
	return nil
}
