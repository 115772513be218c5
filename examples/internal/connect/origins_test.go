package connect_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
)

// origins answers every request with 403 and remembers where it was meant to go.
type origins struct {
	seen sync.Map
}

func (o *origins) RoundTrip(r *http.Request) (*http.Response, error) {
	o.seen.Store(r.URL.Scheme+"://"+r.URL.Host, true)
	w := httptest.NewRecorder()
	w.WriteHeader(http.StatusForbidden)
	return w.Result(), nil
}

func (o *origins) client() *http.Client { return &http.Client{Transport: o} }

func (o *origins) has(origin string) bool {
	_, found := o.seen.Load(origin)
	return found
}
