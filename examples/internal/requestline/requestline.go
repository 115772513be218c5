// Package requestline reads requests as people write them.
package requestline

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/resolve/routing"
)

// Parse reads METHOD URL, or a URL alone. The path stays as it is written, because the gateway has
// rules of its own for what is encoded. The error is one line and does not quote the text, which
// may hold a secret.
func Parse(text string) (*routing.Request, error) {
	method, target := "", text
	if first, rest, two := strings.Cut(strings.TrimSpace(text), " "); two {
		method, target = first, strings.TrimSpace(rest)
	}
	parsed, err := url.Parse(target)
	protocols := []string{"http", "https", "grpc", "grpcs", "ws", "wss"}
	if err != nil || parsed.Host == "" || parsed.User != nil || !slices.Contains(protocols, parsed.Scheme) {
		return nil, errors.New(`want a method and the URL of a request, such as "GET https://example.com/path"`)
	}
	_, path, _ := strings.Cut(target, "://")
	path = strings.TrimPrefix(path, parsed.Host)
	path, _, _ = strings.Cut(path, "#")
	if strings.HasPrefix(path, "?") {
		path = "/" + path
	}
	request := &routing.Request{Method: method, Protocol: parsed.Scheme, Host: parsed.Host, Path: path}
	if slices.Contains([]string{"https", "grpcs", "wss"}, parsed.Scheme) {
		request.SNI = parsed.Hostname()
	}
	return request, nil
}
