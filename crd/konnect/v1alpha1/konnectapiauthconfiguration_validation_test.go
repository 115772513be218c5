package v1alpha1_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

// rule is a ruletest.Case, and transition a ruletest.Update.
type (
	rule struct {
		Reason string
		Change func(*v1alpha1.KonnectAPIAuthConfiguration)
		Want   []string
	}
	transition struct {
		Reason      string
		Before, Now func(*v1alpha1.KonnectAPIAuthConfiguration)
		Want        []string
	}
)

func validAuth() *v1alpha1.KonnectAPIAuthConfiguration {
	return &v1alpha1.KonnectAPIAuthConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "konnect-api-auth", Namespace: "kong"},
		Spec: v1alpha1.KonnectAPIAuthConfigurationSpec{
			Type: v1alpha1.APIAuthTypeToken, Token: new(crd.SecretString("kpat_example")), ServerURL: "us.api.konghq.com",
		},
	}
}

func TestKonnectAPIAuthConfigurationDefault(t *testing.T) {
	t.Parallel()
	auth := validAuth()
	ruletest.Defaults(t, auth)
	assert.Empty(t, auth.Status.Conditions, "an API server stores no status for a new object of this kind")
	auth.Status.OrganizationID = "a"
	ruletest.Defaults(t, auth)
	require.Len(t, auth.Status.Conditions, 1)
	assert.Equal(t, "Valid", auth.Status.Conditions[0].Type)
	assert.Equal(t, "Pending", auth.Status.Conditions[0].Reason)
}

func TestKonnectAPIAuthConfigurationValidate(t *testing.T) {
	t.Parallel()
	type A = *v1alpha1.KonnectAPIAuthConfiguration
	token := func(value string) func(A) { return func(a A) { a.Spec.Token = new(crd.SecretString(value)) } }
	secret := func(a A) {
		a.Spec.Type, a.Spec.Token = v1alpha1.APIAuthTypeSecretRef, nil
		a.Spec.SecretRef = &v1alpha1.SecretReference{Name: "a"}
	}
	ruletest.Validate(t, validAuth, map[string]rule{
		"no name":      {"metadata is checked", func(a A) { a.Name = "" }, []string{"metadata.name: Required value"}},
		"no type":      {"it is required", func(a A) { a.Spec.Type = "" }, []string{"spec.type: Required value"}},
		"bad type":     {"there is no other", func(a A) { a.Spec.Type = "basic" }, []string{"spec.type: Unsupported value"}},
		"spat":         {"tokens of system accounts", token("spat_example"), nil},
		"no token":     {"the type asks for it", func(a A) { a.Spec.Token = nil }, []string{"spec: Invalid value"}},
		"empty token":  {"an empty one will not do", token(""), []string{"spec: Invalid value"}},
		"other token":  {"tokens have a prefix", token("secret"), []string{"spec.token: Invalid value"}},
		"secret":       {"a token from a Secret", secret, nil},
		"empty secret": {"the CRD does not require its name", func(a A) { secret(a); a.Spec.SecretRef.Name = "" }, nil},
		"no secret":    {"the type asks for it", func(a A) { secret(a); a.Spec.SecretRef = nil }, []string{"spec: Invalid value"}},
		"both":         {"not both", func(a A) { a.Spec.SecretRef = &v1alpha1.SecretReference{} }, []string{"spec: Invalid value"}},
		"both, secret": {"whatever the type", func(a A) { secret(a); token("x")(a) }, []string{"spec: Invalid value"}},
		"no server":    {"it is required", func(a A) { a.Spec.ServerURL = "" }, []string{"spec.serverURL: Required value"}},
		"status":       {"conditions are checked", func(a A) { a.SetConditions([]metav1.Condition{{}}) }, []string{"status.conditions[0].type: Required value", "status.conditions[0].status: Required value", "status.conditions[0].reason: Required value", "status.conditions[0].lastTransitionTime: Required value"}},
		"server":       {"the status has no limits of length", func(a A) { a.Status.ServerURL, a.Status.OrganizationID = ruletest.Long(600), ruletest.Long(300) }, nil},
	})
}

