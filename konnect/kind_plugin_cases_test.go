package konnect_test

import (
	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

func pluginBindingCase() kindCase {
	service := func() crd.Object {
		return builder.NewService("web").ControlPlane("cp").Host("web.example").MustBuild()
	}
	binding := func() *builder.PluginBinding {
		return builder.NewPluginBinding("limit").ControlPlane("cp").Plugin("limit").Service("web")
	}
	plugin := func() *builder.Plugin {
		return builder.NewPlugin("limit", "rate-limiting").Config(map[string]any{"minute": 5})
	}
	return kindCase{
		kind:  "KongPluginBinding",
		given: []string{"name", "config", "service", "tags"},
		full: func() []crd.Object {
			return []crd.Object{
				plane("cp").MustBuild(), service(),
				plugin().InstanceName("first").Protocols("http", "https").
					Ordering(configurationv1.PluginOrdering{Before: map[string][]string{"access": {"key-auth"}}}).Annotation("konghq.com/tags", "b").MustBuild(),
				binding().Annotation("konghq.com/tags", "a").MustBuild(),
			}
		},
		minimal: func() []crd.Object {
			return []crd.Object{plane("cp").MustBuild(), service(), plugin().MustBuild(), binding().MustBuild()}
		},
		adopt: func(obj crd.Object, id, mode string) {
			must[*configurationv1alpha1.KongPluginBinding](obj).Spec.Adopt = adoptOptions(id, mode)
		},
		drifts: []drift{
			{field: "name", value: "cors", to: "rate-limiting", refused: true},
			{field: "enabled", value: false, to: true},
			{field: "instance_name", value: "second", to: "first"},
			{field: "instance_name", to: "first"},
			{field: "ordering", path: "ordering.before.access", value: list("cors"), to: list("key-auth")},
			{field: "service", path: "service.id", value: foreignID, to: idOf("KongService", "web")},
			{field: "route", value: object("id", foreignID)},
			{field: "consumer", value: object("id", foreignID)},
			{field: "consumer_group", value: object("id", foreignID)},
			{field: "protocols", value: list("http"), to: list("http", "https")},
			{field: "config", path: "config.minute", value: 6.0, to: 5.0},
			{field: "config", path: "config.hour", value: 6.0},
			{field: "config", path: "config.policy", value: "redis", to: "local"},
			{field: "config", path: "config.redis.host", value: "h", from: crd.Redacted},
			{field: "tags", value: list("a"), to: marked("KongPluginBinding", "limit", "a", "b")},
		},
	}
}
