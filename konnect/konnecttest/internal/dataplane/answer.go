package dataplane

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	serverName310   = "kong/3.10.0"
	requestIDHeader = "X-Kong-Request-Id"
)

// answer writes what the gateway says by itself, in the form that the client accepts. Without
// a message there is no body.
func (x *exchange) answer(status int, message string, header http.Header) {
	out := x.w.Header()
	maps.Copy(out, header)
	if message == "" {
		x.finish(status, nil)
		return
	}
	contentType, body := x.form(message)
	out.Set("Content-Type", contentType)
	x.finish(status, body)
}

// finish ends the request with a body that the gateway has made.
func (x *exchange) finish(status int, body []byte) {
	out := x.w.Header()
	if x.state != nil {
		x.state.plugins.respond(x, out)
	}
	out.Set("Server", serverName310)
	out.Set(requestIDHeader, x.id)
	out.Set("X-Kong-Response-Latency", milli(time.Since(x.begun)))
	out.Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body)
}

// form is a message for a client.
func (x *exchange) form(message string) (contentType string, body []byte) {
	switch accepted(x.in.Header.Get("Accept")) {
	case "text/html":
		return "text/html; charset=utf-8", fmt.Appendf(nil, "<!doctype html>\n<html>\n  <head>\n    <meta charset=\"utf-8\">\n"+
			"    <title>Error</title>\n  </head>\n  <body>\n    <h1>Error</h1>\n    <p>%s.</p>\n    <p>request_id: %s</p>\n  </body>\n</html>\n",
			html.EscapeString(message), x.id)
	case "text/plain":
		return "text/plain; charset=utf-8", fmt.Appendf(nil, "%s\nrequest_id: %s\n", message, x.id)
	case "application/xml":
		return "application/xml; charset=utf-8", fmt.Appendf(nil,
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n  <message>%s</message>\n  <requestid>%s</requestid>\n</error>\n",
			html.EscapeString(message), x.id)
	default:
		quoted, _ := json.Marshal(message) // a string has an encoding
		return "application/json; charset=utf-8", fmt.Appendf(nil, "{\n  \"message\":%s,\n  \"request_id\":\"%s\"\n}", quoted, x.id)
	}
}

// accepted is the first of the gateway's media types that a client takes; its default where
// it takes others only.
func accepted(accept string) string {
	for part := range strings.SplitSeq(accept, ",") {
		mediaType, _, _ := strings.Cut(part, ";")
		switch mediaType = strings.ToLower(strings.TrimSpace(mediaType)); mediaType {
		case "text/html", "text/plain", "application/xml", "application/json":
			return mediaType
		}
	}
	return "application/json"
}

// beyond answers what is not simulated, by name.
func (x *exchange) beyond(what []string) {
	text := "not simulated: " + strings.Join(what, "; ")
	x.answer(http.StatusNotImplemented, text, http.Header{http.CanonicalHeaderKey(x.plane.settings.LimitHeader): {printable(text)}})
}

// printable is a text for a header.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}

func milli(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
