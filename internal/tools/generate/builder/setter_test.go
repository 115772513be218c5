package main

import (
	"testing"

	"github.com/konnectkit/konnectkit/internal/tools/generate/source"
)

func TestParameter(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Weight": "weight", "ID": "id", "SNIs": "snis", "HTTPSRedirectStatusCode": "httpsRedirectStatusCode",
		"ServerURL": "serverURL", "Type": "value", "S": "value",
	} {
		if got := parameter(name, "s"); got != want {
			t.Errorf("parameter of %s is %s, want %s", name, got, want)
		}
	}
}

func TestRequiredStrings(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		field  source.Field
		want   bool
	}{
		"host":     {"the CRD takes an empty one", source.Field{Type: "string"}, true},
		"optional": {"it may be left out", source.Field{Type: "string", CanBeAbsent: true}, false},
		"secret":   {"the CRD takes an empty one", source.Field{Type: secretString}, true},
		"local":    {"it may name nothing", source.Field{Type: localRef}, true},
		"pointer":  {"it can be told from an empty one", source.Field{Type: "*string"}, false},
	}
	for name, c := range cases {
		if got := mayBeEmpty(c.field); got != c.want {
			t.Errorf("%s: got %t: %s", name, got, c.reason)
		}
	}
}
