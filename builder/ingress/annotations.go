package ingress

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

const (
	prefix        = "konghq.com/"
	headersPrefix = prefix + "headers."
	forceRedirect = "ingress.kubernetes.io/force-ssl-redirect"
	direct        = "ingress.kubernetes.io/service-upstream"
)

// errNoKind is why an annotation that names an object of a kind of Kong's ingress
// controller is refused.
func errNoKind(kind, instead string) error {
	return fmt.Errorf("names a %s, which only Kong's ingress controller has; %s", kind, instead)
}

// ingressAnnotations are what annotations of an Ingress become.
func ingressAnnotations() map[string]func(*settings, string) error {
	return map[string]func(*settings, string) error{
		prefix + "plugins":            func(s *settings, value string) error { return s.readPlugins(value) },
		prefix + "tags":               func(s *settings, value string) error { return s.readTags(value) },
		prefix + "strip-path":         forRoutes(func(r *builder.Route, on bool) { r.StripPath(on) }),
		prefix + "preserve-host":      forRoutes(func(r *builder.Route, on bool) { r.PreserveHost(on) }),
		prefix + "request-buffering":  forRoutes(func(r *builder.Route, on bool) { r.RequestBuffering(on) }),
		prefix + "response-buffering": forRoutes(func(r *builder.Route, on bool) { r.ResponseBuffering(on) }),
		prefix + "protocols":          readProtocols,
		prefix + "methods":            readMethods,
		prefix + "snis": func(s *settings, value string) (err error) {
			s.criteria.SNIs, err = list(value)
			return err
		},
		prefix + "host-aliases": func(s *settings, value string) (err error) {
			s.aliases, err = list(value)
			return err
		},
		prefix + "headers-separator": func(s *settings, value string) error {
			if s.headersSeparator = value; value == "" {
				return errors.New("must not be empty")
			}
			return nil
		},
		prefix + "regex-prefix": func(s *settings, value string) error {
			if s.regexPrefix = value; !strings.HasPrefix(value, "/") || len(value) < 2 {
				return errors.New("must be a slash and at least one more character")
			}
			return nil
		},
		prefix + "regex-priority": func(s *settings, value string) (err error) {
			s.regexPriority, err = integer(value, 0, 1<<31-1)
			return err
		},
		prefix + "path-handling": func(_ *settings, value string) error {
			if value != "v0" && value != "v1" {
				return errors.New("must be v0 or v1")
			}
			return nil
		},
		prefix + "https-redirect-status-code": func(s *settings, value string) error {
			code, err := integer(value, 301, 426)
			if err != nil || !slices.Contains([]int64{301, 302, 307, 308, 426}, code) {
				return errors.New("must be 301, 302, 307, 308 or 426")
			}
			s.route = append(s.route, func(r *builder.Route) { r.HTTPSRedirectStatusCode(int(code)) })
			return nil
		},
		prefix + "rewrite": func(s *settings, value string) error {
			s.rewrite = value
			return checkRewrite(value)
		},
		prefix + "override": func(*settings, string) error {
			return errNoKind("KongIngress", "say its fields by annotations of their own")
		},
		forceRedirect: func(s *settings, value string) (err error) {
			s.forceTLS, err = boolean(value)
			return err
		},
		classAnnotation: func(*settings, string) error { return nil },
	}
}

