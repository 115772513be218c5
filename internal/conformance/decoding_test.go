package conformance

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// writing is a text that both sides are to decode strictly.
type writing struct {
	reason string
	as     string
	text   string
	// want are the fields that are refused; nil for a text that is valid.
	want []string
	// broken says that the text is refused as a whole, so that there is no field to name.
	broken bool
}

const (
	routeHead    = "apiVersion: configuration.konghq.com/v1alpha1\nkind: KongRoute\nmetadata:\n  name: a\n"
	routeOpening = `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongRoute","metadata":{"name":"a"},`
)

func writings() []writing {
	return []writing{
		{reason: "an unknown field", as: asJSON, text: routeOpening + `"spec":{"path":"/"}}`, want: fields("spec.path")},
		{reason: "several unknown fields", as: asJSON, text: routeOpening + `"spec":{"path":"/","x":{"y":1}},"extra":1}`, want: fields("extra", "spec.path", "spec.x")},
		{reason: "an unknown field of null", as: asJSON, text: routeOpening + `"spec":{"path":null}}`, want: fields("spec.path")},
		{reason: "an unknown field in a list", as: asJSON, text: routeOpening + `"spec":{"sources":[{},{"IP":"a"}]}}`, want: fields("spec.sources[1].IP")},
		{reason: "another case", as: asJSON, text: routeOpening + `"spec":{"Paths":["/"],"pathhandling":"v0"}}`, want: fields("spec.Paths", "spec.pathhandling")},
		{reason: "another case of spec", as: asJSON, text: routeOpening + `"spec":{},"Spec":{}}`, want: fields("Spec")},
		{reason: "another case in metadata", as: asJSON, text: `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongRoute","metadata":{"name":"a","Labels":{}},"spec":{}}`, want: fields("metadata.Labels")},
		{reason: "an unknown field of metadata", as: asJSON, text: `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongRoute","metadata":{"name":"a","label":{}},"spec":{}}`, want: fields("metadata.label")},
		{reason: "an unknown field of the status", as: asJSON, text: routeOpening + `"spec":{},"status":{"x":1}}`, want: fields("status.x")},
		{reason: "a key of a map is no field", as: asJSON, text: routeOpening + `"spec":{"headers":{"x":["a"]}}}`},

		{reason: "a key twice", as: asJSON, text: routeOpening + `"spec":{"name":"a","name":"a"}}`, want: fields("spec.name")},
		{reason: "a key twice in metadata", as: asJSON, text: `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongRoute","metadata":{"name":"a","name":"b"},"spec":{}}`, want: fields("metadata.name")},
		{reason: "a key twice, escaped", as: asJSON, text: routeOpening + `"spec":{"name":"a","\u006eame":"a"}}`, want: fields("spec.name")},
		{reason: "a key of a map twice", as: asJSON, text: routeOpening + `"spec":{"headers":{"x":[],"x":[]}}}`, want: fields("spec.headers.x")},
		{reason: "a key twice in a list", as: asJSON, text: routeOpening + `"spec":{"sources":[{"ip":"a","ip":"b"}]}}`, want: fields("spec.sources[0].ip")},
		{reason: "a key twice, once as null", as: asJSON, text: routeOpening + `"spec":{"name":null,"name":"a"}}`, want: fields("spec.name")},

		{reason: "a string for a list", as: asJSON, text: routeOpening + `"spec":{"paths":"/"}}`, want: fields("spec.paths")},
		{reason: "a list for the spec", as: asJSON, text: routeOpening + `"spec":[]}`, want: fields("spec")},
		{reason: "a string for the spec", as: asJSON, text: routeOpening + `"spec":"a"}`, want: fields("spec")},
		{reason: "a number for a name", as: asJSON, text: `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongRoute","metadata":{"name":1},"spec":{}}`, want: fields("metadata.name")},
		{reason: "a number for a label", as: asJSON, text: `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongRoute","metadata":{"name":"a","labels":{"a":1}},"spec":{}}`, want: fields("metadata.labels.a")},
		{reason: "a list for metadata", as: asJSON, text: `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongRoute","metadata":[],"spec":{}}`, want: fields("metadata")},
		{reason: "a float for an integer", as: asJSON, text: routeOpening + `"spec":{"regex_priority":1.5}}`, want: fields("spec.regex_priority")},
		{reason: "an integer written as a float", as: asJSON, text: routeOpening + `"spec":{"regex_priority":1.0}}`},
		{reason: "an integer in powers of ten", as: asJSON, text: routeOpening + `"spec":{"regex_priority":1e2}}`},
		{reason: "the greatest integer", as: asJSON, text: routeOpening + `"spec":{"regex_priority":9223372036854775807}}`},
		{reason: "beyond the greatest integer", as: asJSON, text: routeOpening + `"spec":{"regex_priority":9223372036854775808}}`, want: fields("spec.regex_priority")},
		{reason: "an odd integer beyond 2^53", as: asJSON, text: routeOpening + `"spec":{"regex_priority":9007199254740993}}`},
		{reason: "half of a pair of surrogates", as: asJSON, text: routeOpening + `"spec":{"name":"\ud800"}}`},
		{reason: "content after the object", as: asJSON, text: routeOpening + `"spec":{}}x`, broken: true},
		{reason: "an object that does not end", as: asJSON, text: routeOpening + `"spec":{}`, broken: true},
		{reason: "a comma too many", as: asJSON, text: routeOpening + `"spec":{"name":"a",}}`},
		{reason: "an unknown kind", as: asJSON, text: `{"apiVersion":"configuration.konghq.com/v1alpha1","kind":"KongRoad","metadata":{"name":"a"},"spec":{}}`, broken: true},
		{reason: "no kind", as: asJSON, text: `{"apiVersion":"configuration.konghq.com/v1alpha1","metadata":{"name":"a"},"spec":{}}`, broken: true},

		{reason: "an unknown field in YAML", as: asYAML, text: routeHead + "spec:\n  path: /\n", want: fields("spec.path")},
		{reason: "a key twice in YAML", as: asYAML, text: routeHead + "spec:\n  name: a\n  name: b\n", want: fields("spec.name")},
		{reason: "a key twice in YAML, quoted", as: asYAML, text: routeHead + "spec:\n  name: a\n  'name': b\n", want: fields("spec.name")},
		{reason: "keys of two types that are one in JSON", as: asYAML, text: routeHead + "spec:\n  headers: {1: [a], '1': [a]}\n"},
		{reason: "a number as the key of a map", as: asYAML, text: routeHead + "spec:\n  headers: {1: [a]}\n"},
		{reason: "a boolean as the key of a map", as: asYAML, text: routeHead + "spec:\n  headers: {yes: [a]}\n"},
		{reason: "a number for a string", as: asYAML, text: routeHead + "spec:\n  name: 1\n", want: fields("spec.name")},
		{reason: "a date for a string", as: asYAML, text: routeHead + "spec:\n  name: 2026-01-02\n"},
		{reason: "a boolean by another name", as: asYAML, text: routeHead + "spec:\n  strip_path: yes\n"},
		{reason: "a boolean by a letter", as: asYAML, text: routeHead + "spec:\n  strip_path: y\n"},
		{reason: "an octal number", as: asYAML, text: routeHead + "spec:\n  regex_priority: 010\n"},
		{reason: "an octal number of YAML 1.2", as: asYAML, text: routeHead + "spec:\n  regex_priority: 0o10\n"},
		{reason: "a number with underscores", as: asYAML, text: routeHead + "spec:\n  regex_priority: 1_000\n"},
		{reason: "a number in base 60", as: asYAML, text: routeHead + "spec:\n  regex_priority: 1:30\n", want: fields("spec.regex_priority")},
		{reason: "infinity", as: asYAML, text: routeHead + "spec:\n  regex_priority: .inf\n", broken: true},
		{reason: "a null by each name", as: asYAML, text: routeHead + "spec:\n  name: ~\n  hosts: null\n  paths:\n"},
		{reason: "an anchor and its alias", as: asYAML, text: routeHead + "spec:\n  hosts: &a [a]\n  snis: *a\n"},
		{reason: "an alias of nothing", as: asYAML, text: routeHead + "spec:\n  hosts: *a\n", broken: true},
		{reason: "a merge", as: asYAML, text: routeHead + "spec:\n  <<: {name: a}\n  hosts: [a]\n"},
		{reason: "a merge that is overridden", as: asYAML, text: routeHead + "spec:\n  <<: {name: a}\n  name: b\n"},
		{reason: "a tag", as: asYAML, text: routeHead + "spec:\n  name: !!str 1\n"},
		{reason: "a binary value", as: asYAML, text: routeHead + "spec:\n  name: !!binary YQ==\n"},
		{reason: "a tab for indentation", as: asYAML, text: routeHead + "spec:\n\tname: a\n", broken: true},
		{reason: "a list as a key", as: asYAML, text: routeHead + "spec:\n  ? [a]\n  : b\n", broken: true},
		{reason: "a control character", as: asYAML, text: routeHead + "spec:\n  name: \"\x01\"\n", broken: true},
		{reason: "a document end", as: asYAML, text: routeHead + "spec: {}\n...\n"},
		{reason: "a comment and a marker", as: asYAML, text: "# a\n---\n" + routeHead + "spec: {} # b\n"},
		{reason: "JSON as YAML", as: asYAML, text: routeOpening + `"spec":{"name":"a"}}`},
		{reason: "JSON as YAML, a key twice", as: asYAML, text: routeOpening + `"spec":{"name":"a","name":"b"}}`, want: fields("spec.name")},
	}
}

func testDecoding(t *testing.T, s *server, k *kind) {
	t.Helper()
	if k.Kind != "KongRoute" {
		return // decoding knows no kinds, and the texts are routes
	}
	for _, w := range writings() {
		t.Run(w.reason, func(t *testing.T) {
			_, library := s.check(t, request{kind: k, body: []byte(w.text), contentType: w.as})
			if w.broken {
				assert.True(t, library.undecodable, "%s", library)
				return
			}
			assert.Equal(t, w.want, library.fields, "%s", library)
			assert.Equal(t, w.want == nil, library.accepted)
		})
	}
}
