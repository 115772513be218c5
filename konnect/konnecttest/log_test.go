package konnecttest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestRequestLog(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := newClient(t, clock.option())
	id, entities := c.plane(nil)
	c.do("POST", entities+"/services", map[string]any{"host": "a"})
	c.do("GET", entities+"/services?tags=a,b&size=5", nil)
	c.as("kpat_wrong").do("DELETE", entities+"/services/a%2Fb", nil)

	log := c.srv.Requests()
	require.Len(t, log, 3)
	assert.Equal(t, []int{1, 2, 3}, []int{log[0].Number, log[1].Number, log[2].Number})
	assert.Equal(t, "POST", log[0].Method)
	assert.Equal(t, entities+"/services", log[0].Path)
	assert.JSONEq(t, `{"host":"a"}`, string(log[0].Body))
	assert.Equal(t, 201, log[0].Status)
	assert.Equal(t, clock.now, log[0].Time)
	assert.Equal(t, "a,b", log[1].Query.Get("tags"))
	assert.Equal(t, entities+"/services/a/b", log[2].Path)
	assert.Equal(t, 401, log[2].Status)
	assert.Equal(t, []bool{true, false, true}, []bool{log[0].IsWrite(), log[1].IsWrite(), log[2].IsWrite()})

	dump := fmt.Sprintf("%+v", log)
	assert.NotContains(t, dump, "kpat_", "the token is never kept")
	assert.Contains(t, dump, "[redacted]")

	assert.Equal(t, 2, c.srv.Writes())
	assert.Equal(t, 3, c.srv.Count("", "/services"))
	assert.Equal(t, 1, c.srv.Count("GET", "/services"))
	assert.Equal(t, 3, c.srv.Count("", id))
	assert.Equal(t, 0, c.srv.Count("", "/routes"))
	assert.Equal(t, 1, c.srv.CountStatus(401))

	c.srv.ResetLog()
	assert.Empty(t, c.srv.Requests())
	assert.Equal(t, 0, c.srv.Writes())
	assert.Equal(t, 0, c.srv.Count("", ""))
	assert.Equal(t, 0, c.srv.CountStatus(401))
	c.do("GET", entities+"/services", nil)
	assert.Equal(t, 4, c.srv.Requests()[0].Number, "numbers go on")
}

func TestCounters(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	c.do("PUT", entities+"/services/"+idOne, map[string]any{"host": "a"})
	c.do("PUT", entities+"/services/"+idTwo, map[string]any{"host": "a"})
	c.do("GET", entities+"/services/"+idOne+"/routes", nil)
	c.do("GET", planes+"/"+idOne, nil)
	c.do("GET", "/nowhere", nil)

	assert.Equal(t, map[string]int{
		"PUT " + entities + "/services/{id}":            2,
		"GET " + entities + "/services/{parent}/routes": 1,
		"GET /v2/control-planes/{controlPlaneId}":       1,
		"GET other": 1,
	}, c.srv.Operations())
	assert.Equal(t, 1, c.srv.Count("PUT", idOne), "entities are counted by their ID as well")
	assert.Equal(t, 1, c.srv.Count("", idOne+"/routes"))
	assert.Equal(t, 3, c.srv.Count("", id))
}

func TestParallelRequests(t *testing.T) {
	t.Parallel()
	const workers, each = 8, 50
	srv := konnecttest.Start(t, konnecttest.WithRequestLogLimit(100), konnecttest.WithRateLimit(1_000_000, true))
	id, err := srv.AddControlPlane("", map[string]any{"name": "cp"})
	require.NoError(t, err)
	path := srv.URL + "/v2/control-planes/" + id + "/core-entities/services"
	fault := srv.Inject(konnecttest.Fault{Method: "GET", Times: 7, Effect: konnecttest.FailBefore(503)})

	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for i := range each {
				name := fmt.Sprintf("s-%d-%d", worker, i)
				send(t, srv, "PUT", path+"/"+name, `{"host":"a","tags":["all"]}`)
				send(t, srv, "GET", path+"?tags=all&size=3", "")
				srv.Entity(id, "services", name)
				srv.Requests()
			}
		})
	}
	group.Wait()
	assert.Equal(t, workers*each, srv.Writes())
	assert.Equal(t, workers*each, srv.Count("PUT", "/services"))
	assert.Equal(t, workers*each, srv.Count("GET", "/services"))
	assert.Equal(t, 2*workers*each-7, srv.CountStatus(200))
	assert.Equal(t, 7, srv.CountStatus(503))
	assert.Equal(t, 7, fault.Hits())
	assert.Len(t, srv.Requests(), 100)
	assert.Len(t, srv.Entities(id, "services"), workers*each)
}

func send(t *testing.T, srv *konnecttest.Server, method, url, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if !assert.NoError(t, err) {
		return
	}
	r.Header.Set("Authorization", "Bearer "+srv.Token)
	res, err := http.DefaultClient.Do(r)
	if assert.NoError(t, err) {
		_ = res.Body.Close()
	}
}
