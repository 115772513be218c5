package konnecttest

import (
	"fmt"
	"net/http"
)

// pluginSchema describes a plugin as the gateway does.
func (s *Server) pluginSchema(c *call) (reply, *failure) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	if _, fail := s.plane(c); fail != nil {
		return reply{}, fail
	}
	name := c.request.PathValue("pluginName")
	schema := s.set.plugins.schema(name)
	if schema == nil {
		return reply{}, coreFailure(http.StatusNotFound, codeNotFound, fmt.Sprintf("no plugin-schema for '%s'", name))
	}
	return encodedReply(schema.Described()), nil
}
