package dataplane

import (
	"cmp"
	"encoding/json"
	"slices"
)

// pluginEntity is a plugin as the control plane has it.
type pluginEntity struct {
	ID            string          `json:"id"`
	Name          string          `json:"name"`
	InstanceName  string          `json:"instance_name"`
	Enabled       *bool           `json:"enabled"`
	Protocols     []string        `json:"protocols"`
	Config        json.RawMessage `json:"config"`
	Service       *reference      `json:"service"`
	Route         *reference      `json:"route"`
	Consumer      *reference      `json:"consumer"`
	ConsumerGroup *reference      `json:"consumer_group"`
}

// plugins are those that are enabled, in the order of their names.
type plugins []pluginEntity

func newPlugins(all []pluginEntity) plugins {
	out := slices.DeleteFunc(all, func(p pluginEntity) bool { return p.Enabled != nil && !*p.Enabled })
	slices.SortStableFunc(out, func(a, b pluginEntity) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// missing are the plugins that the request goes through and that are not simulated.
func (ps plugins) missing(x *exchange) []string {
	var out []string
	for i := range ps {
		if ps[i].concerns(x) {
			out = append(out, ps[i].title(x.state))
		}
	}
	return out
}

// concerns reports whether a request goes through the plugin. One of a consumer or a group
// needs a plugin that authenticates, which is missing itself.
func (p *pluginEntity) concerns(x *exchange) bool {
	if p.Consumer != nil || p.ConsumerGroup != nil {
		return false
	}
	if len(p.Protocols) > 0 && !slices.Contains(p.Protocols, x.query.Protocol) {
		return false
	}
	if p.Route != nil && p.Route.ID != x.match.Route.ID {
		return false
	}
	return p.Service == nil || x.service != nil && x.service.entity.ID == p.Service.ID
}

func (ps plugins) unsupported(s *state) []string {
	var out []string
	for i := range ps {
		out = append(out, ps[i].title(s))
	}
	return out
}

// title names a plugin and what it is attached to.
func (p *pluginEntity) title(s *state) string {
	text := "plugin " + p.Name
	if p.InstanceName != "" {
		text += " (" + p.InstanceName + ")"
	}
	if id := p.Route.id(); id != "" {
		text += " of route " + nameOf(s.names[id], id)
	}
	if id := p.Service.id(); id != "" {
		text += " of service " + nameOf(s.names[id], id)
	}
	if id := p.Consumer.id(); id != "" {
		text += " of consumer " + nameOf(s.names[id], id)
	}
	if id := p.ConsumerGroup.id(); id != "" {
		text += " of consumer group " + nameOf(s.names[id], id)
	}
	return text
}
