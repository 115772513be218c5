package transport

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	epoch := now.Unix()
	tests := map[string]struct {
		value, date string
		want        time.Duration
		doubt       string
	}{
		"none":              {},
		"seconds":           {value: "7", want: 7 * time.Second},
		"fraction":          {value: "0.5", want: 500 * time.Millisecond},
		"a day":             {value: "86400", want: 24 * time.Hour},
		"date by our clock": {value: "Fri, 02 Jan 2026 03:05:05 GMT", want: time.Minute},
		"date by the server's clock": {
			value: "Fri, 02 Jan 2026 05:00:30 GMT", date: "Fri, 02 Jan 2026 05:00:00 GMT", want: 30 * time.Second,
		},
		"date gone by": {value: "Fri, 02 Jan 2026 03:00:00 GMT"},
		"the server's clock is off": {
			value: "Fri, 02 Jan 2026 03:04:35 GMT", date: "Thu, 01 Jan 1970 00:00:00 GMT", want: 30 * time.Second,
		},
		"negative":          {value: "-3", doubt: `Retry-After "-3" cannot be meant and is ignored`},
		"nonsense":          {value: "soon", doubt: `Retry-After "soon" cannot be meant and is ignored`},
		"no number":         {value: "NaN", doubt: `Retry-After "NaN" cannot be meant and is ignored`},
		"minus infinity":    {value: "-Inf", doubt: `Retry-After "-Inf" cannot be meant and is ignored`},
		"absurd":            {value: "1e300", want: time.Minute, doubt: `Retry-After "1e300" cannot be meant and is taken for 1m0s`},
		"runs over":         {value: "1e999", want: time.Minute, doubt: `Retry-After "1e999" cannot be meant and is taken for 1m0s`},
		"infinite":          {value: "Inf", want: time.Minute, doubt: `Retry-After "Inf" cannot be meant and is taken for 1m0s`},
		"longer than a day": {value: "86401", want: time.Minute, doubt: `Retry-After "86401" cannot be meant and is taken for 1m0s`},
		"far date": {
			value: "Thu, 31 Dec 2099 23:59:59 GMT", want: time.Minute,
			doubt: `Retry-After "Thu, 31 Dec 2099 23:59:59 GMT" cannot be meant and is taken for 1m0s`,
		},
		"epoch": {
			value: fmt.Sprint(epoch + 20), want: 20 * time.Second,
			doubt: fmt.Sprintf(`Retry-After "%d" cannot be meant and is taken for a point in time`, epoch+20),
		},
		"epoch by the server's clock": {
			value: fmt.Sprint(epoch + 3620), date: "Fri, 02 Jan 2026 04:04:05 GMT", want: 20 * time.Second,
			doubt: fmt.Sprintf(`Retry-After "%d" cannot be meant and is taken for a point in time`, epoch+3620),
		},
		"epoch in milliseconds": {
			value: fmt.Sprint(epoch*1000 + 500), want: 500 * time.Millisecond,
			doubt: fmt.Sprintf(`Retry-After "%d" cannot be meant and is taken for a point in time`, epoch*1000+500),
		},
		"epoch gone by": {
			value: fmt.Sprint(epoch - 20), doubt: fmt.Sprintf(`Retry-After "%d" cannot be meant and is taken for a point in time`, epoch-20),
		},
		"far epoch": {
			value: fmt.Sprint(2 * epoch), want: time.Minute,
			doubt: fmt.Sprintf(`Retry-After "%d" cannot be meant and is taken for 1m0s`, 2*epoch),
		},
		"a novel": {
			value: strings.Repeat("x", 1000), doubt: `Retry-After "` + strings.Repeat("x", 40) + `…" cannot be meant and is ignored`,
		},
		"a forged line": {value: "1\nlevel=ERROR", doubt: `Retry-After "1\nlevel=ERROR" cannot be meant and is ignored`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			h.Set("Retry-After", tt.value)
			if tt.date != "" {
				h.Set("Date", tt.date)
			}
			pause, doubt := RetryAfter(h, now)
			assert.Equal(t, tt.want, pause)
			assert.Equal(t, tt.doubt, doubt)
		})
	}
}

