package ingress

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
)

// Translate returns what the Ingresses of in become, of those whose class has a control
// plane. The error is about the input as a whole; what is wrong with an Ingress is in its
// result, and [Result.Err] puts all of that together.
//
// A path becomes a KongRoute for each of its hosts. Where another one that comes later
// would be tried first by the gateway, because it has more criteria, there is a further
// route with the criteria of both. Names come from namespace, Ingress, host and path, and
// do not change with the order of rules. A Service's objects depend on that Service alone
// and are shared by all that name it; a change of endpoints is a change of KongTargets.
func Translate(in Input, opts ...Option) (*Result, error) {
	if in.ControlPlane == nil {
		return nil, errors.New("translate ingresses: ControlPlane is not set")
	}
	t := &translation{cluster: newCluster(in), objects: map[crd.Key]crd.Object{}}
	for _, opt := range opts {
		opt(&t.options)
	}
	all, err := t.ingresses(in)
	if err != nil {
		return nil, err
	}
	byPlane := map[crd.Key]*plane{}
	var planes []*plane
	for _, i := range all {
		p := byPlane[i.result.ControlPlane]
		if p == nil {
			p = newPlane(t, i.result.ControlPlane)
			byPlane[p.key] = p
			planes = append(planes, p)
		}
		p.add(i)
	}
	for _, p := range planes {
		p.arrange()
	}
	if t.err != nil {
		return nil, t.err
	}
	return t.result(all), nil
}

// translation is one call of Translate.
type translation struct {
	options options
	cluster *cluster
	objects map[crd.Key]crd.Object
	// warnings are in the order in which they are found.
	warnings []Warning
	// err is the first object that cannot be built.
	err error
}

// subject is an Ingress that is translated.
type subject struct {
	object   *networkingv1.Ingress
	result   *Outcome
	settings settings
}

// ingresses returns those that have a control plane, the oldest first.
func (t *translation) ingresses(in Input) ([]*subject, error) {
	otherwise := defaultClass(in.IngressClasses)
	known := map[crd.Key]bool{}
	var all []*subject
	for n := range in.Ingresses {
		object := &in.Ingresses[n]
		key := crd.Key{Group: networkingv1.GroupName, Kind: "Ingress", Namespace: crd.NamespaceOf(object), Name: object.Name}
		class := classOf(object, otherwise)
		controlPlane := in.ControlPlane(class)
		if controlPlane.Name == "" {
			continue
		}
		if known[key] {
			return nil, fmt.Errorf("translate ingresses: %s is there twice", key)
		}
		known[key] = true
		controlPlane.Namespace = cmp.Or(controlPlane.Namespace, crd.DefaultNamespace)
		controlPlane.Group, controlPlane.Kind = crd.KonnectGroup, crd.ControlPlaneKind
		all = append(all, &subject{object: object, result: &Outcome{Key: key, Class: class, ControlPlane: controlPlane}})
	}
	slices.SortFunc(all, func(a, b *subject) int {
		return cmp.Or(a.object.CreationTimestamp.Compare(b.object.CreationTimestamp.Time), a.result.Key.Compare(b.result.Key))
	})
	return all, nil
}

// warn notes a warning about a field, or refuses the field where warnings are refused, and
// reports whether to go on.
func (t *translation) warn(i *subject, at *field.Path, message string) bool {
	if t.options.strict {
		i.result.refuse(field.Forbidden(at, message))
		return false
	}
	w := Warning{Key: i.result.Key, Field: at.String(), Message: message}
	if !slices.Contains(t.warnings, w) {
		t.warnings = append(t.warnings, w)
	}
	return true
}

// keep adds an object to the result.
func (t *translation) keep(object crd.Object) { t.objects[crd.KeyOf(object)] = object }

// result puts together what the calls so far have made.
func (t *translation) result(all []*subject) *Result {
	r := &Result{Warnings: t.warnings}
	for _, i := range all {
		slices.Sort(i.result.Routes)
		r.Ingresses = append(r.Ingresses, *i.result)
	}
	slices.SortFunc(r.Ingresses, func(a, b Outcome) int { return a.Key.Compare(b.Key) })
	slices.SortFunc(r.Warnings, func(a, b Warning) int {
		return cmp.Or(a.Key.Compare(b.Key), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
	})
	keys := slices.Collect(maps.Keys(t.objects))
	place := map[string]int{}
	for n, kind := range kinds() {
		place[kind] = n
	}
	slices.SortFunc(keys, func(a, b crd.Key) int { return cmp.Or(cmp.Compare(place[a.Kind], place[b.Kind]), a.Compare(b)) })
	for _, key := range keys {
		r.Objects = append(r.Objects, t.objects[key])
	}
	return r
}

// kinds are those of a result, the ones that others refer to first.
func kinds() []string {
	return []string{
		"KongCACertificate", "KongCertificate", "KongSNI", "KongUpstream", "KongTarget", "KongService", "KongRoute",
		crd.PluginKind, "KongPluginBinding",
	}
}
