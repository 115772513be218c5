package konnecttest_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// wire talks to a server that listens, one connection a request.
type wire struct {
	t        *testing.T
	srv      *konnecttest.Server
	http     *http.Client
	plane    string
	entities string
}

func newWire(t *testing.T, opts ...konnecttest.Option) *wire {
	t.Helper()
	srv := konnecttest.Start(t, opts...)
	id, err := srv.AddControlPlane("", map[string]any{"name": "cp"})
	require.NoError(t, err)
	transport := &http.Transport{DisableKeepAlives: true}
	return &wire{t: t, srv: srv, http: &http.Client{Transport: transport}, plane: id, entities: "/v2/control-planes/" + id + "/core-entities"}
}

func (w *wire) send(method, path, body string) (*http.Response, error) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.srv.URL+path, bytes.NewBufferString(body))
	require.NoError(w.t, err)
	r.Header.Set("Authorization", "Bearer "+w.srv.Token)
	r.Header.Set("Content-Type", "application/json")
	return w.http.Do(r)
}

func (w *wire) do(method, path, body string) answer {
	w.t.Helper()
	res, err := w.send(method, path, body)
	require.NoError(w.t, err)
	return read(w.t, res)
}

const someService = `{"host":"a.example"}`

func (w *wire) put() (*http.Response, error) {
	return w.send("PUT", w.entities+"/services/"+idOne, someService)
}
func (w *wire) stored() int { return len(w.srv.Entities(w.plane, "services")) }

func TestFaultStatuses(t *testing.T) {
	t.Parallel()
	for _, status := range []int{500, 502, 503, 504} {
		w := newWire(t)
		w.srv.Inject(konnecttest.Fault{Method: "PUT", Effect: konnecttest.FailBefore(status)})
		got := w.do("PUT", w.entities+"/services/"+idOne, someService)
		assert.Equal(t, status, got.Status)
		assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
		assert.Contains(t, got.Body, "message")
		assert.Equal(t, 0, w.stored(), "not applied")

		w.srv.Inject(konnecttest.Fault{Method: "PUT", Effect: konnecttest.FailAfter(status)})
		assert.Equal(t, status, w.do("PUT", w.entities+"/services/"+idOne, someService).Status)
		assert.Equal(t, 1, w.stored(), "applied")
		assert.Equal(t, 200, w.do("PUT", w.entities+"/services/"+idOne, someService).Status, "a fault strikes once by default")

		w.srv.Inject(konnecttest.Fault{Method: "POST", Path: "/v2/control-planes", Effect: konnecttest.FailAfter(status)})
		got = w.do("POST", "/v2/control-planes", `{"name":"second"}`)
		assert.Equal(t, status, got.Status)
		assert.Equal(t, "application/problem+json", got.Header.Get("Content-Type"), "each family in its own format")
		assert.InDelta(t, status, got.Body["status"], 0)
		assert.Len(t, w.srv.ControlPlanes(), 2)
	}
}

func TestFaultTooManyRequests(t *testing.T) {
	t.Parallel()
	clock := newClock()
	for name, tc := range map[string]struct {
		effect konnecttest.Effect
		want   string
	}{
		"without header": {konnecttest.TooManyRequests(0), ""},
		"seconds":        {konnecttest.TooManyRequests(1500 * time.Millisecond), "2"},
		"date":           {konnecttest.TooManyRequestsUntil(2 * time.Second), "Thu, 01 Jan 2026 00:00:03 GMT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, clock.option(), konnecttest.WithFault(konnecttest.Fault{Effect: tc.effect}))
			got := w.do("PUT", w.entities+"/services/"+idOne, someService)
			assert.Equal(t, 429, got.Status)
			assert.Equal(t, tc.want, got.Header.Get("Retry-After"))
			assert.JSONEq(t, `{"message":"API rate limit exceeded"}`, got.Raw)
			assert.Equal(t, 0, w.stored())
		})
	}
}

func TestFaultLoseResponse(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	fault := w.srv.Inject(konnecttest.Fault{Method: "PUT", Effect: konnecttest.LoseResponse()})
	res, err := w.put()
	closeBody(res)
	require.ErrorIs(t, err, io.EOF)
	assert.Equal(t, 1, w.stored(), "applied")
	assert.Equal(t, 1, fault.Hits())

	last := w.srv.Requests()[0]
	assert.Equal(t, 200, last.Status, "the log has what the client did not get")
	assert.Equal(t, "lose response", last.Fault)
}

func closeBody(res *http.Response) {
	if res != nil {
		_ = res.Body.Close()
	}
}

