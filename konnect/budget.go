package konnect

import "time"

// Budget is what is known of the rate limit of one server and token.
type Budget struct {
	// Server is the URL without path. Tokens on the same server have budgets of
	// their own.
	Server string
	// Limit and Remaining are the requests that the server allows in its present
	// window, as it announced last, and what is left of them by our count; 0 when it
	// has announced nothing.
	Limit, Remaining int
	// PerSecond is the present pace; 0 while there is no reason to keep one.
	PerSecond float64
	// Held is how long nothing is sent, because the server has refused a request: who
	// is about to make a call had better come again after it.
	Held time.Duration
}

// Budgets returns the rate budgets that the client has used so far, by server.
// They are shared by all calls of the client and of those that With makes of it, and
// forgotten when nothing was sent on them for an hour.
func (c *Client) Budgets() []Budget {
	if c.checkConfigured() != nil {
		return nil
	}
	var budgets []Budget
	for _, b := range c.pooled.transports.Limits() {
		budgets = append(budgets, Budget{
			Server: b.Origin, Limit: b.Quota, Remaining: b.Remaining, PerSecond: b.PerSecond, Held: b.Held,
		})
	}
	return budgets
}
