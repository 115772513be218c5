package export

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/fromentity"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/marks"
)

// longestName leaves room for what the names of Secrets and plugins have beside.
const longestName = 220

// nameAll gives each object a name that people know its entity by. Objects of a kind that
// would have the same one have a part of the entity's ID in it, so that it does not matter
// what else there is.
func (x *Export) nameAll() {
	for _, k := range x.table.List() {
		wanted, count := map[*node]string{}, map[string]int{}
		for _, n := range x.nodes {
			if n.kind != k || n.reason != "" {
				continue
			}
			if !n.isNamed {
				wanted[n] = x.readable(n)
				n.name = wanted[n]
			}
			count[n.name]++
		}
		for n, name := range wanted {
			if count[name] > 1 {
				n.name = suffixed(name, n.tail())
			}
		}
		x.settle(wanted)
	}
}

// settle makes names different that are still the same.
func (x *Export) settle(wanted map[*node]string) {
	taken := map[string]*node{}
	for _, n := range x.nodes {
		if _, free := wanted[n]; !free && n.reason == "" && n.isNamed {
			taken[n.kind.GroupKind.Kind+n.name] = n
		}
	}
	for _, n := range x.nodes {
		name, free := wanted[n]
		if !free {
			continue
		}
		if key := n.kind.GroupKind.Kind + n.name; taken[key] != nil {
			n.name = suffixed(name, n.entity.ID)
		}
		taken[n.kind.GroupKind.Kind+n.name] = n
	}
}

// tail tells entities of one name apart: a part of the ID or, where marks have no room for
// the name that an object had, of what an entity made anew has too.
func (n *node) tail() string {
	const few = 8
	id := n.entity.ID
	if n.kind.MarksIn != "" {
		id = n.entity.Keys[0]
	}
	return id[:min(few, len(id))]
}

func suffixed(name, suffix string) string {
	name = strings.TrimRight(name[:min(len(name), longestName-len(suffix)-1)], "-.")
	return name + "-" + strings.ToLower(suffix)
}

// readable is the name that an object would have if it were the only one.
func (x *Export) readable(n *node) string {
	alternatives := n.kind.Called
	if alternatives == nil {
		alternatives = [][]string{{n.kind.Identity.Name}}
	}
	for _, fields := range alternatives {
		var parts []string
		for _, field := range fields {
			if part := fromentity.ObjectName(x.partOf(n, field)); part != "" {
				parts = append(parts, part)
			}
		}
		if len(parts) > 0 {
			return fromentity.ObjectName(strings.Join(parts, "-"))
		}
	}
	return strings.ToLower(strings.TrimPrefix(n.kind.GroupKind.Kind, "Kong")) + "-" + n.tail()
}

// partOf is what a field says in a name.
func (x *Export) partOf(n *node, field string) string {
	for _, r := range n.kind.References {
		if r.JSON == field && field != "" {
			if to := x.byID[at{r.To, n.entity.Ref(field)}]; to != nil {
				return to.name
			}
			return ""
		}
	}
	value := n.fields[field]
	if list, ok := value.([]any); ok && len(list) > 0 {
		value = list[0]
	}
	text, _ := value.(string)
	if chain, err := konnectrules.ParseCertificates(text); err == nil && len(chain) > 0 {
		return cmp.Or(chain[0].Subject.CommonName, strings.Join(chain[0].DNSNames[:min(1, len(chain[0].DNSNames))], ""))
	}
	return text
}

// isItsObject reports whether the marks of an entity are those of the object that it would
// become, whose name it gets.
func (x *Export) isItsObject(n *node) bool {
	key := crd.Key{Group: n.kind.GroupKind.Group, Kind: n.kind.GroupKind.Kind, Namespace: x.namespace()}
	if crd.IsClusterScoped(x.objectOf(n.kind)) {
		key.Namespace = ""
	}
	for _, name := range slices.Compact([]string{n.entity.Marks.Name, x.readable(n), suffixed(x.readable(n), n.tail())}) {
		if key.Name = name; len(validation.IsDNS1123Subdomain(name)) == 0 && marks.KeyOf(key) == n.entity.Marks.Key {
			n.name = name
			return true
		}
	}
	return false
}

func (x *Export) namespace() string { return cmp.Or(x.options.Namespace, crd.DefaultNamespace) }
