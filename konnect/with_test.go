package konnect_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// TestOwnersShareOneBudget: what one of them learns about the limit, all keep.
func TestOwnersShareOneBudget(t *testing.T) {
	t.Parallel()
	const perSecond, services = 50, 100
	for _, announced := range []bool{true, false} {
		t.Run(fmt.Sprintf("announced %t", announced), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer(konnecttest.WithLatency(20*time.Millisecond), konnecttest.WithRateLimit(perSecond, announced))
				first := newNetwork(server).client(t, konnect.WithOwner("team-0"))
				start := time.Now()
				var owners sync.WaitGroup
				for i := range 4 {
					name := fmt.Sprintf("team-%d", i)
					client, err := first.With(konnect.WithOwner(name))
					require.NoError(t, err)
					owners.Go(func() {
						_, err := client.Ensure(t.Context(), inPlane(name, services))
						assert.NoError(t, err)
					})
				}
				owners.Wait()
				assert.Len(t, first.Budgets(), 1)
				refused, sent := server.CountStatus(http.StatusTooManyRequests), len(server.Requests())
				assert.LessOrEqual(t, float64(refused)/float64(sent), 0.05, "%d of %d are refused", refused, sent)
				assert.GreaterOrEqual(t, float64(sent-refused)/(time.Since(start).Seconds()*perSecond), 0.7)
				for i := range 4 {
					assert.Len(t, planeLabels(server, fmt.Sprintf("team-%d", i)), 1)
				}
			})
		})
	}
}

// planeLabels are the labels of the control planes of an owner.
func planeLabels(server *konnecttest.Server, owner string) (found []map[string]any) {
	for _, plane := range server.ControlPlanes() {
		labels, _ := plane["labels"].(map[string]any)
		if labels["managed-owner"] == owner {
			found = append(found, labels)
		}
	}
	return found
}

// TestWithChangesOnlyWhatItIsGiven: all else is the first client's, which stays as it is.
func TestWithChangesOnlyWhatItIsGiven(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, eu := twoServers()
		var firstLog, secondLog bytes.Buffer
		debug := func(out *bytes.Buffer) konnect.Option {
			return konnect.WithLogger(slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug})))
		}
		var firstEvents, secondEvents int
		first := n.client(t, konnect.WithOwner("first"), debug(&firstLog), konnect.WithObserver(func(konnect.Event) { firstEvents++ }),
			konnect.WithSource(resolve.Objects(builder.NewGatewayControlPlane("gw").MustBuild())))
		second, err := first.With(konnect.WithOwner("second"), konnect.WithRetry(konnect.NoRetry()), debug(&secondLog),
			konnect.WithObserver(func(konnect.Event) { secondEvents++ }))
		require.NoError(t, err)

		_, err = second.Ensure(t.Context(), slice("two", ""))
		require.NoError(t, err)
		assert.Zero(t, firstEvents)
		assert.Empty(t, firstLog.String())
		assert.Positive(t, secondEvents)
		assert.Contains(t, secondLog.String(), "konnect request")
		assert.Len(t, planeLabels(us, "second"), 1)

		inject(us, "PUT **/services/*", faultCase{konnecttest.FailBefore(503), 1})
		_, err = first.Ensure(t.Context(), slice("one", ""))
		require.NoError(t, err, "the first client repeats")
		inject(us, "PUT **/services/*", faultCase{konnecttest.FailBefore(503), 1})
		_, err = second.Ensure(t.Context(), slice("three", ""))
		require.ErrorContains(t, err, "503", "the second does not")

		service := builder.NewService("x").ControlPlane("gw").Host("a.example.com").MustBuild()
		_, err = first.Ensure(t.Context(), []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()})
		require.NoError(t, err)
		derived, err := first.With()
		require.NoError(t, err)
		_, err = derived.Ensure(t.Context(), []crd.Object{service})
		require.NoError(t, err, "source and owner are those of the first")

		elsewhere, err := first.With(konnect.WithServerURL("https://" + euHost))
		require.NoError(t, err)
		_, err = elsewhere.Ensure(t.Context(), slice("one", ""))
		require.NoError(t, err)
		assert.Len(t, eu.ControlPlanes(), 1)
		assert.Len(t, first.Budgets(), 2, "each server has its own budget")
	})
}

