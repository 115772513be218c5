package deck

import (
	"encoding/hex"
	"slices"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// takeURLApart writes the fields that a url stands for.
func (d *decoder) takeURLApart(x *found) {
	url, given := x.fields["url"]
	if !given {
		return
	}
	delete(x.fields, "url")
	text, _ := url.(string)
	parts, err := konnectrules.ParseServiceURL(text)
	if err != nil {
		d.report(d.lineOf(x.node, "url"), x.at.String(), "url", err.Error())
		return
	}
	x.fields["protocol"], x.fields["host"], x.fields["port"] = parts.Protocol, parts.Host, parts.Port
	if parts.Path != "" {
		x.fields["path"] = parts.Path
	}
}

// fillHealthchecks says what Konnect takes for granted, and the CRD wants to be said of each
// check that is described.
func (d *decoder) fillHealthchecks(x *found) {
	if checks, ok := x.fields["healthchecks"].(map[string]any); ok {
		fillSingle(checks, konnectrules.HealthcheckDefaults())
	}
}

// fillSingle gives an object the defaults of single values that it has not, at any depth.
func fillSingle(object, defaults map[string]any) {
	for name, value := range defaults {
		switch value := value.(type) {
		case []any:
		case map[string]any:
			if below, ok := object[name].(map[string]any); ok {
				fillSingle(below, value)
			}
		default:
			if object[name] == nil {
				object[name] = value
			}
		}
	}
}

// fillProtocols gives a route decK's default.
func (d *decoder) fillProtocols(x *found) {
	if x.fields["protocols"] == nil {
		x.fields["protocols"] = []any{"http", "https"}
	}
}

// shapePlugin completes a plugin that is described elsewhere in the file too, and leaves out
// the protocols that many types of plugins have by default: KongPlugin knows two of them not,
// and without any means the default.
func (d *decoder) shapePlugin(x *found) {
	protocols := canon.Texts(x.fields["protocols"])
	slices.Sort(protocols)
	if slices.Equal(protocols, []string{"grpc", "grpcs", "http", "https", "ws", "wss"}) {
		delete(x.fields, "protocols")
	}
	d.fillConfig(x)
}

// fillConfig completes the configuration of a plugin with one of the file that it names.
func (d *decoder) fillConfig(x *found) {
	name, given := x.fields["_config"]
	if !given {
		return
	}
	delete(x.fields, "_config")
	text, _ := name.(string)
	shared, known := d.configs[text]
	if !known {
		d.report(d.lineOf(x.node, "_config"), x.at.String(), "_config", "names none of _plugin_configs")
		return
	}
	if x.fields["config"] == nil {
		x.fields["config"] = map[string]any{}
	}
	if config, ok := x.fields["config"].(map[string]any); ok {
		fill(config, shared, true)
	}
}

// checkPassword refuses what Konnect has made of a password, which is what decK dumps: written
// back it would be taken for the password itself.
func (d *decoder) checkPassword(x *found) {
	const sha1Length = 20
	if sum, err := hex.DecodeString(text(x.fields["password"])); err == nil && len(sum) == sha1Length {
		d.report(d.lineOf(x.node, "password"), x.at.String(), "password",
			"looks like the hash of a password, as decK dumps it, and konnect would take it for the password; give that")
	}
}
