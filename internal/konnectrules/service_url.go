package konnectrules

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

var (
	errNotServiceURL   = errors.New("must be a url with scheme and host")
	errServiceURLUser  = errors.New("must not hold a user or password, which konnect drops")
	errServiceURLQuery = errors.New("must not have a query or fragment, which konnect drops")
)

// ServiceURL is the url of a service, taken apart as Konnect does.
type ServiceURL struct {
	// Protocol is in lower case, and Path as it was written; empty for none.
	Protocol, Host, Path string
	Port                 int
}

// ParseServiceURL takes the url of a service apart.
func ParseServiceURL(text string) (ServiceURL, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || parsed.Scheme == "" {
		return ServiceURL{}, errNotServiceURL
	}
	if parsed.User != nil {
		return ServiceURL{}, errServiceURLUser
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" {
		return ServiceURL{}, errServiceURLQuery
	}
	u := ServiceURL{
		Protocol: strings.ToLower(parsed.Scheme),
		Host:     parsed.Hostname(),
		Path:     pathAsWritten(text),
		Port:     80,
	}
	if u.Protocol == "https" {
		u.Port = 443
	}
	if parsed.Port() != "" {
		if u.Port, err = strconv.Atoi(parsed.Port()); err != nil {
			return ServiceURL{}, errNotServiceURL
		}
	}
	return u, nil
}

// pathAsWritten returns the path of a url that has neither query nor fragment.
func pathAsWritten(text string) string {
	_, after, _ := strings.Cut(text, "://")
	if i := strings.IndexByte(after, '/'); i >= 0 {
		return after[i:]
	}
	return ""
}
