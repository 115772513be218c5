package builder_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
)

// show prints value as JSON.
func show(value any) {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		panic(err)
	}
	fmt.Println(string(data))
}

func ExampleNewGatewayControlPlane() {
	cp := builder.NewGatewayControlPlane("gateway-control-plane").
		Auth("konnect-api-auth").
		KonnectLabel("team", "shop").
		MustBuild()
	show(cp.Spec)
	// Output:
	// {
	//   "createControlPlaneRequest": {
	//     "name": "gateway-control-plane",
	//     "labels": {
	//       "team": "shop"
	//     }
	//   },
	//   "source": "Origin",
	//   "konnect": {
	//     "authRef": {
	//       "name": "konnect-api-auth"
	//     }
	//   }
	// }
}

func ExampleGatewayControlPlane_Mirror() {
	cp := builder.NewGatewayControlPlane("shared").Mirror("0190e4a8-0000-7000-8000-000000000001").MustBuild()
	show(cp.Spec)
	// Output:
	// {
	//   "mirror": {
	//     "konnect": {
	//       "id": "0190e4a8-0000-7000-8000-000000000001"
	//     }
	//   },
	//   "source": "Mirror"
	// }
}

func ExampleGatewayControlPlane_Members() {
	group := builder.NewGatewayControlPlane("everything").Members("shop", "billing").MustBuild()
	fmt.Println(group.ClusterType(), group.Spec.Members)
	// Output: CLUSTER_TYPE_CONTROL_PLANE_GROUP [{shop} {billing}]
}

func ExampleNewAPIAuth() {
	auth := builder.NewAPIAuth("konnect-api-auth").Token("kpat_example").Region("us").MustBuild()
	fmt.Println(auth.Spec.Type, auth.Spec.ServerURL)
	fmt.Println(auth.Spec.Token)
	// Output:
	// token us.api.konghq.com
	// [redacted]
}

func ExampleNewService() {
	service := builder.NewService("service").
		Host("echo.kong.svc.cluster.local").Port(1027).
		ConnectTimeout(5 * time.Second).
		ControlPlane("gateway-control-plane").
		MustBuild()
	show(service.Spec)
	// Output:
	// {
	//   "controlPlaneRef": {
	//     "type": "konnectNamespacedRef",
	//     "konnectNamespacedRef": {
	//       "name": "gateway-control-plane"
	//     }
	//   },
	//   "name": "service",
	//   "host": "echo.kong.svc.cluster.local",
	//   "port": 1027,
	//   "connect_timeout": 5000
	// }
}

func ExampleService_URL() {
	service := builder.NewService("service").
		URL("http://echo.kong.svc.cluster.local:1027/echo").
		ControlPlane("gateway-control-plane").
		MustBuild()
	fmt.Println(*service.Spec.URL)
	fmt.Println(service.Spec.Host)
	// Output:
	// http://echo.kong.svc.cluster.local:1027/echo
	// echo.kong.svc.cluster.local
}

func ExampleNewRoute() {
	route := builder.NewRoute("route").Protocols("http").Paths("/echo").Service("service").MustBuild()
	show(route.Spec)
	// Output:
	// {
	//   "serviceRef": {
	//     "type": "namespacedRef",
	//     "namespacedRef": {
	//       "name": "service"
	//     }
	//   },
	//   "name": "route",
	//   "protocols": [
	//     "http"
	//   ],
	//   "paths": [
	//     "/echo"
	//   ]
	// }
}

func ExampleNewUpstream() {
	upstream := builder.NewUpstream("echo.upstream").
		ConsistentHashingOnCookie("session").
		ControlPlane("gateway-control-plane").
		MustBuild()
	spec := upstream.Spec
	fmt.Println(*spec.Name, *spec.Algorithm, *spec.HashOn, *spec.HashOnCookie, *spec.HashOnCookiePath)
	// Output: echo.upstream consistent-hashing cookie session /
}

