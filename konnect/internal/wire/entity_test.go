package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// pluginShape has a bit of everything: two natural keys, references as their parts, and
// values that are normalised.
func pluginShape() wire.Shape {
	return wire.Shape{
		Name:       "instance_name",
		Unique:     [][]string{{"name", "service", "route"}, {"instance_name"}},
		References: []string{"service", "route", "partials"},
		Normalize:  func(_, value string) string { return strings.ToLower(value) },
	}
}

func key(parts ...string) string { return strings.Join(parts, "\x00") }

func TestDecode(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason, raw, id, name string
		keys                  []string
		refs                  map[string][]string
	}{
		{
			"everything", `{"id":"1","name":"Cors","instance_name":"A","service":{"id":"s"},"route":{"id":"r"},"partials":[{"id":"p"},{"id":"q"}]}`,
			"1", "a", []string{key("cors", "s", "r"), "a"}, map[string][]string{"service": {"s"}, "route": {"r"}, "partials": {"p", "q"}},
		},
		{"no references: they are values of the key", `{"id":"1","name":"cors"}`, "1", "", []string{key("cors", "", ""), ""}, nil},
		{"null is absent", `{"id":"1","name":null,"service":null,"partials":null,"tags":null,"labels":null}`, "1", "", []string{"", ""}, nil},
		{"a list of ids", `{"id":"1","partials":["p","q"]}`, "1", "", []string{"", ""}, map[string][]string{"partials": {"p", "q"}}},
		{"an empty reference", `{"id":"1","service":{},"partials":[]}`, "1", "", []string{"", ""}, nil},
		{"a reference with more than the id", `{"id":"1","route":{"name":"x","id":"r","tags":[{"a":"}"}]}}`, "1", "", []string{"", ""}, map[string][]string{"route": {"r"}}},
		{
			"blanks, escapes and nesting", " {\n\t\"na\\u006de\" : \"a\\\"}\\u00e9\" , \"config\":{\"id\":\"no\",\"x\":[1,{\"name\":\"]\"}]},\r\n\"id\":\"1\" } ",
			"1", "", []string{key(`a"}é`, "", ""), ""}, nil,
		},
		{"other alphabets", `{"id":"1","instance_name":"ÄÖ"}`, "1", "äö", []string{"", "äö"}, nil},
		{"the last of two counts", `{"id":"0","id":"1","instance_name":"a","instance_name":"b"}`, "1", "b", []string{"", "b"}, nil},
		{"an empty object", `{}`, "", "", []string{"", ""}, nil},
		{"null", `null`, "", "", []string{"", ""}, nil},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			e, err := wire.Decode(json.RawMessage(c.raw), pluginShape())
			require.NoError(t, err)
			assert.Equal(t, c.id, e.ID)
			assert.Equal(t, c.name, e.Name)
			assert.Equal(t, c.keys, e.Keys)
			for _, field := range pluginShape().References {
				assert.Equal(t, c.refs[field], e.Refs(field), field)
				if ids := c.refs[field]; len(ids) > 0 {
					assert.Equal(t, ids[0], e.Ref(field))
				} else {
					assert.Empty(t, e.Ref(field))
				}
			}
			assert.Equal(t, c.raw, string(e.Raw))
			assert.True(t, e.Marks.Unmarked())
		})
	}
}

func TestDecodeReadsMarks(t *testing.T) {
	t.Parallel()
	for reason, raw := range map[string]string{
		"tags":   `{"id":"1","tags":["a","managed-by:konnectkit","managed-owner:me","managed-key:k","k8s-name:ä"]}`,
		"labels": `{"id":"1","labels":{"a":"b","managed-by":"konnectkit","managed-owner":"me","managed-key":"k","k8s-name":"ä"}}`,
	} {
		e, err := wire.Decode(json.RawMessage(raw), wire.Shape{})
		require.NoError(t, err, reason)
		assert.True(t, e.Marks.Ours("me"), reason)
		assert.Equal(t, "k", e.Marks.Key, reason)
		assert.Equal(t, "ä", e.Marks.Name, reason)
		object, err := e.Object()
		require.NoError(t, err)
		assert.Equal(t, "1", object["id"])
	}
}

