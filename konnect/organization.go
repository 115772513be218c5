package konnect

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/konnectkit/konnectkit/internal/transport"
)

// organizations remembers which organisation a token belongs to, by server and digest
// of the token: a source of tokens may change from one to another. What was not asked
// for a while is forgotten, as tokens that were renewed are never asked for again.
type organizations struct {
	lock  sync.Mutex
	known map[string]*knownOrganization
}

type knownOrganization struct {
	id       string
	lastUsed time.Time
}

const organizationForgottenAfter = time.Hour

func (o *organizations) get(key string) string {
	o.lock.Lock()
	defer o.lock.Unlock()
	known := o.known[key]
	if known == nil {
		return ""
	}
	known.lastUsed = time.Now()
	return known.id
}

func (o *organizations) put(key, id string) {
	o.lock.Lock()
	defer o.lock.Unlock()
	now := time.Now()
	for key, known := range o.known {
		if now.Sub(known.lastUsed) >= organizationForgottenAfter {
			delete(o.known, key)
		}
	}
	if o.known == nil {
		o.known = map[string]*knownOrganization{}
	}
	o.known[key] = &knownOrganization{id: id, lastUsed: now}
}

// readOrganization fills in the organisation of the token. Konnect serves it on
// the global server only.
func (c *Client) readOrganization(ctx context.Context, a *account) error {
	cred := a.credential
	keyOf := func(token string) string { return cred.server.String() + " " + transport.HashToken(token) }
	if token, err := cred.token(ctx); err == nil {
		if a.organizationID = c.pooled.organizations.get(keyOf(token)); a.organizationID != "" {
			return nil
		}
	}
	sent := "" // the token that the answer is about
	cred.token = func(ctx context.Context) (token string, err error) {
		sent, err = a.credential.token(ctx)
		return sent, err
	}
	global, err := c.newAccount(cred, a.tally, a.warn)
	if err != nil {
		return err
	}
	if strings.HasSuffix(a.credential.server.Hostname(), ".api.konghq.com") {
		global.credential.server = &url.URL{Scheme: "https", Host: "global.api.konghq.com"}
	}
	raw, err := global.get(ctx, "/v3/organizations/me", nil)
	if isNotFound(err) { // a gateway in between may not serve it; only the status needs it
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
	c.pooled.organizations.put(keyOf(sent), organization.ID)
	return nil
}
