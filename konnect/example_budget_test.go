package konnect_test

import (
	"context"
	"fmt"

	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func ExampleClient_Budgets() {
	server := konnecttest.NewServer(konnecttest.WithRateLimit(50, true))
	stop, err := server.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(server.Token))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Ensure(context.Background(), echo(1027)); err != nil {
		fmt.Println(err)
		return
	}
	for _, budget := range client.Budgets() {
		fmt.Println(budget.Limit, budget.Remaining > 0, budget.Held)
	}
	// Output:
	// 50 true 0s
}
