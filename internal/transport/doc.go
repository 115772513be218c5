// Package transport is the one [net/http.RoundTripper] under the Konnect SDK and under our own reads.
//
// It attaches the bearer token, keeps requests on the configured origin, shares one rate budget per
// (origin, token), retries what may be repeated, and redacts what it reports. The SDK itself never holds the token.
//
// A request passes through these steps, one file each: origin.go (is this our server), budget.go and rate.go
// (may it go now), attempt.go (send it, read the whole answer), retry.go (send it again?), event.go (tell who asked).
package transport
