package kinds

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/jsonpointer"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// configOf is the configuration of a plugin with what comes from Secrets, which are among
// the objects. Errors name the field and the Secret, and say no value.
func configOf(p configurationv1.Plugin, objects map[string]crd.Object) (map[string]any, error) {
	if p.From != nil {
		return configFrom(*p.From, objects)
	}
	var config any = map[string]any{}
	if p.Config != "" {
		var err error
		if config, err = canon.Value([]byte(p.Config.Reveal())); err != nil {
			return nil, errors.New("config: it is no JSON")
		}
	}
	for i, patch := range p.Patches {
		text, err := secretValue(patch.SecretValue, objects)
		if err != nil {
			return nil, err
		}
		value, err := canon.Value([]byte(text.Reveal()))
		if err != nil {
			return nil, fmt.Errorf("%s: the value of key %q of %s is no JSON; a text needs its quotes", patch.Field, patch.Key, patch.Secret)
		}
		if config, err = jsonpointer.Added(config, patch.Path, value); err != nil {
			return nil, fmt.Errorf("configPatches[%d].path: %w", i, err)
		}
	}
	object, ok := config.(map[string]any)
	if !ok {
		return nil, errors.New("config: with its patches it is no object")
	}
	return object, nil
}

func configFrom(from configurationv1.SecretValue, objects map[string]crd.Object) (map[string]any, error) {
	text, err := secretValue(from, objects)
	if err != nil {
		return nil, err
	}
	raw := []byte(text.Reveal())
	if !json.Valid(raw) { // not all JSON is YAML to a reader of YAML
		if raw, err = yaml.YAMLToJSON(raw); err != nil {
			raw = nil
		}
	}
	config, err := canon.Decode(raw)
	if err != nil || config == nil {
		return nil, fmt.Errorf("%s: the value of key %q of %s is no object in JSON or YAML", from.Field, from.Key, from.Secret)
	}
	return config, nil
}

func secretValue(from configurationv1.SecretValue, objects map[string]crd.Object) (crd.SecretString, error) {
	secret, ok := objects[configurationv1alpha1.PluginRefField+"/"+from.Field].(interface {
		Value(key string) (crd.SecretString, bool)
	})
	if !ok {
		return "", fmt.Errorf("%s: there is no %s", from.Field, from.Secret)
	}
	text, ok := secret.Value(from.Key)
	if !ok {
		return "", fmt.Errorf("%s: %s has no key %q", from.Field, from.Secret, from.Key)
	}
	if !utf8.ValidString(text.Reveal()) {
		return "", fmt.Errorf("%s: %s of %s %s", from.Field, from.Key, from.Secret, konnectrules.NoText)
	}
	return text, nil
}

// sourceOf is the field of a plugin from which one of its entity comes, with the path in
// the configuration where that is from a Secret.
func sourceOf(p configurationv1.Plugin, path string) string {
	name, _, _ := strings.Cut(path, ".")
	switch name, _, _ := strings.Cut(name, "["); name {
	case "name":
		return "plugin"
	case "enabled":
		return "disabled"
	case "instance_name", "protocols", "ordering":
		return path
	case "config":
	default:
		return ""
	}
	if p.From != nil {
		return path + " of " + p.From.Field
	}
	for _, patch := range slices.Backward(p.Patches) {
		if isWithin(path, patch.Path) {
			return path + " of " + patch.Field
		}
	}
	return path
}

// isWithin reports whether a path such as config.add.headers[0] leads to what a JSON pointer
// into the configuration leads to, or into that.
func isWithin(path, pointer string) bool {
	at := strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(path), ".")[1:]
	if pointer == "" {
		return true
	}
	tokens := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	if len(tokens) > len(at) {
		return false
	}
	for i, token := range tokens {
		if name := jsonpointer.Unescape(token); name != at[i] && name != "-" {
			return false
		}
	}
	return true
}

// hiddenBy are the paths of an entity that a plugin takes from Secrets.
func hiddenBy(p configurationv1.Plugin) []string {
	var hidden []string
	if p.From != nil {
		hidden = append(hidden, "config")
	}
	for _, patch := range p.Patches {
		path := []string{"config"}
		for token := range strings.SplitSeq(strings.TrimPrefix(patch.Path, "/"), "/") {
			_, err := strconv.Atoi(token)
			if token == "" || token == "-" || err == nil {
				break // all of a list
			}
			path = append(path, jsonpointer.Unescape(token))
		}
		hidden = append(hidden, strings.Join(path, "."))
	}
	return hidden
}
