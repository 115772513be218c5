package ingress_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder/ingress"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// echo is an Ingress with a path to a Service, for a host.
func echo(host string) ingress.Input {
	to := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "echo", Port: networkingv1.ServiceBackendPort{Number: 1027}}}
	return ingress.Input{
		Ingresses: []networkingv1.Ingress{{
			ObjectMeta: metav1.ObjectMeta{Namespace: "kong", Name: "echo", Annotations: map[string]string{"konghq.com/strip-path": "true"}},
			Spec: networkingv1.IngressSpec{
				IngressClassName: new("kong"),
				Rules: []networkingv1.IngressRule{{Host: host, IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
					Paths: []networkingv1.HTTPIngressPath{{Path: "/echo", PathType: new(networkingv1.PathTypePrefix), Backend: to}},
				}}}},
			},
		}},
		Services: []corev1.Service{{
			ObjectMeta: metav1.ObjectMeta{Namespace: "kong", Name: "echo"},
			Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 1027}}},
		}},
		ControlPlane: func(class string) crd.Key {
			if class != "kong" {
				return crd.Key{} // another controller's
			}
			return crd.Key{Namespace: "kong", Name: "gateway"}
		},
	}
}

func ExampleTranslate() {
	result, err := ingress.Translate(echo("example.com"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, object := range result.Objects {
		fmt.Println(crd.KeyOf(object))
		if route, ok := object.(*configurationv1alpha1.KongRoute); ok {
			fmt.Println(" ", route.Spec.Hosts, route.Spec.Paths)
		}
	}
	// Output:
	// KongUpstream kong/gateway.kong.echo.http
	// KongService kong/gateway.kong.echo.http
	// KongRoute kong/kong.echo.example-com-echo-c2e480fc30
	//   [example.com] [~/echo(?:/|$)]
}

func ExampleStrict() {
	for _, opts := range [][]ingress.Option{nil, {ingress.Strict()}} {
		result, err := ingress.Translate(echo("*.example.com"), opts...)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, warning := range result.Warnings {
			fmt.Println("warning:", warning)
		}
		fmt.Println(len(result.Objects), result.Err())
	}
	// Output:
	// warning: Ingress kong/echo: spec.rules[0].host: *.example.com takes requests for names with any number of labels in place of *, and not with one alone
	// 3 <nil>
	// 0 build Ingress kong/echo: spec.rules[0].host: Forbidden: *.example.com takes requests for names with any number of labels in place of *, and not with one alone
}

func ExampleResult_Err() {
	in := echo("example.com")
	in.Services = nil
	in.Ingresses[0].Annotations["konghq.com/strip-path"] = "yes"
	result, err := ingress.Translate(in)
	fmt.Println(err)
	fmt.Println(result.Err())
	// Output:
	// <nil>
	// build Ingress kong/echo: metadata.annotations[konghq.com/strip-path]: Invalid value: "yes": must be "true" or "false"
}

func ExampleSourceLabels() {
	labels := ingress.SourceLabels(crd.Key{Group: networkingv1.GroupName, Kind: "Ingress", Namespace: "kong", Name: "echo"})
	fmt.Println(labels["konnectkit/source-kind"], labels["konnectkit/source-namespace"], labels["konnectkit/source-name"])
	// Output: Ingress kong echo
}

func ExampleWarning_String() {
	in := echo("example.com")
	in.Ingresses[0].Annotations["konghq.com/plugin"] = "key-auth"
	result, err := ingress.Translate(in)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Warnings[0])
	// Output: Ingress kong/echo: metadata.annotations[konghq.com/plugin]: is not an annotation of an Ingress that is known, and has no effect
}
