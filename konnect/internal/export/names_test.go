package export_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/konnectkit/konnectkit/konnect/internal/export"
)

func TestObjectName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Prod Gateway": "prod-gateway", "a.b": "a.b", "..a..b..": "a.b", "-a-.-b-": "a.b", "*.example.com": "wildcard.example.com", "*": "wildcard",
		"ä": "x", "": "x", "~_~": "x", "a__b~~c": "a-b-c", "1": "1", "ÄÖa": "a", "{vault://env/cert}": "vault-env-cert",
		strings.Repeat("a", 300): strings.Repeat("a", 220),
	} {
		got := export.ObjectName(text, "x")
		assert.Equal(t, want, got, text)
		assert.Empty(t, validation.IsDNS1123Subdomain(got), text)
	}
}

func FuzzObjectName(f *testing.F) {
	f.Add("Prod.-Gateway")
	f.Fuzz(func(t *testing.T, text string) {
		assert.Empty(t, validation.IsDNS1123Subdomain(export.ObjectName(text, "x")), "%q", text)
	})
}