// What the CRD takes for a server is not what one would think: any character may
// stand between labels, and a letter before a colon makes a scheme.
func TestKonnectAPIAuthConfigurationServerURL(t *testing.T) {
	t.Parallel()
	for url, valid := range map[string]bool{
		"us.api.konghq.com":              true,
		"a":                              true,
		"localhost":                      true,
		"https://us.api.konghq.com":      true,
		"HTTPS://us.api.konghq.com":      true,
		"https://127.0.0.1:8080":         true,
		"https://us.api.konghq.com/path": true,
		"http://us.api.konghq.com":       false,
		"http://127.0.0.1:8080":          false,
		"127.0.0.1":                      true,
		"127.0.0.1:8080":                 true,  // no URL, as the scheme cannot start with a digit; the pattern's dot matches the colon
		"127.0.0.1:8080/path":            true,  // likewise the slash
		"localhost:8080":                 false, // a URL with the scheme localhost
		"us.api.konghq.com:443":          false, // a URL with the scheme us.api.konghq.com
		"10.example.com:443":             true,
		"[::1]:8080":                     false,
		"::1":                            false,
		"/path":                          false, // an absolute path counts as a URL without a scheme
		"*":                              false,
		"a b":                            true, // no URL, and the pattern's dot matches the space
		"a\nb":                           false,
		"-a.b":                           false,
		"a-.b":                           false,
		"a..b":                           false,
		"a.b.":                           false,
		"a_b":                            true,
		"é":                              false,
		"https://h/%zz":                  false,
	} {
		auth := validAuth()
		auth.Spec.ServerURL = url
		auth.Default()
		errs := auth.Validate()
		assert.Equal(t, valid, len(errs) == 0, "%q: %v", url, errs)
		if !valid {
			assert.Equal(t, []string{"spec.serverURL: Invalid value"}, ruletest.Summaries(errs), "%q", url)
		}
	}
}

func TestKonnectAPIAuthConfigurationValidateUpdate(t *testing.T) {
	t.Parallel()
	type A = *v1alpha1.KonnectAPIAuthConfiguration
	token := func(value string) func(A) { return func(a A) { a.Spec.Token = new(crd.SecretString(value)) } }
	ruletest.ValidateUpdate(t, validAuth, map[string]transition{
		"token":         {"a token may be replaced", nil, token("spat_example"), nil},
		"token removed": {"it is required once set", nil, func(a A) { a.Spec.Token = nil }, []string{"spec: Invalid value"}},
		"server":        {"it is immutable", nil, func(a A) { a.Spec.ServerURL = "eu.api.konghq.com" }, []string{"spec.serverURL: Invalid value"}},
		"same server":   {"even if the same is meant", nil, func(a A) { a.Spec.ServerURL = "https://us.api.konghq.com" }, []string{"spec.serverURL: Invalid value"}},
		"to secret": {"the token may move to a Secret", nil, func(a A) {
			a.Spec.Type, a.Spec.Token, a.Spec.SecretRef = v1alpha1.APIAuthTypeSecretRef, nil, &v1alpha1.SecretReference{Name: "a"}
		}, nil},
	})
	errs := validAuth().ValidateUpdate(&v1alpha2.KonnectGatewayControlPlane{})
	assert.Len(t, errs, 1, "another kind")
}

func TestKonnectAPIAuthConfigurationErrorsHideTheToken(t *testing.T) {
	t.Parallel()
	auth := validAuth()
	auth.Spec.Token, auth.Spec.SecretRef = new(crd.SecretString("hidden_example")), &v1alpha1.SecretReference{}
	errs := auth.Validate()
	require.Len(t, errs, 2)
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", errs, errs, errs), "hidden_example")
}

func ExampleKonnectAPIAuthConfiguration_Validate() {
	auth := validAuth()
	auth.Spec.Token, auth.Spec.ServerURL = new(crd.SecretString("example")), "http://us.api.konghq.com"
	auth.Default()
	for _, err := range auth.Validate() {
		fmt.Println(err)
	}
	// Output:
	// spec.token: Invalid value: must start with kpat_ or spat_
	// spec.serverURL: Invalid value: "http://us.api.konghq.com": must have the scheme https, or none
}
