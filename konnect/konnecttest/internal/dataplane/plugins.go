package dataplane

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
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

// plugin is one that is enabled.
type plugin struct {
	pluginEntity
	effect
	// missing is what of it is not simulated: nothing, itself, or fields of its configuration.
	missing string
}

// effect is what a plugin does; without a part that it has no say in.
type effect struct {
	// request is for what comes before a request is proxied. It reports whether it has
	// answered. The exchange knows the plugin.
	request func(x *exchange) bool
	// response changes the headers of an answer, of a target or of the gateway itself.
	response func(x *exchange, header http.Header)
}

// simulation is a plugin that is simulated.
type simulation struct {
	// priority is the gateway's own: the highest goes first.
	priority int
	// from reads a configuration. Missing is the field that is not simulated.
	from func(config json.RawMessage) (does effect, missing string, err error)
}

func simulations() map[string]simulation {
	return map[string]simulation{
		"correlation-id":        {priority: 100001, from: correlationFrom},
		"cors":                  {priority: 2000, from: corsFrom},
		"key-auth":              {priority: 1250, from: keyAuthFrom},
		"basic-auth":            {priority: 1100, from: basicAuthFrom},
		"ip-restriction":        {priority: 990, from: ipRestrictionFrom},
		"request-size-limiting": {priority: 951, from: sizeLimitFrom},
		"acl":                   {priority: 950, from: aclFrom},
		"rate-limiting":         {priority: 910, from: rateLimitFrom},
		"request-transformer":   {priority: 801, from: requestTransformerFrom},
		"response-transformer":  {priority: 800, from: responseTransformerFrom},
		"redirect":              {priority: 779, from: redirectFrom},
		"request-termination":   {priority: 2, from: requestTerminationFrom},
	}
}

// plugins are all of one name; the names are in the order in which they run. Those that are not
// simulated come first: a request that meets one is answered before anything is done.
type plugins [][]*plugin

func newPlugins(d *decoder) plugins {
	known, byName := simulations(), map[string][]*plugin{}
	for _, entity := range decode[pluginEntity](d, "plugins") {
		if entity.Enabled != nil && !*entity.Enabled {
			continue
		}
		p := &plugin{pluginEntity: entity, missing: "plugin " + entity.Name}
		if simulated, ok := known[entity.Name]; ok {
			does, missing, err := simulated.from(entity.Config)
			switch {
			case err != nil:
				p.missing += ": config"
			case missing != "":
				p.missing += ": config." + missing
			default:
				p.effect, p.missing = does, ""
			}
		}
		byName[entity.Name] = append(byName[entity.Name], p)
	}
	out := make(plugins, 0, len(byName))
	for _, all := range byName {
		slices.SortStableFunc(all, func(a, b *plugin) int { return cmp.Compare(a.rank(), b.rank()) })
		out = append(out, all)
	}
	slices.SortFunc(out, func(a, b []*plugin) int {
		return cmp.Or(cmp.Compare(known[b[0].Name].priority, known[a[0].Name].priority), cmp.Compare(a[0].Name, b[0].Name))
	})
	return out
}

// rank is lower for what a plugin is attached to more closely. Of one name a gateway runs the
// closest alone.
func (p *plugin) rank() int {
	has := func(r *reference) string {
		if r != nil {
			return "x"
		}
		return "-"
	}
	order := []string{ // consumer, group, route, service
		"x-xx", "-xxx", "x-x-", "x--x", "-xx-", "-x-x", "--xx", "x---", "-x--", "--x-", "---x", "----",
	}
	return slices.Index(order, has(p.Consumer)+has(p.ConsumerGroup)+has(p.Route)+has(p.Service))
}

// missing are the plugins that the request goes through and that are not simulated, as far as
// that is known before anybody is authenticated.
func (ps plugins) missing(x *exchange) []string {
	var out []string
	for _, all := range ps {
		if p := x.pick(all); p != nil && p.missing != "" {
			out = append(out, p.title(x.state))
		}
	}
	slices.Sort(out)
	return out
}

// run goes through the plugins and reports whether one has answered.
func (ps plugins) run(x *exchange) bool {
	x.entered = true
	for _, all := range ps {
		p := x.pick(all)
		x.plugin = p
		switch {
		case p == nil:
		case p.missing != "": // of a consumer that is known by now
			x.beyond([]string{p.title(x.state)})
			return true
		case p.request != nil && p.request(x):
			return true
		}
	}
	return false
}

// respond lets the plugins that the request goes through change the headers of an answer:
// also those that come after the one that has answered.
func (ps plugins) respond(x *exchange, header http.Header) {
	if !x.entered { // no route, so that none is a plugin's
		return
	}
	for _, all := range ps {
		if p := x.pick(all); p != nil && p.response != nil {
			p.response(x, header)
		}
	}
}

// pick is the plugin of a name that the request goes through; nil for none.
func (x *exchange) pick(all []*plugin) *plugin {
	for _, p := range all {
		if p.concerns(x) {
			return p
		}
	}
	return nil
}

// concerns reports whether a request goes through the plugin, unless a closer one does it.
func (p *plugin) concerns(x *exchange) bool {
	switch {
	case len(p.Protocols) > 0 && !slices.Contains(p.Protocols, x.query.Protocol):
	case p.Consumer != nil && p.Consumer.ID != x.consumer:
	case p.ConsumerGroup != nil && !slices.Contains(x.state.consumers.groups[x.consumer], p.ConsumerGroup.ID):
	case p.Route != nil && p.Route.ID != x.match.Route.ID:
	case p.Service != nil && (x.service == nil || x.service.entity.ID != p.Service.ID):
	default:
		return true
	}
	return false
}

func (ps plugins) unsupported(s *state) []string {
	var out []string
	for _, all := range ps {
		for _, p := range all {
			if p.missing != "" {
				out = append(out, p.title(s))
			}
		}
	}
	return out
}

// title names what is missing and what the plugin is attached to.
func (p *plugin) title(s *state) string {
	var text strings.Builder
	text.WriteString(p.missing)
	if p.InstanceName != "" {
		text.WriteString(" (" + p.InstanceName + ")")
	}
	for _, to := range []struct {
		what string
		*reference
	}{{"route", p.Route}, {"service", p.Service}, {"consumer", p.Consumer}, {"consumer group", p.ConsumerGroup}} {
		if id := to.id(); id != "" {
			text.WriteString(" of " + to.what + " " + nameOf(s.names[id], id))
		}
	}
	return text.String()
}