func TestDecodeUnwraps(t *testing.T) {
	t.Parallel()
	s := wire.Shape{Name: "name", Wrapper: "consumer_group"}
	for reason, raw := range map[string]string{
		"in the wrapper": `{"consumers":[{"id":"x","name":"y"}],"consumer_group":{"id":"1","name":"gold"}}`,
		"bare":           `{"id":"1","name":"gold"}`,
	} {
		e, err := wire.Decode(json.RawMessage(raw), s)
		require.NoError(t, err, reason)
		assert.Equal(t, "1", e.ID, reason)
		assert.Equal(t, "gold", e.Name, reason)
		object, err := e.Object()
		require.NoError(t, err, reason)
		assert.Equal(t, map[string]any{"id": "1", "name": "gold"}, object, reason)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	cases := []struct{ reason, raw, want string }{
		{"nothing", ``, "decode entity: unexpected end of JSON input"},
		{"half an entity", `{"id":"1"`, "decode entity: unexpected end of JSON input"},
		{"two of them", `{"id":"1"}{}`, "decode entity: invalid character '{' after top-level value"},
		{"a text", `"x"`, "decode entity: json: cannot unmarshal string"},
		{"a list", `[{"id":"1"}]`, "decode entity: json: cannot unmarshal array"},
		{"a number as id", `{"id":1}`, "decode entity: id: json: cannot unmarshal number"},
		{"a number as name", `{"id":"1","instance_name":1}`, "decode entity: instance_name: json: cannot unmarshal number"},
		{"an object as tags", `{"id":"1","tags":{}}`, "decode entity: tags: json: cannot unmarshal object"},
		{"a number as tag", `{"id":"1","tags":["a",1]}`, "decode entity: tags: json: cannot unmarshal number"},
		{"a list as labels", `{"id":"1","labels":[]}`, "decode entity: labels: json: cannot unmarshal array"},
		{"a number as reference", `{"id":"1","service":5}`, "decode entity: service: json: cannot unmarshal number"},
		{"a number as reference's id", `{"id":"1","service":{"id":5}}`, "decode entity: service: json: cannot unmarshal number"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			_, err := wire.Decode(json.RawMessage(c.raw), pluginShape())
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// FuzzDecode holds the scanner against encoding/json.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"id":"1","name":"a","tags":["b:c"],"service":{"id":"s"}}`, `{"a":[{"b":"\\\""}],"id":"\u00e9"}`, `[]`, `null`, ` {} `, "{\"id\":\"\xff\"}",
		`{"service":{"id":"s","x":{}},"id":"1"}`, `{"x":-1.5e3,"y":true,"id":"z"}`, `{"partials":[["a"],{"id":["b"]}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		e, err := wire.Decode(json.RawMessage(raw), pluginShape())
		var want map[string]json.RawMessage
		if wantErr := json.Unmarshal([]byte(raw), &want); wantErr != nil {
			require.Error(t, err)
			return
		}
		text := func(name string) (value string, isText bool) {
			isText = want[name] == nil || json.Unmarshal(want[name], &value) == nil
			return value, isText
		}
		id, idIsText := text("id")
		name, nameIsText := text("instance_name")
		if !idIsText || !nameIsText {
			require.Error(t, err)
			return
		}
		if err == nil {
			assert.Equal(t, id, e.ID)
			assert.Equal(t, strings.ToLower(name), e.Name)
		}
	})
}

// sample is an entity as Konnect returns it.
func sample(i int) string {
	return fmt.Sprintf(`{"id":"%032d","name":"route-%d","paths":["/a/%d","/b"],"hosts":["a.example.com"],"headers":null,`+
		`"https_redirect_status_code":426,"methods":["GET","POST"],"path_handling":"v0","preserve_host":false,"protocols":["http","https"],`+
		`"regex_priority":0,"request_buffering":true,"response_buffering":true,"strip_path":true,"created_at":1767225600,"updated_at":1767225600,`+
		`"service":{"id":"%032d"},"tags":["team:a","managed-by:konnectkit","managed-owner:default",`+
		`"managed-key:5d1f2f0c-6a55-5f0e-9a3c-2b8c1f6e7d41","k8s-name:route-%d","k8s-namespace:default","k8s-kind:KongRoute"]}`, i, i, i, i, i)
}

func routeShape() wire.Shape {
	return wire.Shape{Name: "name", Unique: [][]string{{"name"}}, References: []string{"service"}}
}

func BenchmarkDecode(b *testing.B) {
	raw := json.RawMessage(sample(1))
	b.Run("wire", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := wire.Decode(raw, routeShape()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		type reference struct {
			ID string `json:"id"`
		}
		for b.Loop() {
			var e struct {
				ID, Name string
				Service  reference         `json:"service"`
				Tags     []string          `json:"tags"`
				Labels   map[string]string `json:"labels"`
			}
			if err := json.Unmarshal(raw, &e); err != nil {
				b.Fatal(err)
			}
		}
	})
}
