package deck

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/resolve"
)

// hide puts variables in place of the texts at a path of the fields, and below it.
func (x *entity) hide(path string) {
	within := any(x.fields)
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		object, _ := within.(map[string]any)
		within = object[name]
	}
	object, ok := within.(map[string]any)
	if last := names[len(names)-1]; ok && object[last] != nil {
		object[last] = x.hidden(path, object[last])
	}
}

func (x *entity) hidden(path string, value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = x.hidden(path+"."+name, member)
		}
	case []any:
		for i, item := range value {
			value[i] = x.hidden(path+"."+strconv.Itoa(i), item)
		}
	case string:
		if !x.encoder.options.secrets && !konnectrules.IsVaultReference(value) {
			return x.encoder.variables.add(place{x.node.Key, path}, crd.SecretString(value), false)
		}
	}
	return value
}

// secretText is the text under a key of the Secret that a field leads to; where it is
// secret, or not known, a variable with it.
func (x *entity) secretText(field, key string, isSecret bool) any {
	edge := edgeOf(x.node, field)
	text, known := valueIn(edge, key)
	switch {
	case known && (!isSecret || x.encoder.options.secrets || konnectrules.IsVaultReference(text.Reveal())):
		return text.Reveal()
	case edge.Node != nil && !known:
		x.refuse(field, fmt.Sprintf("%s has no key %q", edge.To, key))
	}
	return x.encoder.variables.add(place{edge.To, key}, text, false)
}

// secretJSON is a value in JSON that an object takes from a Secret, or a variable with it.
func (x *entity) secretJSON(of *resolve.Node, from configurationv1.SecretValue, parse func(string) (any, error)) any {
	edge := edgeOf(of, from.Field)
	text, known := valueIn(edge, from.Key)
	if !known {
		if edge.Node != nil {
			x.encoder.refuse(of.Key, from.Field, fmt.Sprintf("%s has no key %q", edge.To, from.Key))
		}
		return x.encoder.variables.add(place{edge.To, from.Key}, "", true)
	}
	value, err := parse(text.Reveal())
	if err != nil {
		x.encoder.refuse(of.Key, from.Field, fmt.Sprintf("the value under %q of %s is not of the JSON that is needed; a text needs its quotes", from.Key, edge.To))
		return nil
	}
	if x.encoder.options.secrets {
		return value
	}
	compact, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return x.encoder.variables.add(place{edge.To, from.Key}, crd.SecretString(compact), true)
}

// valueIn is the value under a key of the Secret that a reference leads to.
func valueIn(edge resolve.Edge, key string) (crd.SecretString, bool) {
	if edge.Node == nil {
		return "", false
	}
	secret, ok := edge.Node.Object.(interface {
		Value(key string) (crd.SecretString, bool)
	})
	if !ok {
		return "", false
	}
	return secret.Value(key)
}

// place is where a secret value comes from.
type place struct {
	key   crd.Key
	field string
}

// variables are the secret values of a file, by where they come from.
type variables map[place]*variable

type variable struct {
	value crd.SecretString
	// isJSON is true where the variable holds a value with its quotes.
	isJSON bool
	node   *yaml.Node
}

// add returns what stands for a value in the file; its name is known only once all are.
func (v *variables) add(at place, value crd.SecretString, isJSON bool) *yaml.Node {
	if *v == nil {
		*v = variables{}
	}
	if (*v)[at] == nil {
		(*v)[at] = &variable{value: value, isJSON: isJSON, node: &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str"}}
	}
	return (*v)[at].node
}

// named gives all variables their names, and returns these in order with the values. Those
// that would share a name have a digest of their place in it.
func (v variables) named() iter.Seq2[string, crd.SecretString] {
	count := map[string]int{}
	for at := range v {
		count[at.variable()]++
	}
	values := map[string]crd.SecretString{}
	for at, variable := range v {
		name := at.variable()
		if count[name] > 1 {
			sum := sha256.Sum256([]byte(at.key.String() + " " + at.field))
			name += "_" + strings.ToUpper(hex.EncodeToString(sum[:4]))
		}
		values[name] = variable.value
		variable.node.Value = `${{ env "` + name + `" | printf "%q" }}`
		if variable.isJSON {
			variable.node.Value = `${{ env "` + name + `" }}`
		}
	}
	return func(yield func(string, crd.SecretString) bool) {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if !yield(name, values[name]) {
				return
			}
		}
	}
}

// variable is a name such as DECK_APIKEY_SHOP_ALICE_KEY.
func (p place) variable() string {
	kind := strings.TrimPrefix(strings.TrimPrefix(p.key.Kind, "Kong"), "Credential")
	parts := []string{"DECK", kind, p.key.Namespace, p.key.Name, p.field}
	if p.key.Namespace == crd.DefaultNamespace || p.key.Namespace == "" {
		parts = slices.Delete(parts, 2, 3)
	}
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(strings.Join(parts, "_")))
}

// template begins what decK evaluates in a file before it reads it.
const template = "${{"

// hasTemplateKey reports whether a name within a value looks like a template.
func hasTemplateKey(value any) bool {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if strings.Contains(name, template) || hasTemplateKey(member) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(value, hasTemplateKey)
	}
	return false
}

// escaped returns a value in which no text begins what decK would take for a template of
// its own.
func escaped(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = escaped(member)
		}
	case []any:
		for i, item := range value {
			value[i] = escaped(item)
		}
	case []string:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = escaped(item)
		}
		return items
	case map[string][]string:
		object := map[string]any{}
		for name, items := range value {
			object[name] = escaped(items)
		}
		return object
	case string:
		if strings.Contains(value, template) {
			return &yaml.Node{
				Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle,
				Value: strings.ReplaceAll(value, template, template+" `"+template+"` }}"),
			}
		}
	}
	return value
}
