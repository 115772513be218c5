package ingress

import (
	"cmp"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
)

// classAnnotation is what names the class of an Ingress beside its spec.
const classAnnotation = "kubernetes.io/ingress.class"

// defaultClass returns the class of Ingresses that name none; empty if there is none.
// Where several are marked so, the youngest is.
func defaultClass(classes []networkingv1.IngressClass) string {
	classes = slices.Clone(classes)
	slices.SortFunc(classes, func(a, b networkingv1.IngressClass) int {
		return cmp.Or(b.CreationTimestamp.Compare(a.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	for _, class := range classes {
		if class.Annotations[networkingv1.AnnotationIsDefaultIngressClass] == "true" {
			return class.Name
		}
	}
	return ""
}

// classOf returns the class of an Ingress. The annotation goes before the field, as the
// API says.
func classOf(i *networkingv1.Ingress, otherwise string) string {
	switch {
	case i.Annotations[classAnnotation] != "":
		return i.Annotations[classAnnotation]
	case i.Spec.IngressClassName != nil:
		return *i.Spec.IngressClassName
	default:
		return otherwise
	}
}
