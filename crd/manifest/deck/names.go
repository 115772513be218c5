package deck

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/konnectkit/konnectkit/internal/fromentity"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// nameAll gives each object the name that its marks say, or else one after its entity. Those of a collection that would share
// one have the beginning of the entity's ID in it, or, without an ID, their place in the list.
// Plugins come last, as they are named after what they act on.
func (d *decoder) nameAll() {
	for _, plugins := range []bool{false, true} {
		wanted, count := map[*found]string{}, map[string]int{}
		for _, x := range d.found {
			if (x.list.collection == pluginCollection) == plugins {
				wanted[x] = cmp.Or(x.own, d.readable(x))
				x.name = wanted[x]
				count[x.list.collection+" "+x.name]++
			}
		}
		taken := map[string]bool{}
		for _, x := range d.found {
			name, isWanted := wanted[x]
			if !isWanted {
				continue
			}
			if count[x.list.collection+" "+name] > 1 {
				x.name = name + "-" + x.mark()
			}
			for i := 2; taken[x.list.collection+" "+x.name]; i++ {
				x.name = name + "-" + x.mark() + "-" + strconv.Itoa(i)
			}
			taken[x.list.collection+" "+x.name] = true
		}
	}
}

// mark tells an entity from others that would have its name.
func (x *found) mark() string {
	if id, _ := x.fields["id"].(string); id != "" {
		if short := fromentity.ObjectName(id[:min(8, len(id))]); short != "" {
			return short
		}
	}
	return strconv.Itoa(x.order + 1)
}

// readable is the name that an object would have if it were the only one.
func (d *decoder) readable(x *found) string {
	var parts []string
	add := func(text string) {
		if part := fromentity.ObjectName(text); part != "" {
			parts = append(parts, part)
		}
	}
	if x.above != nil && (x.list.suffix != "" || x.list.collection == pluginCollection) {
		add(x.above.name)
	} else if x.list.collection == pluginCollection {
		for _, r := range scopes() {
			if to := d.index[r.as+"s"][text(x.fields[r.as])]; to != nil {
				add(to.name)
			}
		}
	}
	own := len(parts)
	for _, field := range x.list.called {
		if len(parts) == own {
			add(text(x.fields[field]))
		}
	}
	if x.list.collection == pluginCollection {
		add(text(x.fields["instance_name"]))
	}
	if len(parts) == own {
		add(x.list.suffix)
	}
	if chain, err := konnectrules.ParseCertificates(text(x.fields["cert"])); err == nil && len(parts) == own && len(chain) > 0 {
		add(chain[0].Subject.CommonName)
	}
	if len(parts) == 0 {
		add(strings.ReplaceAll(strings.TrimSuffix(x.list.collection, "s"), "_", "-"))
	}
	return fromentity.ObjectName(strings.Join(parts, "-"))
}

func text(value any) string {
	text, _ := value.(string)
	return text
}
