package konnect_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// lagging is how a server answers that does not see an entity yet that is there.
func lagging() konnecttest.Effect {
	return konnecttest.Answer(400, "application/json", `{"code":3,"message":"invalid reference","details":[`+
		`{"type":"ERROR_TYPE_REFERENCE","field":"service","messages":["the foreign key does not exist (type: foreign)"]}]}`)
}

// TestRetryBoundsEverything counts how often a call is made that never succeeds, by the
// transport and by what repeats above it.
func TestRetryBoundsEverything(t *testing.T) {
	t.Parallel()
	const organization, plane, service, route = "GET /v3/organizations/me", "POST /v2/control-planes", "PUT **/services/*", "PUT **/routes/*"
	thrice := konnect.RetryPolicy{MaxAttempts: 3, MaxRefusals: 4}
	tests := []struct {
		reason, call         string
		effect               konnecttest.Effect
		once, thrice, normal int // requests
	}{
		{"a read", organization, konnecttest.FailBefore(503), 1, 3, 8},
		{"a write that may arrive twice", service, konnecttest.FailBefore(503), 1, 3, 8},
		{"a connection that breaks", service, konnecttest.Reset(), 1, 3, 8},
		{"half an answer", organization, konnecttest.Truncate(), 1, 3, 8},
		{"a create that is looked up first", plane, konnecttest.FailBefore(500), 1, 3, 15},
		{"a create without an answer", plane, konnecttest.Reset(), 1, 3, 15},
		{"a parent that konnect does not see yet", route, lagging(), 1, 3, 15},
		{"a control plane that konnect does not see yet", service, konnecttest.FailBefore(404), 1, 3, 15},
		{"a refusal", service, konnecttest.TooManyRequests(0), 1, 5, 31},
		{"a refusal of a create", plane, konnecttest.TooManyRequests(0), 1, 5, 31},
		{"what does not pass", service, konnecttest.FailBefore(403), 1, 1, 1},
	}
	for _, tt := range tests {
		for name, c := range map[string]struct {
			policy konnect.RetryPolicy
			want   int
		}{"never": {konnect.NoRetry(), tt.once}, "thrice": {thrice, tt.thrice}, "by default": {konnect.RetryPolicy{}, tt.normal}} {
			t.Run(tt.reason+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer()
					fault := inject(server, tt.call, faultCase{tt.effect, -1})
					start := time.Now()
					_, err := newNetwork(server).client(t, konnect.WithRetry(c.policy)).Ensure(t.Context(), howTo())
					require.Error(t, err)
					assert.Equal(t, c.want, fault.Hits())
					if name == "never" {
						assert.Zero(t, time.Since(start), "nothing is waited for")
					}
					if api, ok := errors.AsType[*konnect.APIError](err); ok {
						assert.Equal(t, c.want, api.Attempts, "the error says how often, over all")
					}
				})
			})
		}
	}
}

// TestRetryIntervals bounds pauses too.
func TestRetryIntervals(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct {
		policy     konnect.RetryPolicy
		call       string
		least, top time.Duration
	}{
		"the pause after a failure": {
			konnect.RetryPolicy{MaxAttempts: 4, InitialInterval: time.Minute, MaxInterval: time.Minute, MaxElapsedTime: time.Hour},
			"GET /v2/control-planes", 90 * time.Second, 270 * time.Second,
		},
		"the pause before a second look": {
			konnect.RetryPolicy{MaxAttempts: 4, InitialInterval: time.Minute, MaxElapsedTime: time.Hour},
			"POST /v2/control-planes", 90 * time.Second, 270 * time.Second,
		},
		"all pauses of a request":       {konnect.RetryPolicy{MaxAttempts: 1000, MaxElapsedTime: 5 * time.Second}, "GET /v2/control-planes", 0, 5 * time.Second},
		"all pauses before other looks": {konnect.RetryPolicy{MaxAttempts: 1000, MaxElapsedTime: 5 * time.Second}, "POST /v2/control-planes", time.Second, 5 * time.Second},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				inject(server, tt.call, faultCase{konnecttest.FailBefore(500), -1})
				start := time.Now()
				_, err := newNetwork(server).client(t, konnect.WithRetry(tt.policy)).Ensure(t.Context(), howTo())
				require.Error(t, err)
				assert.GreaterOrEqual(t, time.Since(start), tt.least)
				assert.LessOrEqual(t, time.Since(start), tt.top)
			})
		})
	}
}

