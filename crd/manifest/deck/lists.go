package deck

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
)

// list is one of entities in a file.
type list struct {
	// collection in Konnect's paths; empty where no object is of the kind.
	collection string
	// as is the field by which an entity of the list refers to the one that it lies below.
	as string
	// below are the lists below each entity.
	below map[string]list
	// defaults is the name of those in _info; empty for none.
	defaults string
	// shape brings the fields to the form that Konnect has; nil for nothing.
	shape func(*decoder, *found)
	// called are the fields that an object is named after, of which the first counts that is
	// there, and suffix is what its name has beside that of the entity above.
	called []string
	suffix string
	// idle are the fields that no object has, with the values by which they say nothing.
	idle map[string]any
}

// lists are those of a file.
func lists() map[string]list {
	none, named := list{}, []string{"name"}
	plugins := func(of string) list {
		return list{collection: pluginCollection, as: of, shape: (*decoder).shapePlugin, called: named, idle: map[string]any{"run_on": "first"}}
	}
	routes := func(of string) list {
		return list{collection: "routes", as: of, defaults: "route", shape: (*decoder).fillProtocols, called: named, below: map[string]list{
			"plugins": plugins("route"), "filter_chains": none,
		}}
	}
	credential := func(collection, suffix string, called ...string) list {
		return list{collection: collection, as: "consumer", suffix: suffix, called: called}
	}
	return map[string]list{
		"services": {collection: "services", defaults: "service", shape: (*decoder).takeURLApart, called: named, below: map[string]list{
			"routes": routes("service"), "plugins": plugins("service"), "filter_chains": none,
		}},
		"routes": routes(""),
		"upstreams": {collection: "upstreams", defaults: "upstream", shape: (*decoder).fillHealthchecks, called: named, below: map[string]list{
			"targets": {collection: "targets", as: "upstream", defaults: "target", suffix: "target", called: []string{"target"}, idle: map[string]any{"failover": false}},
		}},
		"consumers": {collection: "consumers", called: []string{"username", "custom_id"}, below: map[string]list{
			"plugins":               plugins("consumer"),
			"keyauth_credentials":   credential("key-auths", "key"),
			"basicauth_credentials": {collection: "basic-auths", as: "consumer", suffix: "basic-auth", shape: (*decoder).checkPassword},
			"hmacauth_credentials":  credential("hmac-auths", "hmac"),
			"jwt_secrets":           credential("jwts", "jwt"),
			"acls":                  credential("acls", "acl", "group"),
			"oauth2_credentials":    none,
			"mtls_auth_credentials": none,
		}},
		"consumer_groups": {collection: "consumer_groups", called: named, below: map[string]list{
			"plugins": plugins("consumer_group"), "consumers": {collection: "consumers", as: membership, called: []string{"username", "custom_id"}},
		}},
		"plugins": plugins(""),
		"certificates": {collection: "certificates", below: map[string]list{
			"snis": {collection: "snis", as: "certificate", called: named},
		}},
		"ca_certificates": {collection: "ca_certificates"},
		"key_sets":        {collection: "key-sets", called: named},
		"keys":            {collection: "keys", called: []string{"name", "kid"}},
		"vaults":          {collection: vaultCollection, called: []string{"prefix"}},
		"ai_models":       none, "cloned_plugins": none, "custom_entities": none, "custom_plugins": none, "filter_chains": none,
		"licenses": none, "partials": none, "rbac_roles": none, "service_packages": none,
	}
}

// Collections whose entities differ from others.
const (
	pluginCollection = "plugins"
	vaultCollection  = "vaults"
)

// membership is how consumers refer to the groups that they are in.
const membership = "groups"

// found is an entity of the file.
type found struct {
	list   list
	node   *yaml.Node
	at     *spot
	fields map[string]any
	above  *found
	// order is its place among its siblings, from 0.
	order int
	// name of its object; own is the one that marks of konnectkit say, if any do.
	name, own string
	// handle is unlike that of any other entity, and unlike all names and IDs.
	handle string
}

// list reads a key of the file, or of an entity, that may be a list of entities, and reports
// whether it is one.
func (d *decoder) list(m member, above *spot, known map[string]list, parent *found) bool {
	l, isList := known[m.name]
	if !isList {
		if parent == nil && !strings.HasPrefix(m.name, "_") {
			d.report(m.line, m.name, "", "decK's files have no such list, or there is no kind for its entities")
		}
		return false
	}
	at := above.key(m.name)
	for i, item := range d.items(m.value, at) {
		if l.collection == "" {
			d.report(item.Line, at.item(i).String(), "", "there is no kind for it; take it out of the file")
			continue
		}
		d.entity(item, at.item(i), l, parent, i)
	}
	return true
}

// entity reads one entity and what lies below it.
func (d *decoder) entity(node *yaml.Node, at *spot, l list, above *found, order int) {
	x := &found{list: l, node: d.behind(node), at: at, fields: map[string]any{}, above: above, order: order}
	if l.as == membership {
		d.joining = append(d.joining, x)
	} else {
		d.keep(x)
	}
	for _, m := range d.members(x.node, at) {
		if !d.list(m, at, l.below, x) {
			x.fields[m.name] = d.value(m.value, at.key(m.name))
		}
	}
	d.tag(x) // before the defaults, which give tags only to what has none, select tags included
	fill(x.fields, d.defaults[l.defaults], false)
	if l.shape != nil {
		l.shape(d, x)
	}
	if above == nil || l.as == membership {
		return
	}
	if x.fields[l.as] != nil {
		d.report(d.lineOf(x.node, l.as), at.String(), l.as, "must be left out below "+above.at.String())
	}
	x.fields[l.as] = map[string]any{"id": above.handle}
}

// keep takes an entity into those of the file.
func (d *decoder) keep(x *found) {
	x.handle = "\x00" + strconv.Itoa(len(d.found))
	d.found = append(d.found, x)
}

// fill gives an object what others have and it has not, at any depth. A null counts as a
// value where nulls do.
func fill(object, others map[string]any, nulls bool) {
	for name, value := range others {
		own, has := object[name]
		if !has || own == nil && !nulls {
			object[name] = copied(value)
			continue
		}
		within, isObject := value.(map[string]any)
		if below, both := own.(map[string]any); isObject && both {
			fill(below, within, nulls)
		}
	}
}

// copied is a value whose objects are not shared.
func copied(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	own := map[string]any{}
	fill(own, object, true)
	return own
}

// tag adds the select tags, and takes the marks of konnectkit away, which Ensure sets anew.
func (d *decoder) tag(x *found) {
	tags, isList := x.fields["tags"].([]any)
	if !isList && x.fields["tags"] != nil {
		return // of the wrong type, as is said later
	}
	for _, tag := range d.file.SelectTags {
		if !slices.Contains(tags, any(tag)) {
			tags = append(tags, tag)
		}
	}
	x.own = markedName(tags)
	tags = slices.DeleteFunc(slices.Clone(tags), func(tag any) bool {
		text, ok := tag.(string)
		return ok && marks.Is(text)
	})
	if len(tags) > 0 {
		x.fields["tags"] = tags
	} else {
		delete(x.fields, "tags")
	}
}

// markedName is the name of the object that the marks among tags are of; empty where there
// are none, or where they say only a part of the name.
func markedName(tags []any) string {
	o := marks.Read(canon.Texts(tags), nil)
	key := crd.Key{Group: crd.ConfigurationGroup, Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}
	if key.Name == "" || marks.KeyOf(key) != o.Key {
		return ""
	}
	return key.Name
}
