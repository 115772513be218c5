package konnecttest

import (
	"net/http"
	"strings"
)

// WithSecretsShown leaves secrets in Dump, ControlPlane and Requests as they are, for tests
// of what was sent. By default they are written over.
func WithSecretsShown() Option { return func(s *settings) { s.secretsShown = true } }

const redacted = "[redacted]"

// redact writes over the secrets of an entity in place.
func (c *collection) redact(values object) {
	if c.conceal != nil {
		c.conceal(values)
	}
	for _, path := range c.secrets {
		within, name := values, path
		head, rest, nested := strings.Cut(path, ".")
		inner, isObject := values[head].(object)
		switch {
		case nested && isObject:
			within, name = inner, rest
		case nested:
			name = head // of another shape than it should be
		}
		if within[name] != nil {
			within[name] = redacted
		}
	}
}

// logged is a body as the log shows it. Of an entity that has secrets, members that are no
// fields are written over too: a secret under a wrong name is still one.
func (s *Server) logged(r *http.Request, e *endpoint, body []byte) []byte {
	row := e.row
	if name := r.PathValue("entityName"); name != "" {
		row = s.store.entityRow(name)
	}
	if s.set.secretsShown || len(body) == 0 || row == nil || (row.secrets == nil && row.conceal == nil) {
		return body
	}
	values, err := decodeObject(body)
	if err != nil {
		return []byte(redacted)
	}
	row.redact(values)
	for _, name := range unnamed(row.fields, values) {
		values[name] = redacted
	}
	return mustEncode(values)
}
