package deck

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/fromentity"
)

// link names the objects of all entities and makes them, with what they refer to.
func (d *decoder) link() {
	plane := d.planeKey()
	d.join()
	d.indexAll()
	d.nameAll()
	for _, x := range d.found {
		d.object(x, plane)
	}
	if slices.ContainsFunc(d.file.Objects, func(object crd.Object) bool { return crd.IsClusterScoped(object) }) {
		d.file.Objects = append([]crd.Object{vaultGrant(d.home(plane), plane.Name)}, d.file.Objects...)
	}
}

// join puts consumers into the groups that they are listed below.
func (d *decoder) join() {
	for _, x := range d.joining {
		group := map[string]any{"id": x.above.handle}
		at := slices.IndexFunc(d.found, func(other *found) bool { return isConsumer(other, x) })
		if at < 0 {
			at = len(d.found)
			d.keep(x)
			x.above = nil
		}
		groups, _ := d.found[at].fields[membership].([]any)
		d.found[at].fields[membership] = append(groups, group)
	}
}

// isConsumer reports whether an entity is the consumer that a member of a group names.
func isConsumer(x, member *found) bool {
	if x.list.collection != member.list.collection {
		return false
	}
	for _, field := range []string{"id", "username", "custom_id"} {
		if name := text(member.fields[field]); name != "" && text(x.fields[field]) == name {
			return true
		}
	}
	return false
}

// indexAll finds entities by whatever others call them, in their collection.
func (d *decoder) indexAll() {
	d.index = map[string]map[string]*found{}
	for _, x := range d.found {
		c := x.list.collection
		if d.index[c] == nil {
			d.index[c] = map[string]*found{}
		}
		for _, field := range []string{"custom_id", "username", "name", "id"} {
			name := text(x.fields[field])
			if name == "" || field == "name" && (c == pluginCollection || c == vaultCollection) {
				continue
			}
			if other := d.index[c][name]; other != nil && other != x && field != "custom_id" {
				d.report(d.lineOf(x.node, field), x.at.String(), field, "is that of "+other.at.String()+" too")
			}
			d.index[c][name] = x
		}
		d.index[c][x.handle] = x
	}
}

// object makes the object of an entity.
func (d *decoder) object(x *found, plane crd.Key) {
	draft, err := d.table.Draft(x.list.collection, x.fields, x.list.idle)
	if foreign, ok := errors.AsType[*fromentity.ForeignError](err); ok {
		d.report(d.lineOf(x.node, foreign.Field), x.at.String(), foreign.Field, foreign.Reason)
		return
	}
	if err != nil {
		d.report(x.node.Line, x.at.String(), "", err.Error())
		return
	}
	before := len(d.problems)
	for _, lost := range draft.Lost {
		reason, _, _ := strings.Cut(lost.Reason, ";")
		d.report(d.lineOf(x.node, lost.Path), x.at.String(), lost.Path, reason)
	}
	for _, r := range draft.References {
		var names []string
		for _, target := range r.Targets {
			if to := d.find(r.To, target); to != nil {
				names = append(names, to.name)
				continue
			}
			d.report(d.lineOf(x.node, r.Field), x.at.String(), r.Field, "names one of "+strings.ReplaceAll(r.To, "-", "_")+" that is not in the file")
		}
		draft.Refer(r.Field, names...)
	}
	switch {
	case d.options.adoption == "":
		draft.KeepID()
	case draft.ID != "":
		draft.Adopt(d.options.adoption)
	}
	if draft.Plugin != nil {
		draft.Refer("plugin", x.name)
		draft.Plugin.Name(d.options.namespace, x.name)
		d.add(x, draft.Plugin, before)
	}
	draft.Name(d.options.namespace, x.name)
	if x.list.collection == vaultCollection {
		plane.Namespace = d.home(plane)
	}
	draft.ControlPlane(plane.Namespace, plane.Name)
	d.add(x, draft, before)
}

// home is the namespace of the control plane, for objects that have none of their own.
func (d *decoder) home(plane crd.Key) string {
	return cmp.Or(plane.Namespace, d.options.namespace, crd.DefaultNamespace)
}

// vaultGrant lets vaults, which lie in no namespace, refer to the control plane.
func vaultGrant(namespace, plane string) crd.Object {
	grant := &configurationv1alpha1.KongReferenceGrant{}
	grant.Namespace, grant.Name = namespace, plane+"-vaults"
	grant.Spec.From = []configurationv1alpha1.ReferenceGrantFrom{{Group: crd.ConfigurationGroup, Kind: "KongVault"}}
	grant.Spec.To = []configurationv1alpha1.ReferenceGrantTo{{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Name: &plane}}
	grant.Default()
	return grant
}

func (d *decoder) find(collection string, target fromentity.Target) *found {
	if x := d.index[collection][target.ID]; x != nil {
		return x
	}
	return d.index[collection][target.Name]
}

// add keeps an object. It is checked where there are no more problems than before, as what
// is lost would be missed again.
func (d *decoder) add(x *found, draft *fromentity.Draft, before int) {
	object, err := draft.Object()
	if err != nil {
		d.report(x.node.Line, x.at.String(), "", err.Error())
		return
	}
	object.Default()
	d.file.Objects = append(d.file.Objects, object)
	if len(d.problems) > before {
		return
	}
	for _, problem := range object.Validate() {
		field := strings.TrimPrefix(strings.TrimPrefix(problem.Field, "spec"), ".")
		d.report(d.lineOf(x.node, field), x.at.String(), field, strings.TrimSuffix(strings.ToLower(problem.Type.String())+": "+problem.Detail, ": "))
	}
}