// serviceAnnotations are what annotations of a Service become.
func serviceAnnotations() map[string]func(*serviceSettings, string) error {
	return map[string]func(*serviceSettings, string) error{
		prefix + "plugins": func(s *serviceSettings, value string) error { return s.readPlugins(value) },
		prefix + "tags":    func(s *serviceSettings, value string) error { return s.readTags(value) },
		prefix + "protocol": func(s *serviceSettings, value string) error {
			if s.protocol = value; !slices.Contains([]string{"http", "https", "grpc", "grpcs"}, value) {
				return errors.New("must be http, https, grpc or grpcs: an Ingress has no stream routes")
			}
			return nil
		},
		prefix + "path": func(s *serviceSettings, value string) error {
			s.service = append(s.service, func(b *builder.Service) { b.Path(value) })
			return first(konnectrules.CheckPath(field.NewPath("path"), value))
		},
		prefix + "connect-timeout": timeout(func(b *builder.Service, t time.Duration) { b.ConnectTimeout(t) }),
		prefix + "read-timeout":    timeout(func(b *builder.Service, t time.Duration) { b.ReadTimeout(t) }),
		prefix + "write-timeout":   timeout(func(b *builder.Service, t time.Duration) { b.WriteTimeout(t) }),
		prefix + "retries": func(s *serviceSettings, value string) error {
			n, err := integer(value, 0, 32767)
			s.service = append(s.service, func(b *builder.Service) { b.Retries(int(n)) })
			return err
		},
		prefix + "host-header": func(s *serviceSettings, value string) error {
			s.hostHeader = value
			text := value
			return first(konnectrules.CheckHostPort(field.NewPath("host-header"), &text))
		},
		prefix + "tls-verify": func(s *serviceSettings, value string) error {
			on, err := boolean(value)
			s.service = append(s.service, func(b *builder.Service) { b.TLSVerify(on) })
			return err
		},
		prefix + "tls-verify-depth": func(s *serviceSettings, value string) error {
			n, err := integer(value, 0, 64)
			s.service = append(s.service, func(b *builder.Service) { b.TLSVerifyDepth(int(n)) })
			return err
		},
		prefix + "client-cert": func(s *serviceSettings, value string) error {
			if s.clientCert = value; value == "" {
				return errors.New("must be the name of a Secret")
			}
			return nil
		},
		prefix + "ca-certificates-secrets": func(s *serviceSettings, value string) (err error) {
			s.caSecrets, err = list(value)
			return err
		},
		prefix + "ca-certificates-configmaps": func(*serviceSettings, string) error {
			return errors.New("a KongCACertificate takes a certificate from a Secret, and from no ConfigMap: use konghq.com/ca-certificates-secrets")
		},
		prefix + "upstream-policy": func(*serviceSettings, string) error {
			return errNoKind("KongUpstreamPolicy", "it cannot be said by a translated KongUpstream")
		},
		prefix + "override": func(*serviceSettings, string) error {
			return errNoKind("KongIngress", "say its fields by annotations of their own")
		},
		direct: func(s *serviceSettings, value string) (err error) {
			s.direct, err = boolean(value)
			return err
		},
	}
}

// first returns the reason of the first problem; nil without any.
func first(problems field.ErrorList) error {
	if len(problems) == 0 {
		return nil
	}
	return errors.New(problems[0].Detail)
}

func readProtocols(s *settings, value string) error {
	protocols, err := list(value)
	if err != nil {
		return err
	}
	for _, p := range protocols {
		if !slices.Contains([]string{"http", "https", "grpc", "grpcs"}, p) {
			return errors.New("must be of http and https, or of grpc and grpcs: an Ingress has no stream routes")
		}
	}
	s.route = append(s.route, func(r *builder.Route) { r.Protocols(protocols...) })
	return nil
}

func readMethods(s *settings, value string) error {
	methods, err := list(strings.ToUpper(value))
	if err != nil {
		return err
	}
	s.criteria.Methods = methods
	return first(konnectrules.CheckMethods(field.NewPath("methods"), methods))
}

// readHeaders reads the annotations whose names have those of headers. Values are in no error.
func (s *settings) readHeaders(at *field.Path) field.ErrorList {
	var problems field.ErrorList
	headers := make(map[string][]string, len(s.headerAnnotations))
	for key, value := range s.headerAnnotations {
		name := strings.ToLower(strings.TrimPrefix(key, headersPrefix))
		if _, twice := headers[name]; twice {
			problems = append(problems, field.Duplicate(at.Key(key), name))
		}
		for v := range strings.SplitSeq(value, s.headersSeparator) {
			headers[name] = append(headers[name], strings.TrimSpace(v))
		}
		for _, wrong := range konnectrules.CheckRouteHeaders(field.NewPath("headers"), map[string][]string{name: headers[name]}) {
			problems = append(problems, &field.Error{Type: field.ErrorTypeInvalid, Field: at.Key(key).String(), BadValue: field.OmitValueType{}, Detail: wrong.Detail})
		}
	}
	if s.criteria.Headers = headers; len(headers) == 0 {
		s.criteria.Headers = nil
	}
	return problems
}
