package konnect_test

import (
	"testing"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	"github.com/konnectkit/konnectkit/konnect"
)

// impliedPhases are phases of what an annotation and a list of Secrets imply.
func impliedPhases() map[string]phase {
	with := func(service, consumer string, plugins []crd.Object, credentials ...string) func() []crd.Object {
		return func() []crd.Object {
			objects := append(carriers(service, consumer, consumer, ""), append(plugins, credentialSecrets()[:2]...)...)
			must[*configurationv1.KongConsumer](objects[3]).Credentials = credentials
			return objects
		}
	}
	plugins := []crd.Object{limitPlugin(), keyPlugin("key"), keyPlugin("other")}
	all, changed, none := with("key", "limit", plugins, "key", "password"), with("other", "limit", plugins, "password"), with("", "", nil)
	return map[string]phase{
		"create": {func(*testing.T, *network) error { return nil }, ensuring(all), []string{
			"PUT **/services/*", "PUT **/plugins/*", "PUT **/consumers/*", "PUT **/key-auth/*", "PUT **/basic-auth/*",
		}},
		"change": {ensuring(all), ensuring(changed), []string{"GET **/plugins", "GET **/key-auths", "PUT **/plugins/*", "PUT **/consumers/*", "DELETE **/key-auth/*"}},
		"remove": {ensuring(all), ensuring(none), []string{
			"GET **/plugins", "GET **/key-auths", "DELETE **/plugins/*", "DELETE **/key-auth/*", "PUT **/services/*", "PUT **/consumers/*",
		}},
		"remove and prune": {ensuring(all), ensuring(none, konnect.WithPrune()), []string{"DELETE **/plugins/*", "DELETE **/key-auth/*", "PUT **/consumers/*"}},
		"delete":           {ensuring(all), deleting(all), []string{"GET **/plugins", "DELETE **/services/*", "DELETE **/consumers/*"}},
	}
}

// TestFaultsOfImplied strikes each of their calls with every fault.
func TestFaultsOfImplied(t *testing.T) {
	t.Parallel()
	strike(t, impliedPhases(), passingFaults(), true)
}
