package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

const maxHealthThreshold = 100

func (h *Healthchecks) rules(errs *constraint.Errors, path *field.Path) {
	inRange := h.Threshold == nil || *h.Threshold >= 0 && *h.Threshold <= maxHealthThreshold
	errs.Rule(path, inRange, "threshold must be between 0 and 100")
}
