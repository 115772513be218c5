package fromentity_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/konnectkit/konnectkit/internal/fromentity"
)

func TestObjectName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"shop": "shop", "My_Service": "my-service", "Shop.Example.com": "shop.example.com", "*.example.com": "wildcard.example.com",
		"-- a  b": "a-b", "-a.-b-.": "a.b", "größe": "gr-e", "10.0.0.1:8080": "10.0.0.1-8080", "~!": "", "": "", "日本": "",
		"..a..b..": "a.b", "-a-.-b-": "a.b", "*": "wildcard", "~_~": "", "a__b~~c": "a-b-c", "{vault://env/cert}": "vault-env-cert",
	} {
		assert.Equal(t, want, fromentity.ObjectName(text), text)
	}
	long := fromentity.ObjectName(strings.Repeat("a", 500))
	assert.Len(t, long, 200)
	assert.NotEqual(t, long, fromentity.ObjectName(strings.Repeat("a", 501)), "two long texts are told apart")
}

func FuzzObjectName(f *testing.F) {
	f.Add("a.-b")
	f.Fuzz(func(t *testing.T, text string) {
		if name := fromentity.ObjectName(text); name != "" {
			assert.Empty(t, validation.IsDNS1123Subdomain(name), "%q of %q", name, text)
		}
	})
}
