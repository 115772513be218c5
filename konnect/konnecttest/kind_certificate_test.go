package konnecttest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestCertificates(t *testing.T) {
	t.Parallel()
	one, other, alt := leaf(t), leaf(t), rsaLeaf(t)
	valid := body{"cert": one.Cert, "key": one.Key}
	accept(t, "/certificates", valid, map[string]map[string]any{
		"a chain, the leaf first":      {"cert": one.Cert + other.Cert},
		"references":                   {"cert": "{vault://env/cert}", "key": "{vault://env/key}\n"},
		"a reference beside a text":    {"key": "{vault://env/key}"},
		"an alternative":               {"cert_alt": alt.Cert, "key_alt": alt.Key},
		"what only Konnect has":        {"description": "d", "managed_by": body{"any": []any{1, nil}}},
		"an authority may be a server": {"cert": konnecttest.SelfSignedCA("x").Certificate, "key": "{vault://env/key}"},
	})
	reject(t, "/certificates", valid, map[string]rejection{
		"no PEM":              {"it is no certificate", body{"cert": "x"}, "cert: invalid certificate"},
		"another block":       {"a key is no certificate", body{"cert": one.Cert + one.Key}, "cert: invalid certificate"},
		"no key":              {"it is needed", body{"key": nil}, "key: is required"},
		"a public key":        {"it proves nothing", body{"key": one.Public}, "key: invalid key"},
		"part of a reference": {"the whole value is one", body{"key": "x{vault://env/key}"}, "key: invalid key"},
		"another's key":       {"it does not fit", body{"key": other.Key}, ": certificate does not match key"},
		"the leaf last":       {"the first is the leaf", body{"cert": other.Cert + one.Cert}, ": certificate does not match key"},
		"half an alternative": {"a key needs its certificate", body{"key_alt": alt.Key}, ": all or none"},
		"of the same type":    {"clients choose by type", body{"cert_alt": other.Cert, "key_alt": other.Key}, "different types"},
		"another's again":     {"it does not fit either", body{"cert_alt": alt.Cert, "key_alt": other.Key}, ": alternative certificate does not match key"},
		"no reference":        {"the shorthand is one", body{"vault": "x"}, "vault: must be a reference"},
	})
	accept(t, "/certificates", valid, map[string]map[string]any{"another's key": {"key": other.Key}}, konnecttest.WithKeyMismatch())

	c := newClient(t)
	_, entities := c.plane(nil)
	for range 2 {
		require.Equal(t, 201, c.do("POST", entities+"/certificates", valid).Status, "nothing of them is unique")
	}
	got := c.put(entities+"/certificates/"+idOne, body{"vault": "{vault://env/pair}", "cert": "overwritten", "description": "d"})
	assert.Equal(t, "{vault://env/pair/cert}", got.Body["cert"])
	assert.Equal(t, "{vault://env/pair/key}", got.Body["key"])
	assert.NotContains(t, got.Body, "vault")
	assert.NotContains(t, got.Body, "description", "answers have it not")
}

func TestCertificatesAsStored(t *testing.T) {
	t.Parallel()
	pair := leaf(t)
	for _, trimmed := range []bool{false, true} {
		var opts []konnecttest.Option
		if trimmed {
			opts = append(opts, konnecttest.WithTrimmedPEM(), konnecttest.WithPrivateKeysWithheld())
		}
		c := newClient(t, opts...)
		id, entities := c.plane(nil)
		got := c.put(entities+"/certificates/"+idOne, body{"cert": pair.Cert + "\n", "key": pair.Key})
		assert.Equal(t, trimmed, got.Body["cert"] != pair.Cert+"\n")
		assert.Equal(t, trimmed, got.Body["key"] == nil)
		assert.Equal(t, strings.TrimSpace(pair.Key), strings.TrimSpace(c.srv.Entity(id, "certificates", idOne)["key"].(string)))
	}
}

