package dataplane

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

type basicAuthConfig struct {
	HideCredentials bool   `json:"hide_credentials"`
	Anonymous       string `json:"anonymous"`
	Realm           string `json:"realm"`
}

func basicAuthFrom(raw json.RawMessage) (does effect, missing string, err error) {
	var c basicAuthConfig
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &c)
	}
	return effect{request: c.run}, "", err
}

func (c *basicAuthConfig) run(x *exchange) bool {
	if c.Anonymous != "" && x.credential != "" || c.authenticate(x) {
		return false
	}
	if c.Anonymous != "" {
		return !x.anonymous(c.Anonymous)
	}
	challenge := "Basic"
	if c.Realm != "" {
		challenge += ` realm="` + c.Realm + `"`
	}
	x.answer(http.StatusUnauthorized, "Unauthorized", http.Header{"Www-Authenticate": {challenge}})
	return true
}

// authenticate takes the first header that names a known user.
func (c *basicAuthConfig) authenticate(x *exchange) bool {
	for _, header := range []string{"Proxy-Authorization", "Authorization"} {
		username, password, ok := basicCredentials(x.in.Header.Get(header))
		if c.HideCredentials && x.in.Header.Get(header) != "" {
			x.toTarget(header, "")
		}
		found, known := x.state.consumers.byUser[username]
		if !ok || !known {
			continue
		}
		if !x.plane.settings.Password(found.Password, password, found.Consumer.id()) {
			return false
		}
		x.authenticate(x.state.consumers.byID[found.Consumer.id()], found.Username)
		return true
	}
	return false
}

func basicCredentials(header string) (username, password string, ok bool) {
	scheme, encoded, _ := strings.Cut(strings.TrimSpace(header), " ")
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil || !strings.EqualFold(scheme, "basic") {
		return "", "", false
	}
	username, password, ok = strings.Cut(string(decoded), ":")
	return username, password, ok && username != ""
}
