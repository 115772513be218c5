package konnecttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestTargetAddresses(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	require.Equal(t, 200, c.do("PUT", entities+"/upstreams/u", map[string]any{}).Status)
	for sent, stored := range map[string]string{
		"a.example":           "a.example:8000",
		"a.example:80":        "a.example:80",
		"10.0.0.1":            "10.0.0.1:8000",
		"10.0.0.1:443":        "10.0.0.1:443",
		"::1":                 "[0000:0000:0000:0000:0000:0000:0000:0001]:8000",
		"[2001:db8::a]:80":    "[2001:0db8:0000:0000:0000:0000:0000:000a]:80",
		"[2001:DB8::B]":       "[2001:0db8:0000:0000:0000:0000:0000:000b]:8000",
		"010.000.0.01:080":    "10.0.0.1:80",
		"a.example.":          "a.example.:8000",
		"a.example:0":         "a.example:0",
		"-a.example":          "-a.example:8000",
		"192.168.1.300:8080":  "",
		"1.2.3":               "",
		"1.2.3.4.5":           "",
		"20240101":            "",
		"0010.0.0.1":          "",
		"::ffff:1.2.3.4":      "[0000:0000:0000:0000:0000:ffff:0102:0304]:8000",
		"fe80::1%eth0":        "",
		"a.example:80/path":   "",
		"[a.example]:80":      "",
		"[10.0.0.1]:80":       "",
		"a.example:":          "",
		"a.example:x":         "",
		"a.example:70000":     "",
		"a b":                 "",
		"[::1":                "",
		"[::1]x":              "",
		"http://a.example:80": "",
		"":                    "",
	} {
		got := c.do("POST", entities+"/upstreams/u/targets", map[string]any{"target": sent})
		if stored == "" {
			assert.Equal(t, 400, got.Status, sent)
			assert.Equal(t, "target", field(got), sent)
			continue
		}
		require.Equal(t, 201, got.Status, "%s: %s", sent, got.Raw)
		assert.Equal(t, stored, got.Body["target"])
	}
}

func TestTargetFields(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	require.Equal(t, 200, c.do("PUT", entities+"/upstreams/u", map[string]any{}).Status)
	post := func(fields map[string]any) answer { return c.do("POST", entities+"/upstreams/u/targets", fields) }

	got := post(map[string]any{"target": "a", "weight": 0, "failover": true, "tags": []string{"t"}, "upstream": map[string]any{"id": idOne}})
	require.Equal(t, 201, got.Status, got.Raw)
	assert.InDelta(t, 0, got.Body["weight"], 0, "0 disables a target")
	assert.Equal(t, true, got.Body["failover"])
	assert.NotEqual(t, map[string]any{"id": idOne}, got.Body["upstream"], "the path decides")
	assert.Equal(t, "weight", field(post(map[string]any{"target": "b", "weight": 65536})))
	assert.Equal(t, "target", field(post(map[string]any{"target": nil})))
	assert.Equal(t, "target", field(post(map[string]any{"target": "a:8000"})), "unique after normalisation")
}

func TestUpdateOnlyPut(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithUpdateOnlyPut("targets"))
	_, entities := c.plane(nil)
	require.Equal(t, 200, c.do("PUT", entities+"/upstreams/u", map[string]any{}).Status)
	path := entities + "/upstreams/u/targets/"
	assert.Equal(t, 404, c.do("PUT", path+idOne, map[string]any{"target": "a"}).Status)
	require.Equal(t, 201, c.do("POST", entities+"/upstreams/u/targets", map[string]any{"id": idOne, "target": "a"}).Status)
	assert.Equal(t, 200, c.do("PUT", path+idOne, map[string]any{"target": "a", "weight": 1}).Status)
}
