package dataplane

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

const (
	defaultRetries = 5
	defaultTimeout = 60_000 // milliseconds
)

// serviceEntity is a service as the control plane has it.
type serviceEntity struct {
	ID                string          `json:"id"`
	Name              string          `json:"name"`
	Protocol          string          `json:"protocol"`
	Host              string          `json:"host"`
	Port              int             `json:"port"`
	Retries           *int            `json:"retries"`
	ConnectTimeout    int             `json:"connect_timeout"`
	ReadTimeout       int             `json:"read_timeout"`
	WriteTimeout      int             `json:"write_timeout"`
	ClientCertificate *reference      `json:"client_certificate"`
	TLSVerify         *bool           `json:"tls_verify"`
	CACertificates    []string        `json:"ca_certificates"`
	TLSSANs           *map[string]any `json:"tls_sans"`
}

// service is where requests go.
type service struct {
	entity    serviceEntity
	retries   int
	read      time.Duration
	transport http.RoundTripper
	missing   []string
}

func newService(entity serviceEntity, certificates *certificates, network *network) *service {
	s := &service{entity: entity, retries: defaultRetries, read: milliseconds(entity.ReadTimeout)}
	if entity.Retries != nil {
		s.retries = *entity.Retries
	}
	note := func(format string, args ...any) {
		s.missing = append(s.missing, "service "+nameOf(entity.Name, entity.ID)+": "+fmt.Sprintf(format, args...))
	}
	switch entity.Protocol {
	case "http", "https":
	default:
		note("protocol %s", entity.Protocol)
		return s
	}
	if entity.TLSSANs != nil && len(*entity.TLSSANs) > 0 {
		note("tls_sans")
	}
	config, err := s.tls(certificates)
	if err != nil {
		note("%v", err)
	}
	s.transport = network.transport(entity.Protocol == "https", config, timeouts{
		connect: milliseconds(entity.ConnectTimeout), write: milliseconds(entity.WriteTimeout),
	})
	return s
}

func milliseconds(n int) time.Duration {
	if n == 0 {
		n = defaultTimeout
	}
	return time.Duration(n) * time.Millisecond
}

// tls is how the service is reached over TLS. Without tls_verify a gateway takes any certificate.
func (s *service) tls(certificates *certificates) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}
	if id := s.entity.ClientCertificate.id(); id != "" {
		pairs := certificates.byID[id]
		if len(pairs) == 0 {
			return config, errors.New("client_certificate cannot be used")
		}
		config.Certificates = pairs
	}
	if s.entity.TLSVerify == nil || !*s.entity.TLSVerify {
		return config, nil
	}
	config.InsecureSkipVerify = false
	if len(s.entity.CACertificates) > 0 {
		config.RootCAs = x509.NewCertPool()
		for _, id := range s.entity.CACertificates {
			if !config.RootCAs.AppendCertsFromPEM([]byte(certificates.authorities[id])) {
				return config, fmt.Errorf("ca_certificates: %s cannot be used", id)
			}
		}
	}
	return config, nil
}

// unsupported lists what is not simulated of the service and where it leads.
func (s *service) unsupported(in *state) []string {
	out := s.missing
	if s.transport != nil && in.upstream(s) == nil && !in.network.reaches(s.address()) {
		out = append(out, "service "+nameOf(s.entity.Name, s.entity.ID)+": "+unreachable(s.address()))
	}
	return out
}

// upstream is the one that the service's host names, if there is one.
func (s *state) upstream(to *service) *upstream {
	if isAddress(to.entity.Host) {
		return nil
	}
	return s.upstreams[to.entity.Host]
}

func (s *service) address() string {
	return net.JoinHostPort(unbracketed(s.entity.Host), strconv.Itoa(s.port()))
}

// port is that of the protocol where the entity has none.
func (s *service) port() int {
	switch {
	case s.entity.Port != 0:
		return s.entity.Port
	case s.entity.Protocol == "https":
		return 443
	default:
		return 80
	}
}

// hostHeader is what a target is called in requests: the port is left out where it is that
// of the protocol.
func hostHeader(protocol, host string, port int) string {
	if protocol == "https" && port == 443 || protocol == "http" && port == 80 {
		return host
	}
	return host + ":" + strconv.Itoa(port)
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(unbracketed(host))
	return err == nil
}

// unbracketed takes the brackets off an IPv6 address.
func unbracketed(host string) string {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		return strings.TrimSuffix(inner, "]")
	}
	return host
}