func TestFaultTruncate(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.srv.Inject(konnecttest.Fault{Effect: konnecttest.Truncate()})
	res, err := w.put()
	require.NoError(t, err)
	defer closeBody(res)
	body, err := io.ReadAll(res.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.NotEmpty(t, body)
	assert.Greater(t, res.ContentLength, int64(len(body)))
	assert.Equal(t, 1, w.stored(), "applied")
}

func TestFaultReset(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.srv.Inject(konnecttest.Fault{Effect: konnecttest.Reset()})
	res, err := w.put()
	closeBody(res)
	require.Error(t, err)
	assert.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), "%v", err)
	assert.Equal(t, 0, w.stored(), "not applied")
}

func TestFaultsWithoutANetwork(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	for _, effect := range []konnecttest.Effect{konnecttest.LoseResponse(), konnecttest.Reset(), konnecttest.Truncate()} {
		c.srv.Inject(konnecttest.Fault{Effect: effect})
		assert.PanicsWithValue(t, http.ErrAbortHandler, func() { c.do("GET", entities+"/services", nil) })
	}
}

func TestFaultAnswer(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.srv.Inject(konnecttest.Fault{Times: -1, Effect: konnecttest.Answer(200, "text/html", "<html>")})
	for range 3 {
		res, err := w.put()
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		closeBody(res)
		assert.Equal(t, "<html>", string(body))
		assert.Equal(t, "text/html", res.Header.Get("Content-Type"))
	}
	assert.Equal(t, 0, w.stored())
	w.srv.ClearFaults()
	assert.Equal(t, 200, w.do("PUT", w.entities+"/services/"+idOne, someService).Status)
}

func TestFaultSelection(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason string
		fault  konnecttest.Fault
		struck []int // of five PUTs
	}{
		"default":      {"the first one only", konnecttest.Fault{}, []int{1}},
		"nth":          {"the third one only", konnecttest.Fault{Nth: 3}, []int{3}},
		"nth and more": {"two from the second", konnecttest.Fault{Nth: 2, Times: 2}, []int{2, 3}},
		"always":       {"a negative number has no end", konnecttest.Fault{Times: -1}, []int{1, 2, 3, 4, 5}},
		"nth to end":   {"from the fourth", konnecttest.Fault{Nth: 4, Times: -1}, []int{4, 5}},
		"method":       {"another method", konnecttest.Fault{Method: "POST"}, nil},
		"path":         {"any services", konnecttest.Fault{Path: "**/services/*"}, []int{1}},
		"whole path":   {"each segment", konnecttest.Fault{Path: "/v2/control-planes/*/core-entities/services/1111*"}, []int{1}},
		"other path":   {"one segment is not two", konnecttest.Fault{Path: "/v2/*/services/*"}, nil},
		"half a path":  {"the whole path must match", konnecttest.Fault{Path: "/v2/control-planes/*/core-entities/services"}, nil},
		"tail":         {"** may stand last", konnecttest.Fault{Path: "/v2/**"}, []int{1}},
		"function":     {"whatever it says", konnecttest.Fault{Match: func(r konnecttest.Request) bool { return r.Number == 4 }}, []int{4}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t)
			_, entities := c.plane(nil)
			tc.fault.Effect = konnecttest.FailBefore(503)
			fault := c.srv.Inject(tc.fault)
			var struck []int
			for i := range 5 {
				if c.do("PUT", entities+"/services/"+idOne, someService).Status == 503 {
					struck = append(struck, i+1)
				}
			}
			assert.Equal(t, tc.struck, struck, tc.reason)
			assert.Equal(t, len(tc.struck), fault.Hits())
		})
	}
}

func TestFaultsTakeTurns(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	c.srv.Inject(konnecttest.Fault{Effect: konnecttest.FailBefore(502)})
	second := c.srv.Inject(konnecttest.Fault{Effect: konnecttest.FailBefore(504)})
	third := c.srv.Inject(konnecttest.Fault{Effect: konnecttest.FailBefore(500)})
	third.Remove()
	get := func() int { return c.do("GET", entities+"/services", nil).Status }
	assert.Equal(t, []int{502, 504, 200}, []int{get(), get(), get()})
	assert.Equal(t, 1, second.Hits())
	assert.Equal(t, 0, third.Hits())
}

func TestLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, konnecttest.WithLatency(20*time.Millisecond))
		_, entities := c.plane(nil)
		c.srv.Inject(konnecttest.Fault{Path: "**/services", Effect: konnecttest.Delay(time.Second)})
		c.srv.Inject(konnecttest.Fault{Path: "**/services", Effect: konnecttest.Delay(time.Minute)})
		c.srv.Inject(konnecttest.Fault{Path: "**/services", Effect: konnecttest.FailBefore(503)})
		took := func() (time.Duration, int) {
			start := time.Now()
			got := c.do("GET", entities+"/services", nil)
			return time.Since(start), got.Status
		}
		d, status := took()
		assert.Equal(t, 20*time.Millisecond+time.Second+time.Minute, d, "delays add up")
		assert.Equal(t, 503, status)
		c.srv.SetLatency(time.Hour)
		d, status = took()
		assert.Equal(t, time.Hour, d)
		assert.Equal(t, 200, status)
	})
}
