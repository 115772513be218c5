package terraform_test

import (
	"fmt"
	"os"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest/terraform"
)

func ExampleImports() {
	upstream := builder.NewUpstream("pool").ControlPlane("gw").MustBuild()
	target := builder.NewTarget("first").Upstream("pool").Address("10.0.0.1:80").MustBuild()
	// Ensure writes the status.
	upstream.SetKonnectStatus(crd.KonnectStatus{ID: "0d6e4079-e36e-4e6c-9df6-0f1b5f5d3a11", ControlPlaneID: "9524ec7d-36d9-465d-a8c5-83a3c9390458"})
	skipped, err := terraform.Imports(os.Stdout, upstream, target)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range skipped {
		fmt.Println(s)
	}
	// Output:
	// # KongUpstream default/pool
	// import {
	//   to = konnect_gateway_upstream.pool
	//   id = jsonencode({
	//     control_plane_id = "9524ec7d-36d9-465d-a8c5-83a3c9390458"
	//     id               = "0d6e4079-e36e-4e6c-9df6-0f1b5f5d3a11"
	//   })
	// }
	// KongTarget default/first: its status does not have all IDs: provision it first
}
