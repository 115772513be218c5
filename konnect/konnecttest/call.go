package konnecttest

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// call is one request on its way through the server.
type call struct {
	server  *Server
	request *http.Request
	body    []byte
	now     moment
	caller  *caller
	family  family
}

// handler answers a call of one method. Exactly one result is set.
type handler func(c *call) (reply, *failure)

// endpoint is one path of the API.
type endpoint struct {
	pattern string
	family  family
	methods map[string]handler
	method  string      // the only one, where a path would else be two; "" for those of methods
	partial bool        // the API has more methods here
	row     *collection // whose entities are sent here; nil for other bodies
}

func (e *endpoint) allow() string {
	return strings.Join(slices.Sorted(maps.Keys(e.methods)), ", ")
}

// familyOf guesses by the path where no endpoint says it.
func (e *endpoint) familyOf(r *http.Request) family {
	if e.methods == nil && strings.Contains(r.URL.Path, "/core-entities") {
		return familyCore
	}
	return e.family
}

// reply is an answer ready to be sent.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func jsonReply(status int, body []byte) reply {
	return reply{status: status, header: http.Header{"Content-Type": {contentJSON}}, body: body}
}

func noContent() reply { return reply{status: http.StatusNoContent, header: http.Header{}} }

func (r *reply) addHeader(header http.Header) {
	maps.Copy(r.header, header)
}

// render turns a failure into an answer; a problem gets the trace of this request.
func (c *call) render(f *failure) reply {
	body := f.body
	if problem, ok := body.(*problemBody); ok {
		traced := *problem
		traced.Instance = fmt.Sprintf("kong:trace:%019d", c.now.at.UnixMicro()*1000+c.now.request%1000)
		body = traced
	}
	if _, isStatus := body.(statusBody); isStatus && c.family == familyMessage {
		body = map[string]any{"message": cmp.Or(f.text, http.StatusText(f.status))}
	}
	encoded, ok := body.([]byte)
	if !ok {
		encoded = mustEncode(body)
	}
	out := reply{status: f.status, header: http.Header{"Content-Type": {f.contentType}}, body: encoded}
	out.addHeader(f.header)
	return out
}

func (c *call) unauthorized() *failure {
	switch c.family {
	case familyProblem:
		return unauthenticated()
	case familyMessage:
		return legacyFailure(http.StatusUnauthorized, "Unauthorized")
	}
	return coreUnauthorized()
}

// invalidQuery reports a query parameter in the family of the path.
func (c *call) invalidQuery(field, reason string) *failure {
	if c.family == familyProblem {
		return invalidQuery(field, reason)
	}
	return badRequest(field + " " + reason)
}

func (c *call) organization() string { return c.caller.organization }

// delivery is how an answer reaches the client, or does not.
type delivery int

const (
	deliverWhole delivery = iota
	deliverHalf           // announces the whole body and closes after half of it
	deliverClose          // closes the connection in place of the answer
	deliverReset          // resets it
)

func (r reply) send(w http.ResponseWriter, how delivery) {
	switch how {
	case deliverClose:
		panic(http.ErrAbortHandler)
	case deliverReset:
		reset(w)
		return
	}
	maps.Copy(w.Header(), r.header)
	if r.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(r.body)))
	}
	w.WriteHeader(r.status)
	if how == deliverHalf {
		_, _ = w.Write(r.body[:len(r.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(r.body) // a client that went away is no fault of the server
}

// reset ends the connection with RST where it is a TCP connection of its own.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