// FuzzPauses: whatever a server says, nothing waits for longer than a day.
func FuzzPauses(f *testing.F) {
	for _, seed := range []string{"", "7", "1e300", "-Inf", "NaN", "1764403200", "1764403200000", "Fri, 02 Jan 2026 03:05:05 GMT", "50, 50;w=1e9"} {
		f.Add(seed, seed, seed, "Thu, 01 Jan 1970 00:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, retryAfter, limit, reset, date string) {
		now := time.Unix(1_800_000_000, 0)
		h := http.Header{
			"Retry-After": {retryAfter}, "Ratelimit-Limit": {limit}, "Ratelimit-Remaining": {"0"}, "Ratelimit-Reset": {reset}, "Date": {date},
		}
		pause, _ := RetryAfter(h, now)
		assert.True(t, pause >= 0 && pause <= 24*time.Hour, "%s", pause)
		r := newRate(1)
		seq := r.take(now)
		r.done(now, seq, answer{status: 429, retryAfter: pause, limits: readLimits(h, now)})
		wait, _ := r.delay(now)
		assert.LessOrEqual(t, wait, 24*time.Hour+time.Second)
		state := r.state(now)
		assert.True(t, state.Quota >= 0 && state.Remaining >= 0 && state.PerSecond >= 0, "%+v", state)
	})
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
		"a point in time in milliseconds": {
			headers: map[string]string{"RateLimit-Limit": "50", "RateLimit-Remaining": "0", "RateLimit-Reset": "1800000030000"},
			want:    limits{ok: true, limit: 50, reset: 30 * time.Second},
		},
		"milliseconds of a known window": {
			headers: map[string]string{
				"RateLimit-Limit": "50", "RateLimit-Remaining": "0", "RateLimit-Reset": "870",
				"X-RateLimit-Limit-Second": "50", "X-RateLimit-Remaining-Second": "0",
			},
			want: limits{
				ok: true, limit: 50, window: time.Second, reset: time.Second,
				doubt: `RateLimit-Reset "870" cannot be meant and is taken for 1s`,
			},
		},
		"milliseconds of a window of which nothing is known": {
			headers: map[string]string{"RateLimit-Limit": "50", "RateLimit-Remaining": "0", "RateLimit-Reset": "60000"},
			want: limits{
				ok: true, limit: 50, reset: time.Minute, doubt: `RateLimit-Reset "60000" cannot be meant and is taken for 1m0s`,
			},
		},
		"the longest window may be meant": {
			headers: map[string]string{
				"X-RateLimit-Limit-Second": "1", "X-RateLimit-Limit-Hour": "36000", "X-RateLimit-Remaining-Hour": "0", "RateLimit-Reset": "3000",
			},
			want: limits{ok: true, limit: 1, remaining: -1, window: time.Second, reset: 50 * time.Minute},
		},
		"infinite": {
			headers: map[string]string{"RateLimit-Limit": "Inf, 1e300;w=86400", "RateLimit-Remaining": "1e999", "RateLimit-Reset": "Inf"},
			want: limits{
				ok: true, limit: 1e9, remaining: 1e9, window: 24 * time.Hour, reset: time.Minute,
				doubt: `RateLimit-Reset "Inf" cannot be meant and is taken for 1m0s`,
			},
		},
		"negative": {
			headers: map[string]string{"RateLimit-Limit": "-1", "RateLimit-Remaining": "NaN", "RateLimit-Reset": "-1"},
			want:    limits{limit: -1, remaining: -1, reset: -1, doubt: `RateLimit-Reset "-1" cannot be meant and is ignored`},
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
