package konnecttest

func caCertificate(set *settings) *collection {
	return &collection{
		path: "ca_certificates", entity: "ca_certificate", limit: 1_000, unique: []unique{{field: "cert_digest"}},
		fields: withCommon(set,
			field{name: "cert", required: true, checks: []check{satisfies(plainCertificateFault)}},
			field{name: "cert_digest", serverSet: true},
		),
		normalise: set.normalisePEM("cert"),
		rules: func(values object) []violation {
			if fault := authorityFault(text(values, "cert"), set.clock()); fault != "" {
				return []violation{broken("%s", fault)}
			}
			return nil
		},
		writes: writing{complete: func(c *completion) *failure {
			c.values["cert_digest"] = digest(text(c.values, "cert"))
			return nil
		}},
	}
}
