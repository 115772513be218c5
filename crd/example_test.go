package crd_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
)

func ExampleKeyOf() {
	route := &configurationv1alpha1.KongRoute{ObjectMeta: metav1.ObjectMeta{Name: "route", Namespace: "kong"}}
	key := crd.KeyOf(route)
	fmt.Println(key)
	fmt.Println(key.GroupKind())
	// Output:
	// KongRoute kong/route
	// KongRoute.configuration.konghq.com
}

func ExampleNamespaceOf() {
	fmt.Println(crd.NamespaceOf(&configurationv1alpha1.KongRoute{}))
	// Output:
	// default
}

func ExampleIsProgrammed() {
	service := &configurationv1alpha1.KongService{}
	service.Default()
	fmt.Println(crd.IsProgrammed(service))
	service.SetConditions([]metav1.Condition{{Type: crd.ConditionProgrammed, Status: metav1.ConditionTrue}})
	fmt.Println(crd.IsProgrammed(service))
	service.SetGeneration(2) // the spec has changed since
	fmt.Println(crd.IsProgrammed(service))
	// Output:
	// false
	// true
	// false
}

func ExamplePendingConditions() {
	for _, c := range crd.PendingConditions() {
		fmt.Println(c.Type, c.Status, c.Reason)
	}
	// Output:
	// Programmed Unknown Pending
}

// The reference of a route to its service makes the service its parent.
func ExampleObject() {
	route := &configurationv1alpha1.KongRoute{}
	if err := json.Unmarshal([]byte(`{
		"metadata": {"name": "route", "namespace": "kong"},
		"spec": {"serviceRef": {"type": "namespacedRef", "namespacedRef": {"name": "service"}}}
	}`), route); err != nil {
		fmt.Println(err)
		return
	}
	var obj crd.Object = route
	for _, ref := range obj.References() {
		fmt.Println(ref.Field, "->", ref.To, ref.Role == crd.RoleParent)
	}
	// Output:
	// spec.serviceRef.namespacedRef -> KongService kong/service true
}

// A secret is clear in JSON, where a cluster needs it, and nowhere else.
func ExampleSecretString() {
	token := crd.SecretString("kpat_example")
	fmt.Println(token)
	fmt.Printf("%+v %q %#v\n", token, token, struct{ Token crd.SecretString }{token})
	slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})).Info("credentials", "token", token, "auth", konnectv1alpha1.KonnectAPIAuthConfiguration{})
	raw, err := json.Marshal(token)
	fmt.Println(string(raw), err)
	// Output:
	// [redacted]
	// [redacted] [redacted] struct { Token crd.SecretString }{Token:[redacted]}
	// level=INFO msg=credentials token=[redacted] auth="KonnectAPIAuthConfiguration default/"
	// "kpat_example" <nil>
}
