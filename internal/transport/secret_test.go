package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	sdkkonnectgo "github.com/Kong/sdk-konnect-go"
	"github.com/Kong/sdk-konnect-go/models/components"
	"github.com/Kong/sdk-konnect-go/models/operations"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/transport"
)

func TestTokenIsChecked(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		token string
		err   error
		want  string
	}{
		"empty":         {want: "the token is empty"},
		"line break":    {token: exampleToken + "\n", want: "a line break"},
		"header inside": {token: exampleToken + "\r\nX-Other: 1", want: "a line break"},
		"space":         {token: "kpat example", want: "a space"},
		"control":       {token: "kpat_\x00example", want: "another character"},
		"not ASCII":     {token: "kpat_exämple", want: "another character"},
		"source fails":  {err: errors.New("vault is sealed"), want: "vault is sealed"},
		"source fails and tells": {
			token: "opaque-secret", err: errors.New("cannot renew opaque-secret, had kpat_older_example"),
			want: "cannot renew [redacted], had [redacted]",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := start(t, origin, base(func(*http.Request) (*http.Response, error) {
				t.Error("sent")
				return respond(200, ""), nil
			}), func(c *transport.Config) {
				c.Token = func(context.Context) (string, error) { return tt.token, tt.err }
			})
			_, err := tr.RoundTrip(request(t, "GET", origin+"/x", ""))
			require.ErrorIs(t, err, transport.ErrToken)
			assert.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "example")
			if tt.err != nil && !strings.Contains(tt.err.Error(), "kpat_") {
				assert.ErrorIs(t, err, tt.err)
			}
		})
	}
}

func TestTokenSourceContextStaysRecognisable(t *testing.T) {
	t.Parallel()
	tr := start(t, origin, func(c *transport.Config) {
		c.Token = func(context.Context) (string, error) {
			return exampleToken, fmt.Errorf("renew %s: %w", exampleToken, context.Canceled)
		}
	})
	_, err := tr.RoundTrip(request(t, "GET", origin+"/x", ""))
	require.ErrorIs(t, err, context.Canceled)
	for e := err; e != nil; e = errors.Unwrap(e) {
		assert.NotContains(t, e.Error(), exampleToken)
	}
}

func TestTokenIsAskedForEachAttempt(t *testing.T) {
	t.Parallel()
	n := 0
	var got []string
	tr := start(t, origin, base(func(r *http.Request) (*http.Response, error) {
		got = append(got, r.Header.Get("Authorization"))
		return respond(map[int]int{1: 500, 2: 200}[n], ""), nil
	}), func(c *transport.Config) {
		c.Token = func(context.Context) (string, error) { n++; return fmt.Sprintf("t%d", n), nil }
		c.UserAgent = "konnectkit-test"
	})
	_, err := tr.RoundTrip(request(t, "GET", origin+"/x", ""))
	require.NoError(t, err)
	assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, got)
}

// A server that echoes the token wherever it can, and a Base that does so in its errors.
func TestTokenAppearsNowhere(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{
		"plain":        exampleToken,
		"needs quotes": `ex"ample<&>\`,
		"needs escape": "exa+mple/==%",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			quoted, err := json.Marshal(map[string]string{"message": "bad token " + token})
			require.NoError(t, err)
			var out bytes.Buffer
			var seen events
			tr := start(t, origin, base(func(r *http.Request) (*http.Response, error) {
				sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
				switch r.URL.Path {
				case "/err":
					return nil, fmt.Errorf("cannot send %v with %s", r.Header, sent)
				case "/gone":
					return nil, fmt.Errorf("%s: %w", sent, io.ErrUnexpectedEOF)
				}
				resp := respond(401, string(quoted)+sent, "X-Echo", sent, "Content-Length", "1")
				resp.Status = "401 " + sent
				return resp, nil
			}), func(c *transport.Config) {
				c.Token = fixed(token)
				c.Retry.MaxAttempts = 2
				c.Logger = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
				c.Observe = seen.observe
			})
			for _, path := range []string{"/err", "/gone", "/answer", "/" + exampleToken} {
				resp, err := tr.RoundTrip(request(t, "GET", origin+path, ""))
				for e := err; e != nil; e = errors.Unwrap(e) {
					fmt.Fprintf(&out, "%v %+v %#v\n", e, e, e)
				}
				if err == nil {
					body := text(t, resp)
					assert.Equal(t, fmt.Sprint(len(body)), resp.Header.Get("Content-Length"))
					assert.Contains(t, body, "[redacted]")
					fmt.Fprintln(&out, body, resp.Status, resp.Header, resp.Request.Header)
				}
			}
			cfg := config(t, origin, func(c *transport.Config) { c.Token = fixed(token) })
			fmt.Fprintf(&out, "%v %+v %#v %s\n", tr, tr, tr, tr)
			fmt.Fprintf(&out, "%v %+v %#v %s\n", cfg, cfg, cfg, cfg)
			fmt.Fprintf(&out, "%+v %+v\n", seen.all, struct{ T *transport.Transport }{tr})
			slog.New(slog.NewJSONHandler(&out, nil)).Info("all", "transport", tr, "config", cfg, "events", seen.all)

			require.NotEmpty(t, seen.all)
			assert.Contains(t, out.String(), "konnect request")
			for _, spelling := range []string{token, `ex\"ample`, "exa%2Bmple", exampleToken} {
				assert.NotContains(t, out.String(), spelling)
			}
		})
	}
}

