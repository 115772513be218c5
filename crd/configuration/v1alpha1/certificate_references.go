package v1alpha1

import (
	"fmt"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// certificateReference is obj's reference to a kind that is not supported yet.
func certificateReference(obj crd.Object, ref *commonv1alpha1.NamespacedRef) crd.Reference {
	return crd.Reference{
		Field:       "spec.clientCertificateRef",
		To:          ref.Key("KongCertificate", crd.NamespaceOf(obj)),
		Unsupported: true,
	}
}

// caCertificateReference is like certificateReference, for one item of a list.
func caCertificateReference(obj crd.Object, index int, ref commonv1alpha1.NamespacedRef) crd.Reference {
	return crd.Reference{
		Field:       fmt.Sprintf("spec.caCertificateRefs[%d]", index),
		To:          ref.Key("KongCACertificate", crd.NamespaceOf(obj)),
		Unsupported: true,
	}
}
