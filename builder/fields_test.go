package builder

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/scheme"
)

// TestEverySpecFieldHasAMethod walks the fields of each spec, calls the method
// that is named after each, and sees whether the field has changed.
func TestEverySpecFieldHasAMethod(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		// start returns a new builder and a pointer to what it fills.
		start func() (builder, filled any)
		// methods are those that are not named as their field; "" for a struct
		// whose fields have methods of their own.
		methods map[string]string
	}{
		"KonnectGatewayControlPlane": {
			reason: "what a control plane is created with is reached field by field too",
			start: func() (any, any) {
				b := NewGatewayControlPlane("other")
				return b, &b.obj.Spec
			},
			methods: map[string]string{
				"CreateControlPlaneRequest.Name":   "SpecName",
				"CreateControlPlaneRequest.Labels": "KonnectLabels",
			},
		},
		"KonnectAPIAuthConfiguration": {
			reason: "the token and the reference to a Secret",
			start: func() (any, any) {
				b := NewAPIAuth("other")
				return b, &b.obj.Spec
			},
		},
		"KongService": {
			reason: "Name is taken by the argument of NewService",
			start: func() (any, any) {
				b := NewService("other")
				return b, &b.obj.Spec
			},
			methods: map[string]string{"Name": "SpecName"},
		},
		"KongRoute": {
			reason: "lists and maps are variadic",
			start: func() (any, any) {
				b := NewRoute("other")
				return b, &b.obj.Spec
			},
			methods: map[string]string{"Name": "SpecName"},
		},
		"KongUpstream": {
			reason: "health checks as a whole",
			start: func() (any, any) {
				b := NewUpstream("other")
				return b, &b.obj.Spec
			},
			methods: map[string]string{"Name": "SpecName", "ClientCertificate": "ClientCertificateID"},
		},
		"Healthchecks": {
			reason: "health checks by their parts",
			start: func() (any, any) {
				b := NewUpstream("other")
				return b, b.healthchecks()
			},
			methods: map[string]string{"Active": "ActiveHealthchecks", "Passive": "PassiveHealthchecks"},
		},
		"ActiveHealthchecks": {
			reason: "Healthy and Unhealthy are sections, whose name is part of the method's",
			start: func() (any, any) {
				b := newActiveChecks("other")
				b.checks.Timeout, b.checks.HTTPSVerifyCertificate = nil, nil
				return b, &b.checks
			},
			methods: sectionMethods(),
		},
		"PassiveHealthchecks": {
			reason: "as active checks, without intervals",
			start: func() (any, any) {
				b := newPassiveChecks("other")
				return b, &b.checks
			},
			methods: sectionMethods(),
		},
		"KongTarget": {
			reason: "the address has a method of its own name too",
			start: func() (any, any) {
				b := NewTarget("other")
				return b, &b.obj.Spec
			},
		},
		"KongConsumer": {
			reason: "fields at the root, and those of the spec",
			start: func() (any, any) {
				b := NewConsumer("other")
				return b, &b.obj
			},
			methods: map[string]string{"Spec.Tags": "Tags"},
		},
		"KongConsumerGroup": {
			reason: "Name is taken by the argument of NewConsumerGroup",
			start: func() (any, any) {
				b := NewConsumerGroup("other")
				return b, &b.obj.Spec
			},
			methods: map[string]string{"Name": "SpecName"},
		},
		"KongPlugin": {
			reason: "all fields are at the root",
			start: func() (any, any) {
				b := NewPlugin("other", "")
				return b, &b.obj
			},
			methods: map[string]string{"ConfigPatches": "PatchFromSecret"},
		},
		"KongClusterPlugin": {
			reason: "all fields are at the root",
			start: func() (any, any) {
				b := NewClusterPlugin("other", "")
				return b, &b.obj
			},
			methods: map[string]string{"ConfigPatches": "PatchFromSecret"},
		},
		"KongPluginBinding": {
			reason: "what is named has methods of its own",
			start: func() (any, any) {
				b := NewPluginBinding("other")
				return b, &b.obj.Spec
			},
			methods: map[string]string{"PluginRef": "Plugin"},
		},
		"KongKeySet": {
			reason: "Name is taken by the argument of NewKeySet",
			start: func() (any, any) {
				b := NewKeySet("other")
				return b, &b.obj.Spec
			},
			methods: map[string]string{"Name": "SpecName"},
		},
		"KongKey": {
			reason: "Name is taken by the argument of NewKey, and a pair has two keys",
			start: func() (any, any) {
				b := NewKey("other")
				return b, &b.obj.Spec
			},
			methods: map[string]string{"Name": "SpecName"},
		},
		"KongCredentialACL": {
			reason: "each field has its own",
			start: func() (any, any) {
				b := NewCredentialACL("other")
				return b, &b.obj.Spec
			},
		},
		"KongCredentialAPIKey": {
			reason: "each field has its own",
			start: func() (any, any) {
				b := NewCredentialAPIKey("other")
				return b, &b.obj.Spec
			},
		},
		"KongCredentialBasicAuth": {
			reason: "each field has its own",
			start: func() (any, any) {
				b := NewCredentialBasicAuth("other")
				return b, &b.obj.Spec
			},
		},
		"KongCredentialHMAC": {
			reason: "each field has its own",
			start: func() (any, any) {
				b := NewCredentialHMAC("other")
				return b, &b.obj.Spec
			},
		},
		"KongCredentialJWT": {
			reason: "each field has its own",
			start: func() (any, any) {
				b := NewCredentialJWT("other")
				return b, &b.obj.Spec
			},
		},
		"KongDataPlaneClientCertificate": {
			reason: "each field has its own",
			start: func() (any, any) {
				b := NewDataPlaneClientCertificate("other")
				return b, &b.obj.Spec
			},
		},
		"KongVault": {
			reason: "Config takes any value",
			start: func() (any, any) {
				b := NewVault("other")
				return b, &b.obj.Spec
			},
		},
		"KongSNI": {
			reason: "Name is taken by the argument of NewSNI",
			start: func() (any, any) {
				b := NewSNI("other")
				return b, &b.obj.Spec
			},
			methods: map[string]string{"Name": "SpecName"},
		},
		"KongCertificate": {
			reason: "keys are secrets",
			start: func() (any, any) {
				b := NewCertificate("other")
				return b, &b.obj.Spec
			},
		},
		"KongCACertificate": {
			reason: "a certificate, or a reference to a Secret",
			start: func() (any, any) {
				b := NewCACertificate("other")
				return b, &b.obj.Spec
			},
		},
		"KongReferenceGrant": {
			reason: "From and To add one at a time",
			start: func() (any, any) {
				b := NewReferenceGrant("other")
				return b, &b.obj.Spec
			},
		},
	}
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	for _, kind := range kinds {
		assert.Contains(t, cases, kind.Kind, "every kind has a builder")
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, filled := tc.start()
			paths := fieldPaths(reflect.TypeOf(filled).Elem(), "", tc.methods)
			require.NotEmpty(t, paths, tc.reason)
			var without []string
			for _, path := range paths {
				if problem := tryField(tc.start, path, tc.methods); problem != "" {
					without = append(without, problem)
				}
			}
			assert.Empty(t, without, tc.reason)
		})
	}
}

func TestTryFieldFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	start := func() (any, any) {
		b := NewService("other")
		return b, &b.obj.Spec
	}
	assert.Empty(t, tryField(start, "Port", nil))
	assert.Equal(t, "Port: no method Ports", tryField(start, "Port", map[string]string{"Port": "Ports"}))
	assert.Equal(t, "Port: Retries does not set it", tryField(start, "Port", map[string]string{"Port": "Retries"}))
}

func TestFieldPathsEntersSections(t *testing.T) {
	t.Parallel()
	b := NewGatewayControlPlane("other")
	paths := fieldPaths(reflect.TypeOf(b.obj.Spec), "", map[string]string{"CreateControlPlaneRequest.Name": "SpecName"})
	assert.Contains(t, paths, "CreateControlPlaneRequest")
	assert.Contains(t, paths, "CreateControlPlaneRequest.ProxyURLs")
	assert.Contains(t, paths, "Members")
}

func sectionMethods() map[string]string {
	methods := make(map[string]string)
	for _, section := range []string{"Healthy", "Unhealthy"} {
		for _, name := range []string{"HTTPStatuses", "Interval", "Successes", "HTTPFailures", "TCPFailures", "Timeouts"} {
			methods[section+"."+name] = section + name
		}
	}
	return methods
}

