package crd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
)

func TestKeyStringIsOneLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason string
		key    crd.Key
		want   string
	}{
		{"plain", crd.Key{Kind: "KongRoute", Namespace: "kong", Name: "route"}, "KongRoute kong/route"},
		{"of no namespace", crd.Key{Kind: "KongVault", Name: "env"}, "KongVault env"},
		{"another alphabet", crd.Key{Kind: "KongRoute", Namespace: "kong", Name: "ü"}, "KongRoute kong/ü"},
		{"a line break", crd.Key{Kind: "KongRoute", Namespace: "kong", Name: "a\nb"}, `KongRoute kong/a\nb`},
		{"a switch of the writing direction", crd.Key{Kind: "KongRoute", Name: "a\u202eb"}, `KongRoute a\u202eb`},
		{"bytes that are no text", crd.Key{Kind: "KongRoute", Namespace: "\xff", Name: "a"}, `KongRoute \xff/a`},
	} {
		assert.Equal(t, c.want, c.key.String(), c.reason)
	}
}
