package konnecttest

import (
	"time"

	"github.com/google/uuid"
)

// identityCreated is when the organizations and users of every server came to be.
var identityCreated = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Format(planeTime)

// derivedID is a fixed UUID of something that belongs to an organization.
func derivedID(organization, what string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(organization+"/"+what)).String()
}

func (s *Server) organization(c *call) (reply, *failure) {
	id := c.organization()
	return encodedReply(map[string]any{
		"id": id, "name": "Organization " + id[:min(len(id), 8)], "owner_id": derivedID(id, "owner"), "login_path": "",
		"created_at": identityCreated, "updated_at": identityCreated, "state": "active", "retention_period_days": 90,
	}), nil
}

// user is not there for system accounts.
func (s *Server) user(c *call) (reply, *failure) {
	if c.caller.system {
		return reply{}, unauthenticated()
	}
	return encodedReply(map[string]any{
		"id": derivedID(c.organization(), "owner"), "email": "user@example.com", "full_name": "Example User",
		"preferred_name": "Example", "active": true, "inferred_region": "us",
		"created_at": identityCreated, "updated_at": identityCreated,
	}), nil
}
