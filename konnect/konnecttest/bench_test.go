package konnecttest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const many = 20_000

// fill creates many services, as a client that chooses IDs does.
func fill(b *testing.B, c *client, entities string) {
	b.Helper()
	for i := range many {
		id := uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, i))
		body := fmt.Sprintf(`{"name":"service-%d","host":"a.example","tags":["managed-by:x","managed-key:%s"]}`, i, id)
		request(b, c, "PUT", entities+"/services/"+id.String(), body, http.StatusOK)
	}
}

func request(b *testing.B, c *client, method, path, body string, want int) *httptest.ResponseRecorder {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), method, path, bytes.NewBufferString(body))
	r.Header.Set("Authorization", "Bearer "+c.token)
	w := httptest.NewRecorder()
	c.srv.ServeHTTP(w, r)
	if w.Code != want {
		b.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w
}

func BenchmarkPut20000(b *testing.B) {
	for b.Loop() {
		c := newClient(b, konnecttest.WithEntityLimit("services", 0))
		_, entities := c.plane(nil)
		fill(b, c, entities)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*many), "µs/put")
}

func BenchmarkUpdate20000(b *testing.B) {
	c := newClient(b, konnecttest.WithEntityLimit("services", 0))
	_, entities := c.plane(nil)
	fill(b, c, entities)
	for b.Loop() {
		fill(b, c, entities)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*many), "µs/put")
}

func BenchmarkList20000(b *testing.B) {
	c := newClient(b, konnecttest.WithEntityLimit("services", 0))
	_, entities := c.plane(nil)
	fill(b, c, entities)
	for query, pages := range map[string]int{"": 20, "&tags=managed-by:x": 20} {
		b.Run("pages"+query, func(b *testing.B) {
			for b.Loop() {
				n := 0
				for path := entities + "/services?size=1000" + query; path != ""; n++ {
					w := request(b, c, "GET", path, "", http.StatusOK)
					path = nextOf(w.Body.Bytes())
				}
				if n != pages {
					b.Fatalf("%d pages", n)
				}
			}
		})
	}
	b.Run("one by tag", func(b *testing.B) {
		tag := "managed-key:" + uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, many-1)).String()
		for b.Loop() {
			request(b, c, "GET", entities+"/services?tags=managed-by:x,"+tag, "", http.StatusOK)
		}
	})
}

// nextOf finds the next page without decoding a megabyte of entities.
func nextOf(body []byte) string {
	_, tail, _ := bytes.Cut(body, []byte(`],"next":"`))
	next, _, found := bytes.Cut(tail, []byte(`"`))
	if !found {
		return ""
	}
	return string(next)
}
