package provision_test

import (
	"net/http"
	"strings"
	"sync"

	"k8s.io/client-go/rest"
)

// writeCounter counts what a controller writes to the cluster.
type writeCounter struct {
	lock   sync.Mutex
	counts map[string]int
}

func (c *writeCounter) wrap(config *rest.Config) *rest.Config {
	counted := rest.CopyConfig(config)
	counted.Wrap(func(next http.RoundTripper) http.RoundTripper { return countingTransport{c, next} })
	return counted
}

// count returns the writes since the last reset: "status", "events", "leases", or
// "objects" for anything else.
func (c *writeCounter) count(what string) int {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.counts[what]
}

func (c *writeCounter) reset() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.counts = nil
}

type countingTransport struct {
	counter *writeCounter
	next    http.RoundTripper
}

func (t countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		what := "objects"
		for _, kind := range []string{"status", "events", "leases"} {
			if strings.HasSuffix(r.URL.Path, "/"+kind) || strings.Contains(r.URL.Path, "/"+kind+"/") {
				what = kind
			}
		}
		t.counter.lock.Lock()
		if t.counter.counts == nil {
			t.counter.counts = map[string]int{}
		}
		t.counter.counts[what]++
		t.counter.lock.Unlock()
	}
	return t.next.RoundTrip(r)
}
