package dataplane

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

type corsConfig struct {
	Origins           []string `json:"origins"`
	Headers           []string `json:"headers"`
	ExposedHeaders    []string `json:"exposed_headers"`
	Methods           []string `json:"methods"`
	MaxAge            *float64 `json:"max_age"`
	Credentials       bool     `json:"credentials"`
	PrivateNetwork    bool     `json:"private_network"`
	PreflightContinue bool     `json:"preflight_continue"`
	AllowOriginAbsent bool     `json:"allow_origin_absent"`

	patterns []originPattern
}

// originPattern is an entry of origins: an origin, or a regular expression.
type originPattern struct {
	origin     string
	expression *regexp.Regexp
	byHost     bool // without scheme and port
}

func corsFrom(raw json.RawMessage) (does effect, missing string, err error) {
	c := corsConfig{
		Methods:           []string{"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT"},
		AllowOriginAbsent: true,
	}
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &c)
	}
	for _, entry := range c.Origins {
		pattern := originPattern{byHost: !strings.Contains(entry, ":")}
		if isPlainOrigin(entry) || entry == "*" {
			pattern.origin, _ = originOf(entry)
		} else if pattern.expression, err = regexp.Compile("^(?:" + strings.TrimPrefix(entry, "^") + ")$"); err != nil {
			return does, "origins", nil //nolint:nilerr // the gateway's engine may know it
		}
		c.patterns = append(c.patterns, pattern)
	}
	return effect{request: c.preflight, response: c.response}, "", err
}

func isPlainOrigin(entry string) bool {
	return !strings.ContainsFunc(entry, func(r rune) bool {
		return r > 'z' || r < 'a' && !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/-", r)
	})
}

// originOf returns an origin without a port that goes without saying, and its host.
func originOf(text string) (origin, host string) {
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		return text, text
	}
	rest, _, _ = strings.Cut(rest, "/")
	host, port, _ := strings.Cut(rest, ":")
	if usual := map[string]string{"http": "80", "https": "443"}[scheme]; port != "" && port != usual {
		return scheme + "://" + host + ":" + port, host
	}
	return scheme + "://" + host, host
}

// preflight answers what a browser asks before it sends a request.
func (c *corsConfig) preflight(x *exchange) bool {
	ask := x.in.Header
	if x.in.Method != http.MethodOptions || ask.Get("Origin") == "" || ask.Get("Access-Control-Request-Method") == "" {
		return false
	}
	if x.notes.preflight = true; c.PreflightContinue {
		return false
	}
	out := http.Header{}
	c.allow(x, out)
	if len(c.Headers) > 0 {
		out.Set("Access-Control-Allow-Headers", strings.Join(c.Headers, ","))
	} else if asked := ask.Get("Access-Control-Request-Headers"); asked != "" {
		out.Set("Access-Control-Allow-Headers", asked)
	}
	out.Set("Access-Control-Allow-Methods", strings.Join(c.Methods, ","))
	if c.MaxAge != nil {
		out.Set("Access-Control-Max-Age", strconv.FormatFloat(*c.MaxAge, 'f', -1, 64))
	}
	if c.PrivateNetwork && ask.Get("Access-Control-Request-Private-Network") == "true" {
		out.Set("Access-Control-Allow-Private-Network", "true")
	}
	x.answer(http.StatusOK, "", out)
	return true
}

func (c *corsConfig) response(x *exchange, header http.Header) {
	if x.notes.preflight || x.in.Header.Get("Origin") == "" && !c.AllowOriginAbsent {
		return
	}
	c.allow(x, header)
	if len(c.ExposedHeaders) > 0 {
		header.Set("Access-Control-Expose-Headers", strings.Join(c.ExposedHeaders, ","))
	}
}

// allow says to whom an answer may be shown.
func (c *corsConfig) allow(x *exchange, header http.Header) {
	const allowed, credentials = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
	from := x.in.Header.Get("Origin")
	if len(c.Origins) == 0 || len(c.Origins) == 1 && c.Origins[0] == "*" {
		header.Set(allowed, "*")
		if c.Credentials && from != "" { // which "*" does not go with
			header.Add("Vary", "Origin")
			header.Set(allowed, from)
			header.Set(credentials, "true")
		}
		return
	}
	header.Add("Vary", "Origin")
	if origin := c.match(from); origin == "" {
		header.Del(allowed)
	} else {
		header.Set(allowed, origin)
	}
	if c.Credentials {
		header.Set(credentials, "true")
	}
}

// match returns the origin that an answer may be shown to; empty for none.
func (c *corsConfig) match(from string) string {
	if len(c.Origins) == 1 && isPlainOrigin(c.Origins[0]) {
		return c.Origins[0]
	}
	if from == "" {
		return ""
	}
	origin, host := originOf(from)
	for _, p := range c.patterns {
		subject := origin
		if p.byHost {
			subject = host
		}
		switch {
		case p.expression != nil && p.expression.MatchString(subject), p.expression == nil && p.origin == origin:
			return origin
		case p.origin == "*":
			return "*"
		}
	}
	return ""
}
