package konnectrules_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	cases := []struct{ text, host, target string }{
		{"echo.example", "echo.example", "echo.example:8000"},
		{"echo.example:80", "echo.example:80", "echo.example:80"},
		{"010.001.0.1", "10.1.0.1", "10.1.0.1:8000"},
		{"010.001.0.1:81", "10.1.0.1:81", "10.1.0.1:81"},
		{"::1", "::1", "[0000:0000:0000:0000:0000:0000:0000:0001]:8000"},
		{"[2001:db8::1]:81", "[2001:db8::1]:81", "[2001:0db8:0000:0000:0000:0000:0000:0001]:81"},
		{"::ffff:10.0.0.1", "::ffff:10.0.0.1", "[0000:0000:0000:0000:0000:ffff:0a00:0001]:8000"},
		{"10.0.0.256", "10.0.0.256", ""},
		{"[echo.example]", "[echo.example]", ""},
		{"[::1", "[::1", ""},
		{"[::1]80", "[::1]80", ""},
		{"[::1]:0", "[::1]:0", ""},
		{"http://a", "http://a", ""},
		{"a:080", "a:080", ""},
		{"", "", ""},
	}
	for _, c := range cases {
		assert.Equal(t, c.host, konnectrules.NormalizeHost(c.text), c.text)
		target, err := konnectrules.NormalizeTarget(c.text)
		assert.Equal(t, c.target, target, c.text)
		assert.Equal(t, c.target == "", err != nil, c.text)
	}
	assert.Nil(t, konnectrules.NormalizeHosts(nil))
	assert.Equal(t, []string{"10.1.0.1", "a"}, konnectrules.NormalizeHosts([]string{"010.1.0.1", "a"}))
}

// FuzzNormalizeTarget looks for addresses whose normal form is not normal.
func FuzzNormalizeTarget(f *testing.F) {
	for _, seed := range []string{"a", "010.0.0.1:80", "[::1]:81", "::ffff:10.0.0.1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, err := konnectrules.NormalizeTarget(text)
		if err != nil {
			return
		}
		twice, err := konnectrules.NormalizeTarget(once)
		assert.NoError(t, err, once)
		assert.Equal(t, once, twice)
	})
}

func TestLooksLikeExpression(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/a.*": true, "/a$": true, "/(a)+": true, "/a.+": true, "/a": false, "/Users(1)": false, "~/a.*": false, "/a[0-9]*": false, "a.*": false,
	} {
		assert.Equal(t, want, konnectrules.LooksLikeExpression(path), path)
	}
}

// TestNamesOfProblems pins that rules name the field, and say what Konnect wants.
func TestNamesOfProblems(t *testing.T) {
	t.Parallel()
	at := field.NewPath("spec", "x")
	text := func(s string) *string { return &s }
	cases := map[string]struct {
		problems field.ErrorList
		want     string
	}{
		"enum":   {konnectrules.CheckEnum(at, text("c"), []string{"a", "b"}), `spec.x: Unsupported value: "c": supported values: "a", "b"`},
		"range":  {konnectrules.CheckRange(at, new(9), 1, 2), `spec.x: Invalid value: 9: must be 1 to 2 for konnect`},
		"id":     {konnectrules.CheckID(at, text("A")), `spec.x: Invalid value: "A": must be a uuid in lower case`},
		"name":   {konnectrules.CheckName(at, text("a b")), `spec.x: Invalid value: "a b": konnect accepts letters, digits and . - _ ~`},
		"header": {konnectrules.CheckHeaderName(at, "a b"), "spec.x: Invalid value: \"a b\": must be the name of a header: letters, digits and !#$%&'*+-.^_`|~"},
		"host":   {konnectrules.CheckHost(at, "a:80"), `spec.x: Invalid value: "a:80": must be a host alone: spec.port holds the port`},
		"ip":     {konnectrules.CheckIP(at, text("a")), `spec.x: Invalid value: "a": must be an ip address or a cidr range for konnect`},
	}
	for name, c := range cases {
		if assert.Len(t, c.problems, 1, name) {
			assert.Equal(t, c.want, c.problems[0].Error())
		}
	}
	assert.Empty(t, konnectrules.CheckEnum(at, nil, nil))
	assert.Empty(t, konnectrules.CheckRange[int64](at, nil, 1, 2))
	assert.Empty(t, konnectrules.CheckID(at, nil))
	assert.Empty(t, konnectrules.CheckName(at, nil))
	assert.Empty(t, konnectrules.CheckIP(at, nil))
}
