package builder_test

import (
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
)

func ExampleNewPlugin() {
	plugin := builder.NewPlugin("limit", "rate-limiting").
		Config(map[string]any{"minute": 5, "policy": "redis", "redis": map[string]any{"host": "redis.example"}}).
		PatchFromSecret("/redis/password", "redis", "password").
		MustBuild()
	fmt.Println(plugin.PluginName, plugin.Config.Reveal())
	fmt.Println(plugin.Config)
	fmt.Println(plugin.References()[0].To)
	// Output:
	// rate-limiting {"minute":5,"policy":"redis","redis":{"host":"redis.example"}}
	// [redacted]
	// Secret default/redis
}

func ExamplePlugin_ConfigFromSecret() {
	plugin := builder.NewPlugin("login", "openid-connect").ConfigFromSecret("oidc", "config").MustBuild()
	show(plugin.ConfigFrom)
	// Output:
	// {
	//   "secretKeyRef": {
	//     "name": "oidc",
	//     "key": "config"
	//   }
	// }
}

func ExampleNewClusterPlugin() {
	plugin := builder.NewClusterPlugin("log", "http-log").
		ConfigFromSecret("logging", "http-log", "config").
		Ordering(configurationv1.PluginOrdering{After: map[string][]string{"access": {"key-auth"}}}).
		MustBuild()
	fmt.Printf("%q %s\n", plugin.Namespace, plugin.References()[0].To)
	// Output:
	// "" Secret logging/http-log
}

func ExampleNewPluginBinding() {
	onService := builder.NewPluginBinding("limit").ControlPlane("gateway").Plugin("limit").Service("web").Consumer("alice").MustBuild()
	everywhere := builder.NewPluginBinding("log").ControlPlane("gateway").ClusterPlugin("log").Global().MustBuild()
	show(onService.Spec.Targets)
	fmt.Println(everywhere.Spec.PluginRef.Kind, everywhere.Spec.Scope)
	// Output:
	// {
	//   "serviceRef": {
	//     "group": "configuration.konghq.com",
	//     "kind": "KongService",
	//     "name": "web"
	//   },
	//   "consumerRef": {
	//     "name": "alice"
	//   }
	// }
	// KongClusterPlugin GlobalInControlPlane
}
