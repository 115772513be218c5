package konnect_test

import (
	"context"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// ExampleWithAdoptionLimit bounds what objects of other people may take over.
func ExampleWithAdoptionLimit() {
	limit := konnect.AdoptUnowned
	if err := limit.Validate(); err != nil {
		fmt.Println(err)
	}
	service := builder.NewService("echo").ControlPlane("gw").Host("echo.example.com").MustBuild()
	service.SetAnnotations(map[string]string{crd.AdoptionPolicyAnnotation: string(konnect.AdoptFromOperator)})

	_, client, stop := startKonnect()
	defer stop()
	plane := builder.NewGatewayControlPlane("gw").MustBuild()
	_, err := client.Plan(context.Background(), []crd.Object{plane, service}, konnect.WithAdoptionLimit(limit))
	fmt.Println(err)
	// Output:
	// validate KongService default/echo: metadata.annotations[konnectkit/adoption-policy]: Forbidden: "from-operator" is wider than this program allows, which is "unowned"
}