func TestRetryPolicyIsChecked(t *testing.T) {
	t.Parallel()
	for want, policy := range map[string]konnect.RetryPolicy{
		"WithRetry: MaxAttempts: -1 is negative; 1 never repeats, 0 is the default": {MaxAttempts: -1},
		"WithRetry: InitialInterval: -1s is negative; 0 is the default":             {InitialInterval: -time.Second},
		"WithRetry: MaxInterval: -1s is negative; 0 is the default":                 {MaxInterval: -time.Second},
		"WithRetry: MaxElapsedTime: -1s is negative; 0 is the default":              {MaxElapsedTime: -time.Second},
		"WithRetry: MaxInterval: 1s is less than InitialInterval, 2s":               {InitialInterval: 2 * time.Second, MaxInterval: time.Second},
		"": {MaxRefusals: -1, InitialInterval: time.Hour},
	} {
		_, err := konnect.NewClient(konnect.WithRetry(policy))
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, "new client: "+want)
	}
}

// TestErrorsSayHowOften and, where a context ended meanwhile, what was answered last.
func TestErrorsSayHowOften(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct {
		call   string
		effect konnecttest.Effect
		limit  time.Duration
		want   string
		is     error // a sentinel of the last answer
	}{
		"attempts are used up": {
			"GET /v2/control-planes", konnecttest.FailBefore(503), 0,
			"GET /v2/control-planes: 8 attempts: 503 service unavailable", nil,
		},
		"tries above the transport count": {
			"PATCH /v2/control-planes/*", konnecttest.FailBefore(500), 0, "15 attempts: 500 internal server error", nil,
		},
		"no answer at all": {"GET /v2/control-planes", konnecttest.Reset(), 0, "GET /v2/control-planes: 8 attempts: ", nil},
		"the time is up in a pause for a refusal": {
			"GET /v2/control-planes", konnecttest.TooManyRequests(time.Hour), time.Minute,
			"GET /v2/control-planes: context deadline exceeded while waiting for the rate budget: " +
				"after an answer 429 the server is left alone for another 59m0s; the last answer was 429 too many requests", konnect.ErrRateLimited,
		},
		"the time is up in a pause after a failure": {
			"GET /v2/control-planes", konnecttest.FailBefore(503), 2 * time.Second,
			"context deadline exceeded while waiting after status 503; the last answer was 503 service unavailable", nil,
		},
		"the time is up above the transport": {
			"PATCH /v2/control-planes/*", konnecttest.FailBefore(500), time.Second,
			"context deadline exceeded while waiting after: PATCH /v2/control-planes/", nil,
		},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				client := newNetwork(server).client(t)
				_, err := client.Ensure(t.Context(), platform())
				require.NoError(t, err)
				inject(server, tt.call, faultCase{tt.effect, -1})
				ctx := t.Context()
				if tt.limit > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.limit)
					defer cancel()
				}
				_, err = client.Ensure(ctx, platformChanged())
				require.ErrorContains(t, err, tt.want)
				assert.True(t, konnect.IsTransient(err))
				if tt.is != nil {
					require.ErrorIs(t, err, tt.is)
					assert.Equal(t, time.Hour, konnect.RetryAfter(err))
				}
				if tt.limit > 0 {
					require.ErrorIs(t, err, context.DeadlineExceeded)
					api, ok := errors.AsType[*konnect.APIError](err)
					require.True(t, ok, "the last answer is in the chain")
					assert.Positive(t, api.Attempts)
				}
			})
		})
	}
}

// TestWrongHostName: what cannot be resolved is given up within a second.
func TestWrongHostName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		client, err := konnect.NewClient(konnect.WithServerURL("https://nosuch.example"), konnect.WithToken("kpat_example"),
			konnect.WithMaxConcurrency(1), konnect.WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				looks++
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "nosuch.example", IsNotFound: true}}
			})}))
		require.NoError(t, err)
		start := time.Now()
		_, err = client.Ensure(t.Context(), howTo())
		require.ErrorContains(t, err, "2 attempts: dial tcp: lookup nosuch.example: no such host")
		assert.LessOrEqual(t, time.Since(start), time.Second)
		assert.Equal(t, 4, looks, "twice for each of the two first reads")
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