func TestCACertificates(t *testing.T) {
	t.Parallel()
	one, other := authority(t, time.Now().Add(time.Hour)), authority(t, time.Now().Add(time.Hour))
	reject(t, "/ca_certificates", body{}, map[string]rejection{
		"no PEM":       {"it is no certificate", body{"cert": "x"}, "cert: invalid certificate"},
		"a reference":  {"it is not looked up", body{"cert": "{vault://env/cert}"}, "cert: invalid certificate"},
		"two":          {"each has an ID", body{"cert": one.Cert + other.Cert}, ": please submit only one"},
		"a leaf":       {"it signs nothing", body{"cert": leaf(t).Cert}, `missing the "CA" basic constraint`},
		"expired":      {"nothing would trust it", body{"cert": authority(t, time.Now().Add(-time.Minute)).Cert}, ": certificate expired"},
		"nothing":      {"it is required", body{}, "cert: is required"},
		"another type": {"it is a text", body{"cert": 1}, "cert: expected string"},
	})
	c := newClient(t)
	_, entities := c.plane(nil)
	sum := sha256.Sum256(one.der)
	got := c.put(entities+"/ca_certificates/"+idOne, body{"cert": one.Cert + "\n", "cert_digest": "ignored"})
	assert.Equal(t, hex.EncodeToString(sum[:]), got.Body["cert_digest"])
	taken := c.do("POST", entities+"/ca_certificates", body{"cert": one.Cert})
	assert.JSONEq(t, constraint("cert_digest", "cert_digest (type: unique) constraint failed"), taken.Raw, "whatever the white space")
	c.put(entities+"/ca_certificates/"+idOne, body{"cert": other.Cert})
	assert.Equal(t, 201, c.do("POST", entities+"/ca_certificates", body{"cert": one.Cert}).Status)
}

func TestReferencedCertificatesStay(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	pair, ca := konnecttest.SelfSigned(), konnecttest.SelfSignedCA("ca")
	c.put(entities+"/certificates/"+idOne, body{"cert": pair.Certificate, "key": pair.PrivateKey})
	c.put(entities+"/ca_certificates/"+idOne, body{"cert": ca.Certificate})
	c.put(entities+"/snis/a.example", body{"certificate": body{"id": idOne}})
	c.put(entities+"/upstreams/u", body{"client_certificate": body{"id": idOne}})
	c.put(entities+"/services/s", body{
		"host": "a", "protocol": "https", "client_certificate": body{"id": idOne}, "ca_certificates": strs(idOne),
	})
	refused := func(path, by string) {
		got := c.do("DELETE", entities+path, nil)
		assert.JSONEq(t, constraint("", "constraint failed (type: foreign) as "+by+" references this value"), got.Raw)
	}
	refused("/ca_certificates/"+idOne, "service")
	refused("/certificates/"+idOne, "service")
	c.put(entities+"/services/s", body{"host": "a"})
	refused("/certificates/"+idOne, "upstream")
	c.put(entities+"/upstreams/u", body{})
	assert.Len(t, c.srv.Entities(id, "snis"), 1, "nothing of it has gone")
	require.Equal(t, 204, c.do("DELETE", entities+"/certificates/"+idOne, nil).Status)
	assert.Empty(t, c.srv.Entities(id, "snis"), "SNIs go with it")
	assert.Equal(t, 204, c.do("DELETE", entities+"/ca_certificates/"+idOne, nil).Status)
}

