package deck

import (
	"cmp"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/fromentity"
)

// isFormat reports whether the file is of the format that is read.
func (d *decoder) isFormat(members []member, line int) bool {
	const convert = `; "deck file convert" makes that of older files`
	at := slices.IndexFunc(members, func(m member) bool { return m.name == "_format_version" })
	switch {
	case at < 0:
		d.report(line, "", "_format_version", "must be set, to \""+formatVersion+"\""+convert)
	case members[at].value.Value != formatVersion:
		d.report(members[at].line, "", "_format_version", "must be \""+formatVersion+"\""+convert)
	default:
		return true
	}
	return false
}

// head reads what the file says of itself and of all entities.
func (d *decoder) head(members []member) {
	for _, m := range members {
		at := (*spot)(nil).key(m.name)
		switch m.name {
		case "_format_version", "_comment", "_ignore":
		case "_info":
			d.info(m.value, at)
		case "_konnect":
			d.konnect(m.value, at)
		case "_plugin_configs":
			d.configs = d.named(m.value, at)
		case "_transform":
			if on, ok := d.value(m.value, at).(bool); ok && !on {
				d.report(m.line, "", m.name, "must be true, or left out, as for decK")
			}
		case "_workspace":
			d.report(m.line, "", m.name, "konnect has no workspaces; take it out")
		default:
			if m.name[:min(1, len(m.name))] == "_" {
				d.report(m.line, "", m.name, "is no field of a decK file that is known")
			}
		}
	}
}

func (d *decoder) konnect(node *yaml.Node, at *spot) {
	for _, m := range d.members(node, at) {
		name, isText := d.value(m.value, at.key(m.name)).(string)
		switch {
		case m.name != "control_plane_name" && m.name != "runtime_group_name":
			d.report(m.line, at.String(), m.name, "is no field that is known")
		case !isText:
			d.report(m.line, at.String(), m.name, "must be a text")
		default:
			d.file.ControlPlaneName = cmp.Or(name, d.file.ControlPlaneName)
		}
	}
}

func (d *decoder) info(node *yaml.Node, at *spot) {
	for _, m := range d.members(node, at) {
		switch m.name {
		case "select_tags":
			d.file.SelectTags = canon.Texts(d.value(m.value, at.key(m.name)))
		case "defaults":
			d.defaults = d.named(m.value, at.key(m.name))
		case "default_lookup_tags":
			// What is looked up is missed where something refers to it.
		default:
			if on, ok := d.value(m.value, at.key(m.name)).(bool); on || !ok {
				d.report(m.line, at.String(), m.name, "cannot be honoured; take it out")
			}
		}
	}
}

// named are objects by name.
func (d *decoder) named(node *yaml.Node, at *spot) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, m := range d.members(node, at) {
		object, ok := d.value(m.value, at.key(m.name)).(map[string]any)
		if !ok {
			d.report(m.line, at.String(), m.name, "must be an object")
		}
		all[m.name] = object
	}
	return all
}

// planeKey is what objects call their control plane; empty after a problem.
func (d *decoder) planeKey() crd.Key {
	key := d.options.plane
	if key.Name == "" {
		key.Name = fromentity.ObjectName(d.file.ControlPlaneName)
	}
	if key.Name == "" {
		d.report(0, "", "_konnect.control_plane_name", "must be set, or else an object be named with InControlPlane")
		key.Name = "missing"
	}
	return key
}
