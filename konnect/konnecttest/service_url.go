package konnecttest

import (
	"net/url"
	"strconv"
	"strings"
)

// expandURL writes the parts of a service's url over those sent beside it. The path is
// taken as it is written, unless the server decodes its percent-escapes.
func expandURL(raw object, decodePath bool) *failure {
	value, ok := raw["url"].(string)
	if raw["url"] == nil || !ok {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme == "" {
		return invalidEntity([]violation{{field: "url", reason: "must be a URL with a scheme and a host"}})
	}
	raw["protocol"], raw["host"], raw["path"] = u.Scheme, u.Hostname(), nil
	_, rest, _ := strings.Cut(value, "://") // the path of u is decoded
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		raw["path"] = rest[i:]
		if decodePath {
			raw["path"] = u.Path
		}
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443"}[u.Scheme]
	}
	raw["port"] = int64(80)
	if n, err := strconv.ParseInt(port, 10, 64); err == nil {
		raw["port"] = n
	}
	return nil
}
