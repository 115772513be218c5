package provision

import (
	"sync"

	"github.com/konnectkit/konnectkit/crd"
)

// replaced remembers which version of an object a write of ours has replaced. While the
// cache still has that one, a look at the tree would be in vain.
type replaced struct{ versions sync.Map }

func (r *replaced) note(obj crd.Object) { r.versions.Store(crd.KeyOf(obj), obj.GetResourceVersion()) }

func (r *replaced) forget(obj crd.Object) { r.versions.Delete(crd.KeyOf(obj)) }

// lags tells whether the cache has yet to catch up with one of the objects.
func (r *replaced) lags(objects []crd.Object) bool {
	for _, obj := range objects {
		if version, ok := r.versions.Load(crd.KeyOf(obj)); ok && version == obj.GetResourceVersion() {
			return true
		}
	}
	return false
}
