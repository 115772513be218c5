package dataplane

import (
	"encoding/json"
	"net/http"
	"net/url"
)

type redirectConfig struct {
	StatusCode       int    `json:"status_code"`
	Location         string `json:"location"`
	KeepIncomingPath bool   `json:"keep_incoming_path"`
}

func redirectFrom(raw json.RawMessage) (does effect, missing string, err error) {
	c := redirectConfig{StatusCode: http.StatusMovedPermanently}
	if err := json.Unmarshal(raw, &c); err != nil {
		return does, "", err
	}
	location, err := url.Parse(c.Location)
	if err != nil {
		return does, "location", nil //nolint:nilerr // the gateway sends it as it is
	}
	does.request = func(x *exchange) bool {
		to := c.Location
		if c.KeepIncomingPath {
			to = x.target // with its query
			if location.Host != "" {
				to = location.Scheme + "://" + location.Host + to
			}
		}
		x.w.Header().Set("Location", to)
		x.finish(c.StatusCode, []byte("redirecting"))
		return true
	}
	return does, "", nil
}
