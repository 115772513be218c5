package builder

import (
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// DataPlaneClientCertificate builds a KongDataPlaneClientCertificate. ControlPlane and Cert
// are required.
type DataPlaneClientCertificate struct {
	base[configurationv1alpha1.KongDataPlaneClientCertificate]
}

// Adopt looks after the certificate that has this Konnect ID, without ever writing it.
func (d *DataPlaneClientCertificate) Adopt(id string) *DataPlaneClientCertificate {
	d.obj.Spec.Adopt = adopt(commonv1alpha1.AdoptModeMatch, id)
	return d
}