func TestWithRefusesWhatIsShared(t *testing.T) {
	t.Parallel()
	first, err := konnect.NewClient(konnect.WithToken("kpat_example"), konnect.WithRegion("eu"))
	require.NoError(t, err)
	const reason = ": connections are shared with the first client; give it to NewClient"
	for name, option := range map[string]konnect.Option{
		"WithHTTPClient": konnect.WithHTTPClient(http.DefaultClient), "WithMaxConcurrency": konnect.WithMaxConcurrency(3),
		"WithPlainHTTP": konnect.WithPlainHTTP(),
	} {
		_, err := first.With(option, konnect.WithOwner("x"))
		require.EqualError(t, err, "client with other options: "+name+reason)
	}
	_, err = first.With(konnect.WithOwner("no such owner"), konnect.WithHTTPClient(http.DefaultClient))
	require.ErrorContains(t, err, "WithOwner")
	require.ErrorContains(t, err, "WithHTTPClient", "all at once")
	_, err = first.With(konnect.WithServerURL("http://konnect.example.com"))
	require.ErrorContains(t, err, "must be https")
	bare, err := konnect.NewClient()
	require.NoError(t, err)
	_, err = bare.With(konnect.WithToken("kpat_example"))
	require.ErrorContains(t, err, "a token needs a server")
}

// TestTokenSourcesAreTold apart, in one client and in those made of it: none gets the
// token of another.
func TestTokenSourcesAreToldApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, _ := twoServers()
		one, two := konnecttest.DefaultToken, otherToken
		first := n.bareClient(t, konnect.WithServerURL("https://"+usHost), konnect.WithTokenSource(tokenSource(&one)))
		second, err := first.With(konnect.WithTokenSource(tokenSource(&two)))
		require.NoError(t, err)
		again, err := second.With(konnect.WithOwner("x"))
		require.NoError(t, err)
		for i, c := range []struct {
			client       *konnect.Client
			organization string
		}{
			{first, konnecttest.DefaultOrganizationID}, {second, otherOrganization}, {first, konnecttest.DefaultOrganizationID},
			{again, otherOrganization},
		} {
			objects := slice(fmt.Sprintf("gw-%d", i), "")
			_, err := c.client.Ensure(t.Context(), objects)
			require.NoError(t, err)
			assert.Equal(t, c.organization, objects[0].GetKonnectStatus().OrganizationID)
		}
		assert.Len(t, first.Budgets(), 2, "one for each source")
		assert.Equal(t, 2, us.Count("GET", "/v3/organizations/me"))
	})
}

// TestTokenSourceChangesOrganization: what was known of the old one is not said of the new.
func TestTokenSourceChangesOrganization(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, _ := twoServers()
		current := konnecttest.DefaultToken
		client := n.bareClient(t, konnect.WithServerURL("https://"+usHost), konnect.WithTokenSource(tokenSource(&current)))
		for i, organization := range []string{konnecttest.DefaultOrganizationID, otherOrganization, konnecttest.DefaultOrganizationID} {
			current = map[string]string{konnecttest.DefaultOrganizationID: konnecttest.DefaultToken, otherOrganization: otherToken}[organization]
			objects := slice("gw", "")
			_, err := client.Ensure(t.Context(), objects)
			require.NoError(t, err)
			for _, obj := range objects {
				assert.Equal(t, organization, obj.GetKonnectStatus().OrganizationID, "%d: %s", i, crd.KeyOf(obj))
			}
		}
		assert.Equal(t, 2, us.Count("GET", "/v3/organizations/me"), "each token is asked for once")
	})
}

// TestRotatedTokensAreForgotten: a program whose credentials are renewed does not grow.
func TestRotatedTokensAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, us, _ := twoServers()
		client := n.bareClient(t)
		ensure := func(token string) {
			us.AddToken(token, konnecttest.DefaultOrganizationID)
			_, err := client.Ensure(t.Context(), append(slice("gw", "auth"),
				builder.NewAPIAuth("auth").ServerURL("https://"+usHost).Token(token).MustBuild()))
			require.NoError(t, err)
		}
		for i := range 50 {
			ensure(fmt.Sprintf("kpat_renewed_%d", i))
			time.Sleep(30 * time.Minute)
			assert.LessOrEqual(t, len(client.Budgets()), 2)
		}
		asked := us.Count("GET", "/v3/organizations/me")
		ensure("kpat_renewed_49")
		assert.Equal(t, asked, us.Count("GET", "/v3/organizations/me"), "still known")
		ensure("kpat_renewed_0")
		assert.Equal(t, asked+1, us.Count("GET", "/v3/organizations/me"), "forgotten")
	})
}

// TestSharedObserver is never called twice at once, whichever client calls.
func TestSharedObserver(t *testing.T) {
	t.Parallel()
	var under, calls int // not guarded: the race detector looks on
	first := newClient(t, konnecttest.Start(t), konnect.WithObserver(func(konnect.Event) {
		under++
		calls++
		runtime.Gosched()
		assert.Equal(t, 1, under, "called while it runs")
		under--
	}))
	var both sync.WaitGroup
	for _, name := range []string{"one", "two"} {
		client, err := first.With(konnect.WithOwner(name))
		require.NoError(t, err)
		both.Go(func() {
			_, err := client.Ensure(t.Context(), inPlane(name, 20))
			assert.NoError(t, err)
		})
	}
	both.Wait()
	assert.Positive(t, calls)
}
