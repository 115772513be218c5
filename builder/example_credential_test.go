package builder_test

import (
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
)

// A consumer with a key, and the group by which plugins tell what it may do. Secret values
// print as [redacted]; manifests and requests have them in clear.
func ExampleNewCredentialAPIKey() {
	objects := []crd.Object{
		builder.NewConsumer("alice").ControlPlane("gateway-control-plane").MustBuild(),
		builder.NewCredentialAPIKey("alice").Consumer("alice").Key("example-key").MustBuild(),
		builder.NewCredentialACL("alice-gold").Consumer("alice").Group("gold").MustBuild(),
	}
	for _, obj := range objects {
		fmt.Println(crd.KeyOf(obj))
	}
	fmt.Println(builder.NewCredentialAPIKey("alice").Consumer("alice").Key("example-key").MustBuild().Spec.Key)
	_, err := builder.NewCredentialAPIKey("alice").Build()
	fmt.Println(err)
	// Output:
	// KongConsumer default/alice
	// KongCredentialAPIKey default/alice
	// KongCredentialACL default/alice-gold
	// [redacted]
	// build KongCredentialAPIKey default/alice: spec.consumerRef.name: Required value; spec.key: Required value
}
