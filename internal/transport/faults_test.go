package transport_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
)

const origin = "https://us.api.konghq.com"

type brokenBody struct{ read io.Reader }

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.read.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
func (b brokenBody) Close() error { return nil }

// faults are first answers; the second is a success.
var faults = map[string]roundTrip{
	"429": func(*http.Request) (*http.Response, error) { return respond(429, ""), nil },
	"429 truncated": func(*http.Request) (*http.Response, error) {
		resp := respond(429, "")
		resp.Body = brokenBody{strings.NewReader("slow d")}
		return resp, nil
	},
	"500": func(*http.Request) (*http.Response, error) { return respond(500, ""), nil },
	"501": func(*http.Request) (*http.Response, error) { return respond(501, ""), nil },
	"502": func(*http.Request) (*http.Response, error) { return respond(502, ""), nil },
	"503": func(*http.Request) (*http.Response, error) { return respond(503, "", "Retry-After", "3"), nil },
	"504": func(*http.Request) (*http.Response, error) { return respond(504, ""), nil },
	"400": func(*http.Request) (*http.Response, error) { return respond(400, ""), nil },
	"reset": func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}
	},
	"dial": func(*http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("wrapped: %w", &net.OpError{Op: "dial", Err: errors.New("connection refused")})
	},
	"no connection": func(r *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(r.Context()).GetConn("us.api.konghq.com:443")
		return nil, errors.New("handshake failed")
	},
	"lost after connecting": func(r *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(r.Context()).GetConn("us.api.konghq.com:443")
		httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
		return nil, errors.New("unexpected EOF")
	},
	"truncated": func(*http.Request) (*http.Response, error) {
		resp := respond(200, "")
		resp.Body = brokenBody{strings.NewReader(`{"data":[`)}
		return resp, nil
	},
	"hangs": func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	},
}
