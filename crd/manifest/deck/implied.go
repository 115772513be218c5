package deck

import (
	"cmp"
	"context"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/implication"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/resolve"
)

// naming is a source, such as a plugin, with the objects of one namespace and control plane
// that name it.
type naming struct {
	source, controlPlane *resolve.Node
	named                crd.Key
	field                string
	carriers             []crd.Object
}

// imply returns the graph with what annotations and lists of Secrets stand for, and notes
// the marks by which konnectkit knows that.
func (e *encoder) imply(graph *resolve.Graph) *resolve.Graph {
	var objects []crd.Object
	for _, node := range graph.Nodes() {
		objects = append(objects, node.Object)
	}
	e.implied = map[crd.Key][]string{}
	collections := map[crd.Key][]string{}
	for _, n := range namings(graph) {
		of := implication.Plugins
		if n.named.Kind == crd.SecretKind {
			of = implication.Credentials
		}
		found := of(n.source.Object, n.controlPlane.Key, n.carriers)
		if found.Problem != "" {
			e.refuse(crd.KeyOf(n.carriers[0]), n.field, n.source.Key.String()+" "+found.Problem)
		}
		for _, obj := range found.Objects {
			obj.SetNamespace(crd.NamespaceOf(n.carriers[0]))
			obj.Default()
			objects = append(objects, obj)
			for _, ref := range obj.References() {
				if slices.ContainsFunc(n.carriers, func(c crd.Object) bool { return crd.KeyOf(c) == ref.To }) {
					carrier := marks.Carrier{Key: marks.KeyOf(ref.To), Source: marks.KeyOf(n.named)}
					e.implied[crd.KeyOf(obj)] = append(e.implied[crd.KeyOf(obj)], carrier.Mark())
					collections[ref.To] = append(collections[ref.To], collectionOf(crd.KeyOf(obj).Kind))
				}
			}
		}
	}
	for key, all := range collections {
		slices.Sort(all)
		e.implied[key] = []string{marks.Implying(slices.Compact(all))}
	}
	if len(e.implied) == 0 {
		return graph
	}
	whole, _ := resolve.Resolve(context.Background(), objects) // what is wrong is noted already
	return whole
}

// collectionOf is the collection of Konnect that has the entities of an implied kind.
func collectionOf(kind string) string {
	return map[string]string{
		"KongPluginBinding": "plugins", "KongCredentialACL": "acls", "KongCredentialAPIKey": "key-auths",
		"KongCredentialBasicAuth": "basic-auths", "KongCredentialHMAC": "hmac-auths", "KongCredentialJWT": "jwts",
	}[kind]
}

// namings are the sources that objects name.
func namings(graph *resolve.Graph) []*naming {
	type place struct {
		source       crd.Key
		namespace    string
		controlPlane *resolve.Node
	}
	known := map[place]*naming{}
	var all []*naming
	for _, node := range graph.Nodes() {
		for _, edge := range node.Edges {
			if edge.Role != crd.RoleImplies || edge.Node == nil || node.ControlPlane == nil {
				continue
			}
			at := place{edge.Node.Key, node.Key.Namespace, node.ControlPlane}
			if known[at] == nil {
				known[at] = &naming{source: edge.Node, controlPlane: node.ControlPlane, named: edge.To, field: edge.Field}
				all = append(all, known[at])
			}
			known[at].carriers = append(known[at].carriers, node.Object)
		}
	}
	for _, n := range all {
		slices.SortFunc(n.carriers, func(a, b crd.Object) int { return cmp.Compare(crd.KeyOf(a).String(), crd.KeyOf(b).String()) })
	}
	return all
}
