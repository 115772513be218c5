package konnect_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/resolve"
)

func TestIsTransient(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		err    error
		want   bool
	}{
		{"nothing is wrong", nil, false},
		{"konnect fails", &konnect.APIError{Status: 503}, true},
		{"konnect asks for patience", &konnect.APIError{Status: 429}, true},
		{"konnect refuses the payload", &konnect.APIError{Status: 400}, false},
		{"konnect refuses the token", &konnect.APIError{Status: 401}, false},
		{"nobody listens", &url.Error{Op: "Get", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, true},
		{"the call was cut short", fmt.Errorf("observe: %w", context.DeadlineExceeded), true},
		{"the cluster does not answer", &resolve.LookupError{Err: errors.New("no answer")}, true},
		{"a reference leads nowhere", &resolve.MissingError{}, false},
		{"an entity of somebody else", &konnect.OwnershipError{}, false},
		{"the parent waits for something that passes", &konnect.DependencyError{Cause: &konnect.APIError{Status: 500}}, true},
		{"one of several", errors.Join(&konnect.OwnershipError{}, &konnect.APIError{Status: 500}), true},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, konnect.IsTransient(c.err))
		})
	}
}

func ExampleIsTransient() {
	err := fmt.Errorf("create KongRoute kong/route: %w", &konnect.APIError{Status: 429, RetryAfter: 2 * time.Second})
	if konnect.IsTransient(err) {
		fmt.Println("again in", konnect.RetryAfter(err))
	}
	// Output: again in 2s
}

func ExampleHasEntity() {
	route := crd.Key{Group: crd.ConfigurationGroup, Kind: "KongRoute", Namespace: "kong", Name: "route"}
	grant := crd.Key{Group: crd.ConfigurationGroup, Kind: crd.ReferenceGrantKind, Namespace: "kong", Name: "grant"}
	fmt.Println(konnect.HasEntity(route), konnect.HasEntity(grant))
	// Output: true false
}
