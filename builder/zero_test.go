package builder

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// zeroValues are the builders that no New function has made, by their names.
func zeroValues() map[string]any {
	return map[string]any{
		"APIAuth": &APIAuth{}, "ClusterPlugin": &ClusterPlugin{}, "Plugin": &Plugin{}, "PluginBinding": &PluginBinding{}, "Consumer": &Consumer{}, "ConsumerGroup": &ConsumerGroup{}, "GatewayControlPlane": &GatewayControlPlane{}, "Key": &Key{}, "KeySet": &KeySet{}, "ReferenceGrant": &ReferenceGrant{},
		"SNI": &SNI{}, "CACertificate": &CACertificate{}, "Certificate": &Certificate{},
		"Route": &Route{}, "Service": &Service{}, "Target": &Target{}, "Upstream": &Upstream{}, "Vault": &Vault{}, "DataPlaneClientCertificate": &DataPlaneClientCertificate{},
		"CredentialACL": &CredentialACL{}, "CredentialAPIKey": &CredentialAPIKey{}, "CredentialBasicAuth": &CredentialBasicAuth{},
		"CredentialHMAC": &CredentialHMAC{}, "CredentialJWT": &CredentialJWT{},
		"ActiveChecks": &ActiveChecks{}, "PassiveChecks": &PassiveChecks{},
	}
}

// Each method of a zero value works, and Build names the function to begin with.
func TestZeroValues(t *testing.T) {
	t.Parallel()
	for name := range zeroValues() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := reflect.TypeOf(zeroValues()[name])
			for i := range all.NumMethod() {
				method := all.Method(i)
				fresh := reflect.ValueOf(zeroValues()[name])
				require.NotPanics(t, func() {
					if method.Name != "MustBuild" {
						fresh.Method(i).Call(samples(method.Type))
					}
				}, method.Name)
				if _, builds := all.MethodByName("Build"); !builds {
					continue
				}
				results := fresh.MethodByName("Build").Call(nil)
				assert.True(t, results[0].IsNil(), method.Name)
				var problems *Error
				require.ErrorAs(t, results[1].Interface().(error), &problems)
				assert.Contains(t, problems.Error(),
					"metadata.name: Required value: the builder is a zero value: make it with builder.New"+name, method.Name)
				assert.Panics(t, func() { fresh.MethodByName("MustBuild").Call(nil) }, method.Name)
			}
		})
	}
}

// samples are arguments for a method, without its receiver.
func samples(method reflect.Type) []reflect.Value {
	var arguments []reflect.Value
	for i := 1; i < method.NumIn(); i++ {
		in := method.In(i)
		if method.IsVariadic() && i == method.NumIn()-1 {
			in = in.Elem()
		}
		arguments = append(arguments, sample(in))
	}
	return arguments
}

// The table above holds all types that collect mistakes.
func TestZeroValuesAreComplete(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	var found []string
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		require.NoError(t, err)
		ast.Inspect(syntax, func(node ast.Node) bool {
			named, ok := node.(*ast.TypeSpec)
			if !ok || !named.Name.IsExported() {
				return true
			}
			if structure, ok := named.Type.(*ast.StructType); ok && collects(structure) {
				found = append(found, named.Name.Name)
			}
			return true
		})
	}
	var listed []string
	for name := range zeroValues() {
		listed = append(listed, name)
	}
	assert.ElementsMatch(t, found, listed)
}

func collects(structure *ast.StructType) bool {
	for _, field := range structure.Fields.List {
		embedded := types.ExprString(field.Type)
		if len(field.Names) == 0 && (embedded == "mistakes" || strings.HasPrefix(embedded, "base[")) {
			return true
		}
	}
	return false
}

// An exported method of base would show in the documentation of every builder with
// type parameters in place of the builder and its object.
func TestBaseHasNoMethodsOfItsOwn(t *testing.T) {
	t.Parallel()
	assert.Zero(t, reflect.TypeFor[*base[configurationv1alpha1.KongService]]().NumMethod())
}
