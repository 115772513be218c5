package konnect

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/konnectkit/konnectkit/internal/transport"
)

// readOrganization fills in the organisation of the token. Konnect serves it on
// the global server only.
func (c *Client) readOrganization(ctx context.Context, a *account) error {
	l := a.login
	keyOf := func(token string) string { return l.server.String() + " " + transport.HashToken(token) }
	if token, err := l.token(ctx); err == nil {
		if a.organizationID = c.pooled.organizations.Get(keyOf(token)); a.organizationID != "" {
			return nil
		}
	}
	sent := "" // the token that the answer is about
	l.token = func(ctx context.Context) (token string, err error) {
		sent, err = a.login.token(ctx)
		return sent, err
	}
	global, err := c.newAccount(l, a.tally, a.warn)
	if err != nil {
		return err
	}
	if strings.HasSuffix(a.login.server.Hostname(), ".api.konghq.com") {
		global.login.server = &url.URL{Scheme: "https", Host: "global.api.konghq.com"}
	}
	raw, err := global.get(ctx, "/v3/organizations/me", nil)
	if err != nil && isNotFound(err) { // a gateway in between may not serve it; only the status needs it
		c.config.logger.WarnContext(ctx, "organization is not known", "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("read organization: %w", err)
	}
	var organization struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(raw, &organization); err != nil {
		return fmt.Errorf("read organization: %w", err)
	}
	a.organizationID = organization.ID
	c.pooled.organizations.Put(keyOf(sent), organization.ID)
	return nil
}
