package konnecttest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// A program is tested against a Konnect that fails. The client repeats nothing, so that
// the test takes milliseconds; by default it would try for half a minute.
func Example_failure() {
	srv := konnecttest.NewServer()
	stop, err := srv.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	srv.Inject(konnecttest.Fault{
		Method: "PUT", Path: "**/services/*", Times: -1, Effect: konnecttest.FailBefore(http.StatusServiceUnavailable),
	})

	client, err := konnect.NewClient(
		konnect.WithServerURL(srv.URL), konnect.WithToken(srv.Token), konnect.WithRetry(konnect.NoRetry()))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	_, err = client.Ensure(context.Background(), []crd.Object{
		builder.NewGatewayControlPlane("gateway").MustBuild(),
		builder.NewService("echo").ControlPlane("gateway").Host("echo.example").MustBuild(),
	})
	if api, ok := errors.AsType[*konnect.APIError](err); ok {
		fmt.Println(api.Status, "may pass:", konnect.IsTransient(err))
	}
	fmt.Println(srv.Count("PUT", "/services/"), "attempt")
	// Output:
	// 503 may pass: true
	// 1 attempt
}