func ExampleActiveHTTPChecks() {
	checks := builder.ActiveHTTPChecks("/healthz").Interval(5 * time.Second).Healthy(2).Unhealthy(3)
	upstream := builder.NewUpstream("echo.upstream").
		ActiveHealthchecks(checks).
		ControlPlane("gateway-control-plane").
		MustBuild()
	show(upstream.Spec.Healthchecks)
	// Output:
	// {
	//   "threshold": 0,
	//   "active": {
	//     "type": "http",
	//     "concurrency": 10,
	//     "timeout": 1,
	//     "http_path": "/healthz",
	//     "https_verify_certificate": true,
	//     "healthy": {
	//       "interval": 5,
	//       "successes": 2
	//     },
	//     "unhealthy": {
	//       "interval": 5,
	//       "http_failures": 3,
	//       "tcp_failures": 3,
	//       "timeouts": 3
	//     }
	//   }
	// }
}

func ExamplePassiveHTTPChecks() {
	upstream := builder.NewUpstream("echo.upstream").
		PassiveHealthchecks(builder.PassiveHTTPChecks().UnhealthyHTTPStatuses(500, 503).Unhealthy(5)).
		ControlPlane("gateway-control-plane").
		MustBuild()
	show(upstream.Spec.Healthchecks.Passive.Unhealthy)
	// Output:
	// {
	//   "http_statuses": [
	//     500,
	//     503
	//   ],
	//   "http_failures": 5,
	//   "tcp_failures": 5,
	//   "timeouts": 5
	// }
}

func ExampleNewTarget() {
	target := builder.NewTarget("first").Address("10.0.0.1:8000").Upstream("echo.upstream").MustBuild()
	fmt.Println(target.Spec.Target, *target.Spec.Weight)
	// Output: 10.0.0.1:8000 100
}

func ExampleNewReferenceGrant() {
	grant := builder.NewReferenceGrant("shop-may-use-infra").Namespace("infra").
		FromServices("shop").
		ToControlPlanes("gateway-control-plane").
		MustBuild()
	show(grant.Spec)
	// Output:
	// {
	//   "from": [
	//     {
	//       "group": "configuration.konghq.com",
	//       "kind": "KongService",
	//       "namespace": "shop"
	//     }
	//   ],
	//   "to": [
	//     {
	//       "group": "konnect.konghq.com",
	//       "kind": "KonnectGatewayControlPlane",
	//       "name": "gateway-control-plane"
	//     }
	//   ]
	// }
}

func ExampleRefIn() {
	service := builder.NewService("service").
		Host("echo.example").
		ClientCertificateRef(builder.Ref("mine")).
		CACertificateRefs(builder.RefIn("certificates", "internal-ca")).
		ControlPlane("gateway-control-plane").
		MustBuild()
	show(service.Spec.ClientCertificateRef)
	show(service.Spec.CACertificateRefs)
	// Output:
	// {
	//   "name": "mine"
	// }
	// [
	//   {
	//     "name": "internal-ca",
	//     "namespace": "certificates"
	//   }
	// ]
}

// Build reports every mistake of the chain at once.
func ExampleError() {
	_, err := builder.NewService("service").
		Host("echo.example").
		Port(70000).
		ConnectTimeout(5). // A duration has a unit: 5 * time.Second.
		Build()

	failed, ok := errors.AsType[*builder.Error](err)
	if !ok {
		return
	}
	fmt.Println(failed.Key)
	for _, mistake := range failed.Errors {
		fmt.Println("-", mistake)
	}
	first, _ := errors.AsType[*field.Error](err)
	fmt.Println(first.Field)
	// Output:
	// KongService default/service
	// - spec.port: Invalid value: 70000: must be between 0 and 65535, inclusive
	// - spec.connect_timeout: Invalid value: "5ns": must be a whole number of milliseconds, from 1ms to 2147483646ms
	// - spec.controlPlaneRef: Required value
	// spec.port
}

// A builder is a template: each result is independent of what follows.
func Example_template() {
	template := builder.NewRoute("route").HTTPS().Service("service").Tags("shop")
	orders := template.Namespace("orders").Paths("/orders").MustBuild()
	carts := template.Namespace("carts").Paths("/carts").MustBuild()
	fmt.Println(orders.Namespace, orders.Spec.Paths, orders.Spec.Tags)
	fmt.Println(carts.Namespace, carts.Spec.Paths, carts.Spec.Tags)
	// Output:
	// orders [/orders] [shop]
	// carts [/carts] [shop]
}
