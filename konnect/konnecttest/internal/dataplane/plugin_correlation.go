package dataplane

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/google/uuid"
)

type correlationConfig struct {
	HeaderName     string `json:"header_name"`
	Generator      string `json:"generator"`
	EchoDownstream bool   `json:"echo_downstream"`

	worker  string
	counter *atomic.Int64
}

func correlationFrom(raw json.RawMessage) (does effect, missing string, err error) {
	c := correlationConfig{HeaderName: "Kong-Request-ID", Generator: "uuid#counter", worker: uuid.NewString(), counter: &atomic.Int64{}}
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &c)
	}
	if c.Generator == "tracker" {
		missing = "generator"
	}
	return effect{request: c.request, response: c.response}, missing, err
}

// request gives the request an ID unless it has one.
func (c *correlationConfig) request(x *exchange) bool {
	x.notes.correlation = x.in.Header.Get(c.HeaderName)
	if x.notes.correlation == "" {
		x.notes.correlation = c.newID()
		x.toTarget(c.HeaderName, x.notes.correlation)
	}
	return false
}

func (c *correlationConfig) newID() string {
	if c.Generator == "uuid" {
		return uuid.NewString()
	}
	return c.worker + "#" + strconv.FormatInt(c.counter.Add(1), 10)
}

func (c *correlationConfig) response(x *exchange, header http.Header) {
	if c.EchoDownstream {
		header.Set(c.HeaderName, x.notes.correlation)
	}
}