func TestSNIs(t *testing.T) {
	t.Parallel()
	pair := konnecttest.SelfSigned()
	newPlane := func(opts ...konnecttest.Option) (*client, string) {
		c := newClient(t, opts...)
		_, entities := c.plane(nil)
		for _, id := range []string{idOne, idTwo} {
			c.put(entities+"/certificates/"+id, body{"cert": pair.Certificate, "key": pair.PrivateKey})
		}
		return c, entities
	}
	c, entities := newPlane()
	for name, want := range map[string]string{
		"a.example": "", "*.example": "", "b.*": "", "*": "", "10.0.0.1": "IP address", "::1": "IP address", "c.example:80": "a port",
		"d.*.example": "leftmost or rightmost", "*.e.*": "one wildcard", "": "length must be >= 1",
	} {
		got := c.do("POST", entities+"/snis", body{"name": name, "certificate": body{"id": idOne}})
		if want == "" {
			assert.Equal(t, 201, got.Status, got.Raw)
			continue
		}
		assert.Contains(t, firstDetail(got), want, name)
	}
	got := c.do("POST", entities+"/certificates/"+idTwo+"/snis", body{"name": "a.example"})
	assert.JSONEq(t, constraint("name", "name (type: unique) constraint failed"), got.Raw, "over the control plane")
	assert.Equal(t, "certificate.id", field(c.do("POST", entities+"/snis", body{"name": "f.example", "certificate": body{"id": "33333333-2222-4333-8444-555555555555"}})))
	assert.Equal(t, "certificate: is required", firstDetail(c.do("POST", entities+"/snis", body{"name": "f.example"})))
	moved := c.put(entities+"/snis/a.example", body{"certificate": body{"id": idTwo}})
	assert.Equal(t, []string{"a.example"}, names(c.do("GET", entities+"/certificates/"+idTwo+"/snis", nil)))
	assert.Equal(t, moved.Body, c.do("GET", entities+"/snis/a.example", nil).Body)
	require.Equal(t, 201, c.do("POST", entities+"/snis", body{"name": "A.EXAMPLE", "certificate": body{"id": idOne}}).Status, "another name")

	c, entities = newPlane(konnecttest.WithFoldedSNIs())
	assert.Equal(t, "a.example", c.put(entities+"/snis/A.example", body{"certificate": body{"id": idOne}}).Body["name"])
	assert.Equal(t, "name", field(c.do("POST", entities+"/snis", body{"name": "A.EXAMPLE", "certificate": body{"id": idOne}})))
	assert.Equal(t, 200, c.do("GET", entities+"/snis/A.Example", nil).Status)
}

func TestCertificateSNIs(t *testing.T) {
	t.Parallel()
	pair := konnecttest.SelfSigned()
	fields := func(snis ...string) body {
		return body{"cert": pair.Certificate, "key": pair.PrivateKey, "snis": snis}
	}
	c := newClient(t)
	_, entities := c.plane(nil)
	assert.Contains(t, c.do("POST", entities+"/certificates", fields("a.example")).Raw, `unknown field \"snis\"`)

	c = newClient(t, konnecttest.WithCertificateSNIs(konnecttest.SNIsIgnored))
	id, entities := c.plane(nil)
	assert.NotContains(t, c.put(entities+"/certificates/"+idOne, fields("a.example")).Body, "snis")
	assert.Empty(t, c.srv.Entities(id, "snis"))

	c = newClient(t, konnecttest.WithCertificateSNIs(konnecttest.SNIsExpanded))
	id, entities = c.plane(nil)
	assert.Equal(t, []any{"a.example", "b.example"}, c.put(entities+"/certificates/"+idOne, fields("a.example", "b.example")).Body["snis"])
	assert.Len(t, c.srv.Entities(id, "snis"), 2)
	c.put(entities+"/snis/c.example", body{"certificate": body{"id": idOne}})
	assert.Len(t, c.do("GET", entities+"/certificates/"+idOne, nil).Body["snis"], 3)
	assert.Equal(t, []any{"b.example"}, c.put(entities+"/certificates/"+idOne, fields("b.example")).Body["snis"], "the list is the whole")
	got := c.do("PUT", entities+"/certificates/"+idTwo, fields("b.example"))
	assert.Equal(t, "snis", field(got), "it is another certificate's")
	assert.Equal(t, 404, c.do("GET", entities+"/certificates/"+idTwo, nil).Status)
}
