package konnect_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
)

// An annotation names the plugins of a service. What it implies has no object, and goes with
// the name.
func ExampleClient_Ensure_plugins() {
	_, client, stop := startKonnect()
	defer stop()
	for _, plugins := range []string{"require-key,limit", "require-key"} {
		report, err := client.Ensure(context.Background(), []crd.Object{
			builder.NewGatewayControlPlane("gateway").MustBuild(),
			builder.NewService("echo").ControlPlane("gateway").Host("echo.example").Annotation(crd.PluginsAnnotation, plugins).MustBuild(),
			builder.NewPlugin("require-key", "key-auth").MustBuild(),
			builder.NewPlugin("limit", "rate-limiting").Config(map[string]any{"minute": 5}).MustBuild(),
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, change := range report.Changes {
			if strings.Contains(change.Key.Name, ":") {
				fmt.Println(change.Action, change.Key)
			}
		}
	}
	// Output:
	// created KongPluginBinding default/require-key:KongService/echo
	// created KongPluginBinding default/limit:KongService/echo
	// unchanged KongPluginBinding default/require-key:KongService/echo
	// deleted KongPluginBinding default/limit:KongService/echo
}
