package konnecttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestHostsAreStoredWithoutLeadingZeros(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason string
		opts   []konnecttest.Option
		host   string
		stored string
	}{
		"IPv4":         {"octets are decimal", nil, "010.0.0.1", "10.0.0.1"},
		"a name":       {"a name stays", nil, "010.example", "010.example"},
		"as sent":      {"the option", []konnecttest.Option{konnecttest.WithHostsAsSent()}, "010.0.0.1", "010.0.0.1"},
		"IPv6 as sent": {"only a target's is written out", nil, "2001:db8::1", "2001:db8::1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, tc.opts...)
			_, entities := c.plane(nil)
			create := func(path string, body map[string]any) map[string]any {
				got := c.do("POST", entities+path, body)
				require.Equal(t, 201, got.Status, got.Raw)
				return got.Body
			}
			assert.Equal(t, tc.stored, create("/services", map[string]any{"host": tc.host})["host"], tc.reason)
			assert.Equal(t, []any{tc.stored}, create("/routes", map[string]any{"hosts": strs(tc.host)})["hosts"], tc.reason)
			assert.Equal(t, tc.stored, create("/upstreams", map[string]any{"name": "u", "host_header": tc.host})["host_header"], tc.reason)
		})
	}
	c := newClient(t)
	_, entities := c.plane(nil)
	got := c.do("POST", entities+"/services", map[string]any{"url": "http://010.0.0.1:8080/x"})
	assert.Equal(t, "10.0.0.1", got.Body["host"])
	got = c.do("POST", entities+"/routes", map[string]any{"hosts": strs("010.0.0.1:080")})
	assert.Equal(t, []any{"10.0.0.1:80"}, got.Body["hosts"])
}
