package konnect_test

import (
	"slices"
	"testing"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// credentialPhases are phases of credentials, which are listed flat and written below their
// consumer.
func credentialPhases() map[string]phase {
	created := func() []crd.Object { return firstSecrets().objects() }
	changed := func() []crd.Object { return firstSecrets().objects("tagged") }
	planes := func() []crd.Object { return created()[:1] }
	calls := func(method string) []string {
		var calls []string
		for _, segment := range []string{"acls", "key-auth", "basic-auth", "hmac-auth", "jwt"} {
			calls = append(calls, method+" **/consumers/*/"+segment+"/*")
		}
		return calls
	}
	lists := []string{"GET **/key-auths", "GET **/acls", "GET **/basic-auths"}
	return map[string]phase{
		"create": {func(*testing.T, *network) error { return nil }, ensuring(created), append(calls("PUT"), "PUT **/consumers/*")},
		"update": {ensuring(created), ensuring(changed), slices.Concat(lists, calls("PUT"))},
		"prune":  {ensuring(created), ensuring(planes, konnect.WithPrune()), slices.Concat(lists, calls("DELETE"))},
		"delete": {ensuring(created), deleting(created), slices.Concat(lists, calls("DELETE"))},
	}
}

// TestFaultsOfCredentials strikes each of their calls with every fault.
func TestFaultsOfCredentials(t *testing.T) {
	t.Parallel()
	strike(t, credentialPhases(), passingFaults(), true)
}