func TestSuccessIsLeftAlone(t *testing.T) {
	t.Parallel()
	tr := start(t, origin, base(func(*http.Request) (*http.Response, error) {
		return respond(200, `{"tags":["`+exampleToken+`"]}`), nil
	}))
	resp, err := tr.RoundTrip(request(t, "GET", origin+"/x", ""))
	require.NoError(t, err)
	assert.JSONEq(t, `{"tags":["`+exampleToken+`"]}`, text(t, resp))
}

// Not parallel: the SDK prints its dumps to os.Stdout when the environment says so.
func TestSDKDumpsDoNotSeeTheToken(t *testing.T) {
	for _, v := range []string{"REQUEST", "RESPONSE", "RESPONSE_ERROR"} {
		t.Setenv("KONNECT_SDK_HTTP_DUMP_"+v, "true")
	}
	var paths []string
	first := true
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		assert.Equal(t, exampleToken, token)
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPut {
			assert.Contains(t, string(body), "echo.example.com", "replayed in full")
			if first {
				first = false
				w.WriteHeader(http.StatusBadGateway)
				return
			}
		}
		paths = append(paths, r.Method+" "+r.URL.Path)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Echo", token)
		if strings.HasSuffix(r.URL.Path, "/me") {
			_, _ = io.WriteString(w, `{"id":"5a1d3e0c-1111-4222-8333-444455556666"}`)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"message":"not with %s"}`, token)
	}))
	defer srv.Close()
	tr := start(t, srv.URL+"/prefix")

	read, write, err := os.Pipe()
	require.NoError(t, err)
	stdout := os.Stdout
	os.Stdout = write
	t.Cleanup(func() { os.Stdout = stdout })
	dumped := make(chan string)
	go func() {
		b, _ := io.ReadAll(read)
		dumped <- string(b)
	}()

	sdk := sdkkonnectgo.New(sdkkonnectgo.WithServerURL(srv.URL+"/prefix"), sdkkonnectgo.WithClient(tr.Client()))
	me, errMe := sdk.Me.GetOrganizationsMe(t.Context())
	_, errPost := sdk.Services.CreateService(t.Context(), "cp", components.Service{Host: "echo.example.com"})
	_, errList := sdk.Upstreams.ListUpstream(t.Context(), operations.ListUpstreamRequest{ControlPlaneID: "cp"})
	_, errPut := sdk.Services.UpsertService(t.Context(), operations.UpsertServiceRequest{
		ControlPlaneID: "cp", ServiceID: "s", Service: components.Service{Host: "echo.example.com"},
	})
	os.Stdout = stdout
	require.NoError(t, write.Close())
	dump := <-dumped

	require.NoError(t, errMe)
	require.NotNil(t, me.MeOrganization)
	require.Error(t, errPost)
	require.Error(t, errList)
	require.Error(t, errPut)
	assert.Contains(t, dump, "request:")
	assert.Contains(t, dump, "not with [redacted]")
	all := dump + fmt.Sprintf("%v %+v %#v %v %v", errPost, errPost, errPost, errList, errPut)
	assert.NotContains(t, all, exampleToken)
	assert.Equal(t, []string{
		"GET /prefix/v3/organizations/me",
		"POST /prefix/v2/control-planes/cp/core-entities/services",
		"GET /prefix/v2/control-planes/cp/core-entities/upstreams",
		"PUT /prefix/v2/control-planes/cp/core-entities/services/s",
	}, paths)
}
