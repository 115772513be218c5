package transport

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// windowServer refuses what exceeds limit within fixed windows. Requests take latency, half each way, plus jitter.
type windowServer struct {
	limit   int
	window  time.Duration
	phase   time.Duration
	latency time.Duration
	jitter  time.Duration
	headers func(h http.Header, s *windowServer, left int, untilEnd time.Duration, refused bool)

	mu      sync.Mutex
	rnd     *rand.Rand
	start   time.Time
	current int64
	used    int

	accepted, refused int
	lastAccepted      time.Time
}

func (s *windowServer) travel() {
	s.mu.Lock()
	d := s.latency/2 + time.Duration(s.rnd.Int64N(int64(s.jitter)+1))
	s.mu.Unlock()
	time.Sleep(d)
}

func (s *windowServer) RoundTrip(req *http.Request) (*http.Response, error) {
	s.travel()
	resp := s.answer(req)
	s.travel()
	return resp, nil
}

func (s *windowServer) answer(req *http.Request) *http.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	age := time.Since(s.start) + s.phase
	if n := int64(age / s.window); n != s.current {
		s.current, s.used = n, 0
	}
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}
	refused := s.used >= s.limit
	if refused {
		s.refused++
		resp.StatusCode = 429
	} else {
		s.used++
		s.accepted++
		s.lastAccepted = time.Now()
	}
	if s.headers != nil {
		s.headers(resp.Header, s, s.limit-s.used, s.window-age%s.window, refused)
	}
	return resp
}

// drive sends n requests with 64 callers at once and returns the share of answers that were 429
// and the share of the budget that was used.
func (s *windowServer) drive(t *testing.T, n, clients int) (refused, used float64) {
	t.Helper()
	s.start, s.current = time.Now(), 0
	s.rnd = rand.New(rand.NewPCG(1, 2))
	trs := make([]*Transport, clients)
	for i := range trs {
		var err error
		trs[i], err = New(Config{
			Origin: &url.URL{Scheme: "https", Host: "us.api.konghq.com"},
			Token:  func(context.Context) (string, error) { return "kpat_example", nil },
			Base:   s,
		})
		require.NoError(t, err)
	}
	work := make(chan int)
	var wg sync.WaitGroup
	for i := range 64 * clients {
		wg.Go(func() {
			tr := trs[i%clients]
			for i := range work {
				req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://us.api.konghq.com/v2/x/"+strconv.Itoa(i), strings.NewReader("{}"))
				resp, err := tr.RoundTrip(req)
				if assert.NoError(t, err) {
					assert.Equal(t, 200, resp.StatusCode)
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
	elapsed := s.lastAccepted.Sub(s.start).Seconds()
	return float64(s.refused) / float64(s.refused+s.accepted),
		float64(s.accepted) / (float64(s.limit) / s.window.Seconds() * elapsed)
}

func whole(d time.Duration) string { return strconv.Itoa(int((d + time.Second - 1) / time.Second)) }

var headerStyles = map[string]func(http.Header, *windowServer, int, time.Duration, bool){
	"none": nil,
	"retry-after": func(h http.Header, _ *windowServer, _ int, end time.Duration, refused bool) {
		if refused {
			h.Set("Retry-After", whole(end))
		}
	},
	"whole seconds": func(h http.Header, s *windowServer, left int, end time.Duration, refused bool) {
		h.Set("RateLimit-Limit", strconv.Itoa(s.limit))
		h.Set("RateLimit-Remaining", strconv.Itoa(left))
		h.Set("RateLimit-Reset", whole(end))
		if refused {
			h.Set("Retry-After", whole(end))
		}
	},
	"fractions": func(h http.Header, s *windowServer, left int, end time.Duration, _ bool) {
		h.Set("X-RateLimit-Limit", strconv.Itoa(s.limit))
		h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
		h.Set("X-RateLimit-Reset", strconv.FormatFloat(end.Seconds(), 'f', 3, 64))
	},
	"rounded down": func(h http.Header, s *windowServer, left int, end time.Duration, _ bool) {
		h.Set("RateLimit-Limit", strconv.Itoa(s.limit))
		h.Set("RateLimit-Remaining", strconv.Itoa(left))
		h.Set("RateLimit-Reset", strconv.Itoa(int(end/time.Second)))
	},
	"per second": func(h http.Header, s *windowServer, left int, _ time.Duration, _ bool) {
		h.Set("X-RateLimit-Limit-Second", strconv.Itoa(s.limit))
		h.Set("X-RateLimit-Remaining-Second", strconv.Itoa(left))
	},
}
