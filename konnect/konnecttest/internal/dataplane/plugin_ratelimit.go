package dataplane

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

type rateLimitConfig struct {
	Second *float64 `json:"second"`
	Minute *float64 `json:"minute"`
	Hour   *float64 `json:"hour"`
	Day    *float64 `json:"day"`
	Month  *float64 `json:"month"`
	Year   *float64 `json:"year"`

	LimitBy           string `json:"limit_by"`
	HeaderName        string `json:"header_name"`
	Path              string `json:"path"`
	Policy            string `json:"policy"`
	HideClientHeaders bool   `json:"hide_client_headers"`
	ErrorCode         int    `json:"error_code"`
	ErrorMessage      string `json:"error_message"`
}

func rateLimitFrom(raw json.RawMessage) (does effect, missing string, err error) {
	c := rateLimitConfig{LimitBy: "consumer", Policy: "local", ErrorCode: http.StatusTooManyRequests, ErrorMessage: "API rate limit exceeded"}
	err = json.Unmarshal(raw, &c)
	if c.Policy != "local" {
		missing = "policy"
	}
	return effect{request: c.run, response: func(x *exchange, header http.Header) { maps.Copy(header, x.notes.limits) }}, missing, err
}

// window is one of the periods that are limited.
type window struct {
	name   string
	limit  int
	start  time.Time
	length time.Duration
	left   int
}

// windows are those of the configuration that a moment lies in, the shortest first.
func (c *rateLimitConfig) windows(now time.Time) []window {
	const day = 24 * time.Hour
	now = now.UTC()
	year, month, dayOfMonth := now.Date()
	var out []window
	for _, w := range []struct {
		limit *float64
		window
	}{
		{c.Second, window{name: "Second", start: now.Truncate(time.Second), length: time.Second}},
		{c.Minute, window{name: "Minute", start: now.Truncate(time.Minute), length: time.Minute}},
		{c.Hour, window{name: "Hour", start: now.Truncate(time.Hour), length: time.Hour}},
		{c.Day, window{name: "Day", start: time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC), length: day}},
		{c.Month, window{name: "Month", start: time.Date(year, month, 1, 0, 0, 0, 0, time.UTC), length: 30 * day}},
		{c.Year, window{name: "Year", start: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), length: 365 * day}},
	} {
		if w.limit != nil {
			w.window.limit = int(*w.limit)
			out = append(out, w.window)
		}
	}
	return out
}

func (c *rateLimitConfig) run(x *exchange) bool {
	windows := c.windows(x.begun)
	exceeded := x.plane.usage.take(c.scope(x), windows)
	header, reset := headersOf(windows, exceeded, x.begun)
	if c.HideClientHeaders {
		header = http.Header{}
	}
	if exceeded >= 0 {
		header.Set("Retry-After", reset)
	}
	if x.notes.limits = header; exceeded >= 0 {
		x.answer(c.ErrorCode, c.ErrorMessage, nil)
		return true
	}
	return false
}

// scope names what has a count of its own: the route and service that the plugin is attached
// to are those of all its requests.
func (c *rateLimitConfig) scope(x *exchange) string {
	own := x.plugin.Service.id() + " " + x.plugin.Route.id()
	by := ""
	switch c.LimitBy {
	case "consumer":
		by = cmp.Or(x.consumer, x.credential)
	case "credential":
		by = x.credential
	case "service":
		if x.service != nil {
			by = x.service.entity.ID
		}
	case "header":
		by = x.in.Header.Get(c.HeaderName)
	case "path":
		if path, _, _ := strings.Cut(x.target, "?"); path == c.Path {
			by = path
		}
	}
	return own + " " + cmp.Or(by, x.client)
}

// headersOf tell a client of its limits and, as seconds, when the narrowest begins anew.
func headersOf(windows []window, exceeded int, now time.Time) (header http.Header, reset string) {
	header = http.Header{}
	var narrowest window
	for i, w := range windows {
		if exceeded < 0 || exceeded == i {
			w.left--
		}
		w.left = max(0, w.left)
		header.Set("X-RateLimit-Limit-"+w.name, strconv.Itoa(w.limit))
		header.Set("X-RateLimit-Remaining-"+w.name, strconv.Itoa(w.left))
		if i == 0 || w.left < narrowest.left || w.left == narrowest.left && w.length > narrowest.length {
			narrowest = w
		}
	}
	seconds := int64(narrowest.length/time.Second) - int64(now.Sub(narrowest.start)/time.Second)
	reset = strconv.FormatInt(max(1, seconds), 10)
	header.Set("RateLimit-Limit", strconv.Itoa(narrowest.limit))
	header.Set("RateLimit-Remaining", strconv.Itoa(narrowest.left))
	header.Set("RateLimit-Reset", reset)
	return header, reset
}

// usage counts requests. The zero value is ready for use.
type usage struct {
	mu     sync.Mutex
	counts map[string]count
}

// count is that of the newest window of a scope and period.
type count struct {
	start time.Time
	n     int
}

// take fills in what is left in each window and counts the request, unless one of them, whose
// place is returned, has nothing left; -1 for none.
func (u *usage) take(scope string, windows []window) (exceeded int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	exceeded = -1
	for i := range windows {
		w := &windows[i]
		w.left = w.limit
		if known := u.counts[scope+" "+w.name]; known.start.Equal(w.start) {
			w.left -= known.n
		}
		if w.left <= 0 {
			exceeded = i
		}
	}
	if exceeded >= 0 {
		return exceeded
	}
	if u.counts == nil {
		u.counts = map[string]count{}
	}
	for _, w := range windows {
		u.counts[scope+" "+w.name] = count{w.start, w.limit - w.left + 1}
	}
	return -1
}
