package konnect

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
)

// WithAdoptionLimit refuses objects whose annotation konnectkit/adoption-policy asks
// for more than the policy does, which is for programs whose objects are written by
// others. AdoptNever, AdoptUnowned and AdoptFromOperator each allow what those before
// allow; AdoptTagged and its tag are within themselves only. Without it an annotation
// may ask for any policy.
func WithAdoptionLimit(policy AdoptionPolicy) EnsureOption {
	return ensureOption(func(c *callOptions) { c.adoptionLimit = policy })
}

// adoptionOf is the policy for an object: its own, else that of the call.
func (o callOptions) adoptionOf(i *item) AdoptionPolicy {
	if own, annotated := i.object.GetAnnotations()[crd.AdoptionPolicyAnnotation]; annotated {
		return AdoptionPolicy(own)
	}
	return o.adoption
}

// within reports whether p lets nothing be taken over that limit does not.
func (p AdoptionPolicy) within(limit AdoptionPolicy) bool {
	order := []AdoptionPolicy{AdoptNever, AdoptUnowned, AdoptFromOperator}
	return p == limit || p == AdoptNever || slices.Contains(order, p) && slices.Index(order, p) < slices.Index(order, limit)
}

// checkAdoption refuses an annotated policy that does not exist, or is wider than
// the limit.
func checkAdoption(obj crd.Object, limit AdoptionPolicy) field.ErrorList {
	value, annotated := obj.GetAnnotations()[crd.AdoptionPolicyAnnotation]
	if !annotated {
		return nil
	}
	path, policy := annotationPath(crd.AdoptionPolicyAnnotation), AdoptionPolicy(value)
	if value == "" {
		return field.ErrorList{field.Required(path, "never, unowned, from-operator, or tagged: and a tag")}
	}
	if err := policy.Validate(); err != nil {
		return field.ErrorList{field.Invalid(path, value, err.Error()+"; there are never, unowned, from-operator, and tagged: with a tag")}
	}
	if limit != "" && !policy.within(limit) {
		return field.ErrorList{field.Forbidden(path, fmt.Sprintf("%q is wider than this program allows, which is %q", value, string(limit)))}
	}
	return nil
}
