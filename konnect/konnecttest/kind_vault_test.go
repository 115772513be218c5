package konnecttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestVaults(t *testing.T) {
	t.Parallel()
	accept(t, "/vaults", body{"name": "env", "prefix": "my-env"}, map[string]map[string]any{
		"nothing more":                {},
		"a prefix":                    {"config": body{"prefix": "APP_"}, "description": "d", "tags": strs("t")},
		"null":                        {"config": nil},
		"another backend":             {"name": "gcp", "config": body{"project_id": "p", "ttl": 60}},
		"the config store of Konnect": {"name": "konnect", "config": body{"config_store_id": idOne}},
	})
	reject(t, "/vaults", body{"name": "env", "prefix": "my-env"}, map[string]rejection{
		"no backend":       {"it is required", body{"name": nil}, "name: is required"},
		"unknown backend":  {"custom ones are not supported", body{"name": "mine"}, "name: value must be one of"},
		"no prefix":        {"it is required", body{"prefix": nil}, "prefix: is required"},
		"one letter":       {"two at least", body{"prefix": "a"}, "prefix: must be lower-case"},
		"a trailing dash":  {"references could not be read", body{"prefix": "a-"}, "prefix: must be lower-case"},
		"a backend's name": {"it stands for the backend", body{"prefix": "aws"}, "prefix: must not be the name"},
		"a digit first":    {"for variables it may not", body{"config": body{"prefix": "1"}}, "config.prefix: must begin"},
		"another type":     {"seconds are a number", body{"config": body{"ttl": "60"}}, "config.ttl: expected integer"},
		"no project":       {"gcp needs one", body{"name": "gcp"}, "config.project_id: is required"},
	})
	c := newClient(t)
	_, entities := c.plane(nil)
	assert.Contains(t, c.do("POST", entities+"/vaults", body{"name": "env", "prefix": "my-env", "config": body{"bogus": 1}}).Raw, `unknown field \"config.bogus\"`)
	c.put(entities+"/vaults/my-env", body{"name": "env"})
	assert.Equal(t, "my-env", c.do("GET", entities+"/vaults/my-env", nil).Body["prefix"], "found by prefix")
	assert.Equal(t, "prefix", field(c.do("POST", entities+"/vaults", body{"name": "env", "prefix": "my-env"})))
}

func TestVaultConfigs(t *testing.T) {
	t.Parallel()
	sent := body{"host": "vault.example", "token": "not-to-be-seen", "kube_role": "r", "numbers": []any{1, 2.5, nil}}
	complete := body{
		"host": "vault.example", "token": "not-to-be-seen", "kube_role": "r", "numbers": []any{1.0, 2.5, nil},
		"port": 8200.0, "protocol": "https", "kv": "v1", "mount": "secret", "auth_method": "token",
		"ttl": 0.0, "neg_ttl": 0.0, "resurrect_ttl": 100_000_000.0,
	}
	config := func(opts ...konnecttest.Option) any {
		c := newClient(t, opts...)
		_, entities := c.plane(nil)
		return c.put(entities+"/vaults/my-hcv", body{"name": "hcv", "config": sent}).Body["config"]
	}
	assert.Equal(t, complete, config())
	verbatim := body{"host": "vault.example", "token": "not-to-be-seen", "kube_role": "r", "numbers": []any{1.0, 2.5, nil}}
	assert.Equal(t, verbatim, config(konnecttest.WithVaultConfigAsSent()))
	delete(verbatim, "token")
	assert.Equal(t, verbatim, config(konnecttest.WithVaultConfigAsSent(), konnecttest.WithSecretsWithheld()))
}
