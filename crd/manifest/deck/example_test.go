package deck_test

import (
	"fmt"
	"os"
	"strings"

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

func ExampleDecode() {
	file, err := deck.Decode(strings.NewReader(`
_format_version: "3.0"
_konnect:
  control_plane_name: Shop Gateway
_info:
  defaults:
    service:
      retries: 3
services:
- name: shop
  url: https://shop.example.com
  routes:
  - name: basket
    paths: [/basket]
    plugins:
    - name: key-auth
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("control plane", file.ControlPlaneName)
	for _, object := range file.Objects {
		fmt.Println(crd.KeyOf(object))
	}
	// Output:
	// control plane Shop Gateway
	// KongService default/shop
	// KongRoute default/basket
	// KongPlugin default/basket-key-auth
	// KongPluginBinding default/basket-key-auth
}

// Everything that has no place in an object is named by its line.
func ExampleDecode_problems() {
	_, err := deck.Decode(strings.NewReader(`
_format_version: "3.0"
_konnect: {control_plane_name: gateway}
services:
- name: shop
  host: shop.example.com
  tls_sans: {dnsnames: [shop.example.com]}
partials:
- {name: redis, type: redis-ce}
`))
	fmt.Println(err)
	// Output:
	// line 7: services[0]: tls_sans: KongService has no field for it
	// line 9: partials[0]: there is no kind for it; take it out of the file
}