// fieldPaths lists the fields of a struct, and those of a struct in it for whose
// fields methods has entries.
func fieldPaths(structType reflect.Type, prefix string, methods map[string]string) []string {
	var paths []string
	for f := range structType.Fields() {
		path := prefix + f.Name
		if prefix == "" && slices.Contains([]string{"TypeMeta", "ObjectMeta", "Status"}, f.Name) {
			continue
		}
		nested := f.Type
		if nested.Kind() == reflect.Pointer {
			nested = nested.Elem()
		}
		sectioned := false
		for method := range methods {
			sectioned = sectioned || strings.HasPrefix(method, path+".")
		}
		if sectioned {
			paths = append(paths, fieldPaths(nested, path+".", methods)...)
		}
		if !sectioned || methods[path+".Name"] != "" {
			paths = append(paths, path)
		}
	}
	return paths
}

// tryField calls the method for the field at path of a new builder, and says
// what is wrong when that does not change the field; empty when it does.
func tryField(start func() (builder, filled any), path string, methods map[string]string) string {
	builder, filled := start()
	name := path[strings.LastIndex(path, ".")+1:]
	if other := methods[path]; other != "" {
		name = other
	}
	method := reflect.ValueOf(builder).MethodByName(name)
	if !method.IsValid() {
		return fmt.Sprintf("%s: no method %s", path, name)
	}
	before := fmt.Sprintf("%#v", valueAt(filled, path))
	var args []reflect.Value
	for i := range method.Type().NumIn() {
		in := method.Type().In(i)
		if method.Type().IsVariadic() && i == method.Type().NumIn()-1 {
			in = in.Elem()
		}
		args = append(args, sample(in))
	}
	method.Call(args)
	if fmt.Sprintf("%#v", valueAt(filled, path)) == before {
		return fmt.Sprintf("%s: %s does not set it", path, name)
	}
	return ""
}

// valueAt returns the value of a field, with pointers followed; nil behind a nil
// pointer.
func valueAt(filled any, path string) any {
	v := reflect.ValueOf(filled)
	for name := range strings.SplitSeq(path, ".") {
		v = reflect.Indirect(v)
		if !v.IsValid() {
			return nil
		}
		v = v.FieldByName(name)
	}
	if v = reflect.Indirect(v); !v.IsValid() {
		return nil
	}
	return v.Interface()
}

// sample returns a value of a type that differs from its zero value and from
// what builders start with.
func sample(of reflect.Type) reflect.Value {
	if of == reflect.TypeFor[time.Duration]() {
		return reflect.ValueOf(7 * time.Second)
	}
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.String:
		v.SetString("sample")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Interface:
		v.Set(reflect.ValueOf("sample"))
	case reflect.Pointer:
		v.Set(reflect.New(of.Elem()))
	case reflect.Slice:
		v.Set(reflect.Append(v, sample(of.Elem())))
	case reflect.Map:
		v.Set(reflect.MakeMap(of))
		v.SetMapIndex(sample(of.Key()), sample(of.Elem()))
	case reflect.Struct:
		for _, f := range v.Fields() {
			if f.CanSet() {
				f.Set(sample(f.Type()))
			}
		}
	}
	return v
}
