package builder

import (
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

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

// Port sets spec.port, 0 to 65535.
func (s *Service) Port(port int) *Service {
	s.obj.Spec.Port = s.number(field.NewPath("spec", "port"), port, 0, maxPort)
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

// TLSVerifyDepth sets spec.tls_verify_depth, 0 to 64.
func (s *Service) TLSVerifyDepth(depth int) *Service {
	s.obj.Spec.TLSVerifyDepth = s.number(field.NewPath("spec", "tls_verify_depth"), depth, 0, 64)
	return s
}

// finish reports fields that contradict spec.url.
func (s *Service) finish(obj *configurationv1alpha1.KongService) field.ErrorList {
	if s.url == nil {
		return nil
	}
	return s.url.contradictions(&obj.Spec)
}
