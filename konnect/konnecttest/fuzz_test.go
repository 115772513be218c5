package konnecttest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// FuzzTargets stores addresses and expects what is stored to be a normal form.
func FuzzTargets(f *testing.F) {
	for _, seed := range []string{"a.example", "010.0.0.1:080", "[2001:db8::1]:1", "::ffff:1.2.3.4", "1.2.3", "a:b:c", "[::1", "-a-.b:0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		c := newClient(t)
		_, entities := c.plane(nil)
		require.Equal(t, 200, c.do("PUT", entities+"/upstreams/u", map[string]any{}).Status)
		put := func(address string) answer {
			return c.do("PUT", entities+"/upstreams/u/targets/"+idOne, map[string]any{"target": address})
		}
		got := put(address)
		if got.Status == 400 {
			return
		}
		require.Equal(t, 200, got.Status, got.Raw)
		stored, _ := got.Body["target"].(string)
		assert.Equal(t, stored, put(stored).Body["target"], "the normal form is its own")
	})
}

// FuzzRoutePaths expects the router with less in its expressions to take no more than the other.
func FuzzRoutePaths(f *testing.F) {
	for _, seed := range []string{"/a", "~/a{2000}", "~/(?=a)", `~/(a)\1[^[]{id}`, `~/\Qa\E`, "/%41/../b", `~/a\`, "~/[", "~/(?i-", "~/a{3,2}"} {
		f.Add(seed)
	}
	compatible, pcre := newClient(f), newClient(f, konnecttest.WithRouterFlavor(konnecttest.FlavorTraditionalPCRE))
	compatible.plane(nil)
	pcre.plane(nil)
	f.Fuzz(func(t *testing.T, path string) {
		validate := func(c *client, path string) answer {
			as := &client{t: t, srv: c.srv, token: c.token} // a target uses its own test
			entities := planes + "/" + c.srv.ControlPlane("cp").ID + "/core-entities"
			return as.do("POST", entities+"/schemas/route/validate", map[string]any{"paths": strs(path)})
		}
		got, inPCRE := validate(compatible, path), validate(pcre, path)
		assert.Contains(t, []int{200, 400}, got.Status, got.Raw)
		if got.Status == 200 {
			assert.Equal(t, 200, inPCRE.Status, inPCRE.Raw)
		}
		if normal, found := strings.CutPrefix(firstDetail(got), "paths[0]: must be normalised: "); found {
			assert.NotContains(t, firstDetail(validate(compatible, normal)), "must be normalised", "the normal form is its own")
		}
	})
}

func firstDetail(got answer) string {
	if list := details(got); len(list) > 0 {
		return list[0]
	}
	return ""
}
