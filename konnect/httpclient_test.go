package konnect_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	sdk "github.com/Kong/sdk-konnect-go"
	"github.com/Kong/sdk-konnect-go/models/components"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func send(t *testing.T, client *http.Client, method, url string) (status int, body string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("{}"))
	require.NoError(t, err)
	res, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	return res.StatusCode, string(raw), err
}

func httpClient(t *testing.T, client *konnect.Client) *http.Client {
	t.Helper()
	made, err := client.HTTPClient()
	require.NoError(t, err)
	return made
}

func TestHTTPClientStaysAtItsServer(t *testing.T) {
	t.Parallel()
	server, foreign := konnecttest.Start(t), konnecttest.Start(t)
	client := httpClient(t, newClient(t, server))
	status, _, err := send(t, client, http.MethodGet, server.URL+"/v2/control-planes")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status, "with the token of the client")

	for _, url := range []string{
		foreign.URL + "/v2/control-planes", "https://us.api.konghq.com/v2/control-planes", "https://global.api.konghq.com/v3/teams",
	} {
		_, _, err := send(t, client, http.MethodGet, url)
		require.ErrorContains(t, err, "request leaves the configured origin", url)
		assert.NotContains(t, err.Error(), server.Token)
	}
	assert.Empty(t, foreign.Requests(), "nothing is sent")
	assert.Len(t, server.Requests(), 1)
}

func TestHTTPClientRepeatsWhatIsSafe(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason, method string
		effect         konnecttest.Effect
		requests       int
	}{
		{"a read after a failure", http.MethodGet, konnecttest.FailBefore(http.StatusBadGateway), 2},
		{"a post that may have arrived", http.MethodPost, konnecttest.FailBefore(http.StatusBadGateway), 1},
		{"a patch that may have arrived", http.MethodPatch, konnecttest.FailBefore(http.StatusBadGateway), 1},
		{"a post that was refused for the rate", http.MethodPost, konnecttest.TooManyRequests(0), 2},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				server.Inject(konnecttest.Fault{Method: tt.method, Effect: tt.effect})
				_, _, err := send(t, httpClient(t, n.client(t)), tt.method, "https://"+usHost+"/v2/control-planes")
				require.NoError(t, err)
				assert.Len(t, server.Requests(), tt.requests)
			})
		})
	}
}

func TestHTTPClientShowsNoToken(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	echo := `{"message":"bad token ` + server.Token + `"}`
	server.Inject(konnecttest.Fault{Effect: konnecttest.Answer(http.StatusBadRequest, "application/json", echo)})
	status, body, err := send(t, httpClient(t, newClient(t, server)), http.MethodGet, server.URL+"/v2/control-planes")
	require.NoError(t, err)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.JSONEq(t, `{"message":"bad token [redacted]"}`, body)
}

func TestHTTPClientOfAnotherAccount(t *testing.T) {
	t.Parallel()
	server, other := konnecttest.Start(t), konnecttest.Start(t)
	derived, err := newClient(t, server).With(konnect.WithServerURL(other.URL), konnect.WithToken(other.Token))
	require.NoError(t, err)
	status, _, err := send(t, httpClient(t, derived), http.MethodGet, other.URL+"/v2/control-planes")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)
	assert.Empty(t, server.Requests())

	bare, err := konnect.NewClient()
	require.NoError(t, err)
	_, err = bare.HTTPClient()
	assert.EqualError(t, err, "http client: the client has no token of its own; use WithToken or WithTokenSource, or With for one that has")
}

// An SDK client on the same connections, rate budget and retries, for what has no kind.
func ExampleClient_HTTPClient() {
	server, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	report, err := client.Ensure(ctx, echo(1027)[:1])
	if err != nil {
		fmt.Println(err)
		return
	}
	httpClient, err := client.HTTPClient()
	if err != nil {
		fmt.Println(err)
		return
	}
	api := sdk.New(sdk.WithServerURL(server.URL), sdk.WithClient(httpClient))

	created, err := api.Services.CreateService(ctx, report.Changes[0].KonnectID, components.Service{Name: new("by-sdk"), Host: "sdk.example"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*created.Service.Name, "is created; budgets:", len(client.Budgets()))
	// Output:
	// by-sdk is created; budgets: 1
}
