package builder

import (
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Service builds a KongService. ControlPlane and one of Host and URL are required.
type Service struct {
	base[configurationv1alpha1.KongService]

	// url is what URL has set; nil without it.
	url *serviceURL
	// hostSet tells that Host has set the host, not URL.
	hostSet bool
}

// NewService starts a KongService; name is spec.name too.
func NewService(name string) *Service {
	s := &Service{}
	start(&s.base, name)
	return s.SpecName(name)
}

// ID sets spec.id, the UUID that the service is created with.
func (s *Service) ID(uuid string) *Service {
	s.obj.Spec.ID = &uuid
	return s
}

// URL sets spec.url, such as http://host:8080/path, and with it the required
// spec.host. It stands for protocol, host, port and path: setting one of them to
// something else is a mistake. So is anything that Konnect would drop from it:
// user info, a query, a fragment.
func (s *Service) URL(url string) *Service {
	parsed, err := parseServiceURL(url)
	if err != nil {
		s.add(err)
	}
	s.obj.Spec.URL, s.url = &url, parsed
	if !s.hostSet {
		s.obj.Spec.Host = parsed.host
	}
	return s
}

// Host sets spec.host: a host name or IP address without a port, or the
// spec.name of an upstream of the same control plane.
func (s *Service) Host(host string) *Service {
	if problem := hostProblem(host); problem != "" {
		s.add(field.Invalid(field.NewPath("spec", "host"), host, problem))
	}
	s.obj.Spec.Host, s.hostSet = host, true
	return s
}

// Protocol sets spec.protocol: grpc, grpcs, http, https, tcp, tls,
// tls_passthrough, udp, ws or wss.
func (s *Service) Protocol(protocol string) *Service {
	s.obj.Spec.Protocol = &protocol
	return s
}

// Port sets spec.port, 0 to 65535.
func (s *Service) Port(port int) *Service {
	s.obj.Spec.Port = s.number(field.NewPath("spec", "port"), port, 0, maxPort)
	return s
}

// Path sets spec.path, which is put before that of each request.
func (s *Service) Path(path string) *Service {
	s.obj.Spec.Path = &path
	return s
}

// Retries sets spec.retries, 0 to 32767.
func (s *Service) Retries(retries int) *Service {
	s.obj.Spec.Retries = s.number(field.NewPath("spec", "retries"), retries, 0, 32767)
	return s
}

// ConnectTimeout sets spec.connect_timeout; it is a whole number of milliseconds.
func (s *Service) ConnectTimeout(timeout time.Duration) *Service {
	s.obj.Spec.ConnectTimeout = s.milliseconds(field.NewPath("spec", "connect_timeout"), timeout)
	return s
}

// ReadTimeout sets spec.read_timeout; it is a whole number of milliseconds.
func (s *Service) ReadTimeout(timeout time.Duration) *Service {
	s.obj.Spec.ReadTimeout = s.milliseconds(field.NewPath("spec", "read_timeout"), timeout)
	return s
}

// WriteTimeout sets spec.write_timeout; it is a whole number of milliseconds.
func (s *Service) WriteTimeout(timeout time.Duration) *Service {
	s.obj.Spec.WriteTimeout = s.milliseconds(field.NewPath("spec", "write_timeout"), timeout)
	return s
}

// Enabled sets spec.enabled; the routes of a disabled service answer 404.
func (s *Service) Enabled(enabled bool) *Service {
	s.obj.Spec.Enabled = &enabled
	return s
}

// TLSVerify sets spec.tls_verify: whether the upstream server's certificate is checked.
func (s *Service) TLSVerify(verify bool) *Service {
	s.obj.Spec.TLSVerify = &verify
	return s
}

// TLSVerifyDepth sets spec.tls_verify_depth, 0 to 64.
func (s *Service) TLSVerifyDepth(depth int) *Service {
	s.obj.Spec.TLSVerifyDepth = s.number(field.NewPath("spec", "tls_verify_depth"), depth, 0, 64)
	return s
}

// ClientCertificateRef sets spec.clientCertificateRef to a KongCertificate; see Ref.
func (s *Service) ClientCertificateRef(ref commonv1alpha1.NamespacedRef) *Service {
	s.obj.Spec.ClientCertificateRef = ref.DeepCopy()
	return s
}

// CACertificateRefs sets spec.caCertificateRefs to KongCACertificates; see Ref.
func (s *Service) CACertificateRefs(refs ...commonv1alpha1.NamespacedRef) *Service {
	s.obj.Spec.CACertificateRefs = nil
	for _, ref := range refs {
		s.obj.Spec.CACertificateRefs = append(s.obj.Spec.CACertificateRefs, *ref.DeepCopy())
	}
	return s
}

// finish reports a missing host, which the CRD lets pass as an empty one, and fields
// that contradict spec.url.
func (s *Service) finish(obj *configurationv1alpha1.KongService) field.ErrorList {
	errs := missing(obj.Spec.Host, field.NewPath("spec", "host"))
	if s.url != nil {
		errs = append(errs, s.url.contradictions(&obj.Spec)...)
	}
	return errs
}
