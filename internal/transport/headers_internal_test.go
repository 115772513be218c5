package transport

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := map[string]struct {
		value, date string
		want        time.Duration
	}{
		"none":              {},
		"seconds":           {value: "7", want: 7 * time.Second},
		"fraction":          {value: "0.5", want: 500 * time.Millisecond},
		"negative":          {value: "-3"},
		"absurd":            {value: "1e300", want: 1e9 * time.Second},
		"date by our clock": {value: "Fri, 02 Jan 2026 03:05:05 GMT", want: time.Minute},
		"date by the server's clock": {
			value: "Fri, 02 Jan 2026 05:00:30 GMT", date: "Fri, 02 Jan 2026 05:00:00 GMT", want: 30 * time.Second,
		},
		"date gone by": {value: "Fri, 02 Jan 2026 03:00:00 GMT"},
		"nonsense":     {value: "soon"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			h.Set("Retry-After", tt.value)
			if tt.date != "" {
				h.Set("Date", tt.date)
			}
			assert.Equal(t, tt.want, RetryAfter(h, now))
		})
	}
}

func TestReadLimits(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	tests := map[string]struct {
		headers map[string]string
		want    limits
	}{
		"none":     {want: limits{limit: -1, remaining: -1, reset: -1}},
		"nonsense": {headers: map[string]string{"RateLimit-Limit": "many"}, want: limits{limit: -1, remaining: -1, reset: -1}},
		"plain": {
			headers: map[string]string{"RateLimit-Limit": "50", "RateLimit-Remaining": "49", "RateLimit-Reset": "1"},
			want:    limits{ok: true, limit: 50, remaining: 49, reset: time.Second},
		},
		"policy behind the limit": {
			headers: map[string]string{"RateLimit-Limit": "50, 50;w=10;comment", "RateLimit-Remaining": "0"},
			want:    limits{ok: true, limit: 50, window: 10 * time.Second, reset: -1},
		},
		"policy of its own": {
			headers: map[string]string{"RateLimit-Limit": "50", "RateLimit-Policy": "50;w=60", "RateLimit-Remaining": "5"},
			want:    limits{ok: true, limit: 50, remaining: 5, window: time.Minute, reset: -1},
		},
		"X and a point in time": {
			headers: map[string]string{"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "1800000030"},
			want:    limits{ok: true, limit: 50, remaining: 5, reset: 30 * time.Second},
		},
		"strictest of several windows": {
			headers: map[string]string{
				"X-RateLimit-Limit-Second": "50", "X-RateLimit-Remaining-Second": "49",
				"X-RateLimit-Limit-Minute": "300", "X-RateLimit-Remaining-Minute": "17", "RateLimit-Reset": "42",
			},
			want: limits{ok: true, limit: 300, remaining: 17, window: time.Minute, reset: 42 * time.Second},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			for k, v := range tt.headers {
				h.Set(k, v)
			}
			assert.Equal(t, tt.want, readLimits(h, now))
		})
	}
}
