package transport

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ErrForeignOrigin marks a request to another server than the configured one. Nothing was sent.
var ErrForeignOrigin = errors.New("request leaves the configured origin")

const (
	konnectDomain = ".api.konghq.com"
	globalHost    = "global.api.konghq.com"
)

func checkOrigin(u *url.URL, allowPlainHTTP bool) error {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("transport: origin %s: scheme must be https or http", originOf(u))
	case u.Hostname() == "" || u.Opaque != "":
		return fmt.Errorf("transport: origin %s: host is missing", originOf(u))
	case u.User != nil:
		return fmt.Errorf("transport: origin %s: credentials in the URL are not supported", originOf(u))
	case u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("transport: origin %s: query and fragment are not supported", originOf(u))
	case u.Scheme == "http" && !allowPlainHTTP && !isLoopback(u.Hostname()):
		return fmt.Errorf("transport: origin %s: plain http would send the token in the clear; only loopback addresses may use it", originOf(u))
	}
	return nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// originOf is scheme://host:port in one spelling: lower case, the scheme's own port left out.
func originOf(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if (u.Scheme == "https" && port == "443") || (u.Scheme == "http" && port == "80") {
		port = ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}

// target returns where req really goes, or ErrForeignOrigin.
func (t *Transport) target(req *http.Request) (*url.URL, error) {
	if req.URL == nil || req.URL.Opaque != "" {
		return nil, fmt.Errorf("%w: URL without a host", ErrForeignOrigin)
	}
	u := *req.URL
	u.User = nil
	got := originOf(&u)
	underKonnect := strings.HasSuffix(strings.ToLower(t.cfg.Origin.Hostname()), konnectDomain)
	switch {
	case got == t.origin:
		return &u, nil
	case underKonnect && got == "https://"+globalHost && t.isIdentityRead(req):
		return &u, nil
	case !underKonnect && t.isIdentityRead(req):
		// The SDK sends these two reads to the global host whatever its server URL is.
		u.Scheme, u.Host = t.cfg.Origin.Scheme, t.cfg.Origin.Host
		u.Path, u.RawPath = t.prefix+strings.TrimPrefix(u.Path, t.prefix), ""
		return &u, nil
	}
	return nil, fmt.Errorf("%w: %s is not %s", ErrForeignOrigin, got, t.origin)
}

func (t *Transport) isIdentityRead(req *http.Request) bool {
	path := strings.TrimPrefix(req.URL.Path, t.prefix)
	return req.Method == http.MethodGet && strings.EqualFold(req.URL.Host, globalHost) &&
		(path == "/v3/organizations/me" || path == "/v3/users/me")
}

// refuseRedirect is a CheckRedirect: the API does not redirect, so an answer that does comes from something else.
func refuseRedirect(req *http.Request, _ []*http.Request) error {
	return fmt.Errorf("redirect to %s refused", originOf(req.URL))
}
