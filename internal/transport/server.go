package transport

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/konnectkit/konnectkit/internal/printable"
)

// ParseServer reads a URL or a bare host as KonnectAPIAuthConfiguration's
// spec.serverURL has it: a bare host means https, a bare loopback address with a
// port means http.
func ParseServer(text string) (*url.URL, error) {
	if printable.HoldsToken(text) {
		return nil, errors.New("the server url holds a token, which belongs somewhere else and may have been seen: revoke it")
	}
	full := text
	if !strings.Contains(text, "://") {
		full = "https://" + text
		if host, port, err := net.SplitHostPort(text); err == nil && port != "" && isLoopback(host) {
			full = "http://" + text
		}
	}
	server, err := url.Parse(full)
	if err != nil {
		return nil, errors.New("the server url is not a url") // its text may hold a token
	}
	shown := (&url.URL{Scheme: server.Scheme, Host: server.Host}).String()
	switch {
	case server.User != nil:
		return nil, fmt.Errorf("server url %q must not hold a user or password", shown)
	case server.Scheme != "https" && server.Scheme != "http":
		return nil, fmt.Errorf("server url %q must be https", shown)
	case server.Hostname() == "":
		return nil, fmt.Errorf("server url %q has no host", shown)
	case server.RawQuery != "" || server.Fragment != "":
		return nil, fmt.Errorf("server url %q must not have a query or fragment", shown)
	}
	server.Path = strings.TrimRight(server.Path, "/")
	if version := server.Path[strings.LastIndex(server.Path, "/")+1:]; apiVersion.MatchString(version) {
		return nil, fmt.Errorf("server url %q must not end in /%s, which every request adds by itself", shown, version)
	}
	server.Host = strings.ToLower(server.Host)
	return server, nil
}

var apiVersion = regexp.MustCompile(`^v\d+$`)

// CheckPlainHTTP refuses to send a token in clear over a network.
func CheckPlainHTTP(server *url.URL, allowed bool) error {
	if server.Scheme == "http" && !allowed && !isLoopback(server.Hostname()) {
		return fmt.Errorf("server url %q must be https: plain http would send the token in clear", server)
	}
	return nil
}
