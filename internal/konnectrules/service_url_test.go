package konnectrules_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

func TestParseServiceURL(t *testing.T) {
	t.Parallel()
	type parts = konnectrules.ServiceURL
	cases := map[string]struct {
		want parts
		err  string
	}{
		"https://Echo.Example:8443/a%20b": {want: parts{"https", "Echo.Example", "/a%20b", 8443}},
		"HTTP://echo.example":             {want: parts{"http", "echo.example", "", 80}},
		"https://echo.example/":           {want: parts{"https", "echo.example", "/", 443}},
		"grpc://echo.example:90":          {want: parts{"grpc", "echo.example", "", 90}},
		"http://[2001:db8::1]:81/a//b":    {want: parts{"http", "2001:db8::1", "/a//b", 81}},
		"":                                {err: "must be a url with scheme and host"},
		"echo.example":                    {err: "must be a url with scheme and host"},
		"http://:80":                      {err: "must be a url with scheme and host"},
		"http://a:b@echo.example":         {err: "must not hold a user or password, which konnect drops"},
		"http://echo.example?a=b":         {err: "must not have a query or fragment, which konnect drops"},
		"http://echo.example/#a":          {err: "must not have a query or fragment, which konnect drops"},
	}
	for text, c := range cases {
		got, err := konnectrules.ParseServiceURL(text)
		if c.err != "" {
			require.EqualError(t, err, c.err, text)
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, c.want, got, text)
	}
}
