package builder_test

import (
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
)

func ExampleNewConsumer() {
	consumer := builder.NewConsumer("alice").ControlPlane("gateway").CustomID("customer-42").ConsumerGroups("gold").MustBuild()
	fmt.Println(*consumer.Username, *consumer.CustomID)
	for _, ref := range consumer.References() {
		fmt.Println(ref.Field, "->", ref.To)
	}
	// Output:
	// alice customer-42
	// spec.controlPlaneRef.konnectNamespacedRef -> KonnectGatewayControlPlane default/gateway
	// consumerGroups[0] -> KongConsumerGroup default/gold
}

func ExampleNewConsumerGroup() {
	group := builder.NewConsumerGroup("gold").ControlPlane("gateway").Tags("shop").MustBuild()
	fmt.Println(*group.Spec.Name, group.Spec.Tags)
	// Output: gold [shop]
}
