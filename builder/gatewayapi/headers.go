package gatewayapi

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// modifiers change headers; values are those of Kong's transformers: name:value.
type modifiers struct{ set, add, remove []string }

func (m modifiers) empty() bool { return len(m.set)+len(m.add)+len(m.remove) == 0 }

// config is that of a transformer: what is set replaces a header, or is added where
// there is none.
func (m modifiers) config() map[string]any {
	config := map[string]any{}
	if len(m.remove) > 0 {
		config["remove"] = map[string]any{"headers": m.remove}
	}
	if len(m.set) > 0 {
		config["replace"] = map[string]any{"headers": m.set}
		config["add"] = map[string]any{"headers": m.set}
	}
	if len(m.add) > 0 {
		config["append"] = map[string]any{"headers": m.add}
	}
	return config
}

func (r *rule) addRequestHeaders(at *field.Path, spec *gatewayv1.HTTPHeaderFilter) {
	for _, headers := range [][]gatewayv1.HTTPHeader{spec.Set, spec.Add} {
		for _, h := range headers {
			if isTemplate(h.Value) {
				r.unsupported(at, "the gateway would take the value of "+string(h.Name)+" for a template, since it holds $(")
			}
		}
	}
	r.addHeaders(at, &r.action.request, spec)
}

// isTemplate reports whether the plugin request-transformer evaluates a value.
func isTemplate(value string) bool { return strings.Contains(value, "$(") }

// addHeaders adds what a filter sets, adds and removes.
func (r *rule) addHeaders(at *field.Path, to *modifiers, spec *gatewayv1.HTTPHeaderFilter) {
	to.set = append(to.set, r.pairs(at.Child("set"), spec.Set)...)
	to.add = append(to.add, r.pairs(at.Child("add"), spec.Add)...)
	for i, name := range spec.Remove {
		r.checkHeaderName(at.Child("remove").Index(i), name)
	}
	to.remove = append(to.remove, spec.Remove...)
}

// pairs returns headers as the plugins have them; of a name that comes twice, the first
// counts, as the Gateway API says.
func (r *rule) pairs(at *field.Path, headers []gatewayv1.HTTPHeader) []string {
	var pairs []string
	known := map[string]bool{}
	for i, h := range headers {
		at, name := at.Index(i), strings.ToLower(string(h.Name))
		if known[name] {
			continue
		}
		known[name] = true
		r.checkHeaderName(at.Child("name"), string(h.Name))
		if h.Value == "" || h.Value[0] == ':' {
			r.unsupported(at.Child("value"), "the gateway can set no value that is empty or begins with a colon")
		}
		pairs = append(pairs, string(h.Name)+":"+h.Value)
	}
	return pairs
}

func (r *rule) checkHeaderName(at *field.Path, name string) {
	for _, problem := range konnectrules.CheckHeaderName(at, name) {
		r.unsupported(at, problem.Detail)
	}
}
