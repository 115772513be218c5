package applyconfiguration

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/managedfields"

	"github.com/konnectkit/konnectkit/crd/applyconfiguration/internal"
)

// NewTypeConverter returns what tells a fake API server, such as controller-runtime's
// fake client, how the fields of our kinds merge. The kinds must be in scheme, which
// crd/scheme sees to.
func NewTypeConverter(scheme *runtime.Scheme) managedfields.TypeConverter {
	return managedfields.NewSchemeTypeConverter(scheme, internal.Parser())
}
