package deck_test

import (
	"fmt"
	"os"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest/deck"
)

func ExampleEncode() {
	objects := []crd.Object{
		builder.NewGatewayControlPlane("gateway").MustBuild(),
		builder.NewService("shop").Host("shop.example.com").ControlPlane("gateway").MustBuild(),
		builder.NewRoute("basket").Paths("/basket").Service("shop").MustBuild(),
		builder.NewConsumer("alice").Username("alice").ControlPlane("gateway").MustBuild(),
		builder.NewCredentialAPIKey("alice").Key("example-key").Consumer("alice").MustBuild(),
	}
	err := deck.Encode(os.Stdout, objects, deck.WithEnvironment(func(variable string, value crd.SecretString) {
		fmt.Printf("# decK finds %d characters in %s\n", len(value.Reveal()), variable)
	}))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// # decK finds 11 characters in DECK_APIKEY_ALICE_KEY
	// _format_version: "3.0"
	// _konnect:
	//   control_plane_name: gateway
	// consumers:
	// - keyauth_credentials:
	//   - key: ${{ env "DECK_APIKEY_ALICE_KEY" | printf "%q" }}
	//   username: alice
	// services:
	// - host: shop.example.com
	//   name: shop
	//   routes:
	//   - name: basket
	//     paths:
	//     - /basket
	//     protocols:
	//     - https
}
