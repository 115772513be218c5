package resolve_test

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/types"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve"
)

func ExampleResolve() {
	graph, err := resolve.Resolve(context.Background(), batch(
		route("kong/route", "service", ""),
		service("kong/service", "gateway-control-plane"),
		controlPlane("kong/gateway-control-plane"),
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, layer := range graph.Layers() {
		for _, node := range layer {
			fmt.Printf("%d %s in %s\n", i, node.Key, node.ControlPlane.Key.Name)
		}
	}
	// Output:
	// 0 KonnectGatewayControlPlane kong/gateway-control-plane in gateway-control-plane
	// 1 KongService kong/service in gateway-control-plane
	// 2 KongRoute kong/route in gateway-control-plane
}

// All problems come at once. Those that a caller can act on have a type.
func ExampleResolve_problems() {
	_, err := resolve.Resolve(context.Background(), batch(
		route("kong/route", "service", ""),
		target("kong/target", "shared/upstream"),
	))
	fmt.Println(err)
	if missing, ok := errors.AsType[*resolve.MissingError](err); ok {
		fmt.Println("create", missing.To)
	}
	// Output:
	// resolve KongRoute kong/route: spec.serviceRef.namespacedRef: KongService kong/service not found
	// resolve KongTarget kong/target: spec.upstreamRef: KongUpstream shared/upstream is not granted: needs a KongReferenceGrant in namespace shared from group configuration.konghq.com, kind KongTarget, namespace kong to group configuration.konghq.com, kind KongUpstream, name upstream
	// create KongService kong/service
}

func ExampleObjects() {
	source := resolve.Objects(
		service("kong/service", "gateway-control-plane"),
		controlPlane("kong/gateway-control-plane"),
	)
	graph, err := resolve.Resolve(context.Background(), batch(route("kong/route", "service", "")), resolve.WithSource(source))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, node := range graph.Nodes() {
		fmt.Println(node.Key, node.InBatch)
	}
	// Output:
	// KonnectGatewayControlPlane kong/gateway-control-plane false
	// KongService kong/service false
	// KongRoute kong/route true
}

func ExampleFromReader() {
	c := &cluster{} // a client.Reader, whose List takes client.InNamespace(namespace)
	source := resolve.FromReader(
		func(ctx context.Context, key types.NamespacedName, into resolve.ClusterObject) error {
			return c.Get(ctx, key, into)
		},
		func(ctx context.Context, namespace string, into *configurationv1alpha1.KongReferenceGrantList) error {
			return c.ListGrants(ctx, namespace, into)
		},
	)
	_, err := resolve.Resolve(context.Background(), batch(route("kong/route", "service", "")), resolve.WithSource(source))
	fmt.Println(err)
	// Output:
	// resolve KongRoute kong/route: spec.serviceRef.namespacedRef: KongService kong/service not found
}

func ExampleGraph_Mermaid() {
	graph, err := resolve.Resolve(context.Background(), batch(
		controlPlane("kong/gateway-control-plane"),
		route("kong/route", "service", ""),
		serviceTo("kong/service", "gateway-control-plane", "upstream.internal"),
		upstream("kong/upstream", "gateway-control-plane"),
		target("kong/target", "upstream"),
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(graph.Mermaid())
	// Output:
	// flowchart LR
	//     subgraph n5["KonnectGatewayControlPlane<br/>kong/gateway-control-plane"]
	//         n1["KongRoute<br/>kong/route"]
	//         n2["KongService<br/>kong/service"]
	//         n3["KongTarget<br/>kong/target"]
	//         n4["KongUpstream<br/>kong/upstream"]
	//     end
	//     n1 --> n2
	//     n2 --> n4
	//     n4 --> n3
}

func ExampleGraph_DOT() {
	graph, err := resolve.Resolve(context.Background(), batch(
		controlPlane("kong/gateway-control-plane"),
		route("kong/route", "service", ""),
		service("kong/service", "gateway-control-plane"),
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(graph.DOT())
	// Output:
	// digraph resolve {
	//     rankdir=LR;
	//     compound=true;
	//     node [shape=box];
	//     subgraph cluster_n3 {
	//         label="KonnectGatewayControlPlane\nkong/gateway-control-plane";
	//         n1 [label="KongRoute\nkong/route"];
	//         n2 [label="KongService\nkong/service"];
	//     }
	//     n1 -> n2;
	// }
}
