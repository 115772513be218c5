package gatewayapi

import (
	"cmp"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
)

// store collects the objects of a control plane.
type store struct {
	// prefix is what the names of objects begin with: that of the control plane, in one label,
	// since there may be others in its namespace.
	prefix  string
	objects map[crd.Key]crd.Object
	// names are those that are taken, by kind, with what they stand for.
	names map[[2]string]string
	err   error
}

func newStore(controlPlane crd.Key) *store {
	prefix := source.Label(controlPlane.Name) + "."
	return &store{prefix: prefix, objects: map[crd.Key]crd.Object{}, names: map[[2]string]string{}}
}

// konnectName returns what an object is called in Konnect, where names are a control plane's own.
func (s *store) konnectName(object string) string {
	return source.Fit(strings.TrimPrefix(object, s.prefix), source.MaxKonnectName)
}

// name returns a name for an object, made shorter where it is too long, and with a hash of
// what it stands for where another one has it.
func (s *store) name(kind, wanted, standsFor string) string {
	wanted = s.prefix + wanted
	name := source.Fit(wanted, source.MaxObjectName)
	if taken, ok := s.names[[2]string{kind, name}]; ok && taken != standsFor {
		const dashAndHash = 11
		name = source.Fit(wanted, source.MaxObjectName-dashAndHash) + "-" + source.Hash(standsFor)
	}
	s.names[[2]string{kind, name}] = standsFor
	return name
}

// put adds an object, once.
func (s *store) put(object crd.Object, err error) {
	if err != nil {
		s.err = cmp.Or(s.err, err)
		return
	}
	s.objects[crd.KeyOf(object)] = object
}

// build adds what a builder makes.
func build[T crd.Object](s *store, b interface{ Build() (T, error) }) {
	object, err := b.Build()
	if err != nil {
		s.put(nil, err)
		return
	}
	s.put(object, nil)
}

// kindOrder has the kinds of objects that others refer to first.
func kindOrder(kind string) int {
	return slices.Index([]string{
		"KongCertificate", "KongSNI", "KongUpstream", "KongTarget", "KongService", "KongPlugin", "KongRoute", "KongPluginBinding",
	}, kind)
}

// sorted returns the objects of all stores.
func sorted(stores []*store) []crd.Object {
	type keyed struct {
		key    crd.Key
		object crd.Object
	}
	var all []keyed
	for _, s := range stores {
		for key, object := range s.objects {
			all = append(all, keyed{key, object})
		}
	}
	slices.SortFunc(all, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(kindOrder(a.key.Kind), kindOrder(b.key.Kind)), a.key.Compare(b.key))
	})
	objects := make([]crd.Object, len(all))
	for i, k := range all {
		objects[i] = k.object
	}
	return objects
}
