package ingress

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/precedence"
)

// settings are what the annotations of an Ingress say.
type settings struct {
	criteria precedence.Criteria
	// headerAnnotations are read once it is known what separates their values.
	headerAnnotations map[string]string
	headersSeparator  string
	aliases           []string
	regexPrefix       string
	regexPriority     int64
	rewrite           string
	forceTLS          bool
	// route is the handling that is the same for all routes.
	route []func(*builder.Route)
	attached
}

// attached is what annotations of Ingresses and Services have in common.
type attached struct {
	plugins []pluginName
	tags    []string
}

// serviceSettings are what the annotations of a Service say.
type serviceSettings struct {
	protocol   string
	direct     bool
	hostHeader string
	clientCert string
	caSecrets  []string
	service    []func(*builder.Service)
	attached
}

// pluginName is a plugin that an annotation names; the namespace may be empty.
type pluginName struct{ namespace, name string }

// list returns the values between commas, without blanks around them.
func list(value string) ([]string, error) {
	var values []string
	for item := range strings.SplitSeq(value, ",") {
		item = strings.TrimSpace(item)
		switch {
		case item == "":
			return nil, errors.New("must be a list of values between commas, none of them empty")
		case slices.Contains(values, item):
			return nil, fmt.Errorf("has %s twice", item)
		}
		values = append(values, item)
	}
	return values, nil
}

func boolean(value string) (bool, error) {
	switch value {
	case "true", "false":
		return value == "true", nil
	default:
		return false, errors.New(`must be "true" or "false"`)
	}
}

func integer(value string, low, high int64) (int64, error) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("must be an integer from %d to %d", low, high)
	}
	return n, nil
}

func (a *attached) readPlugins(value string) error {
	names, err := list(value)
	for _, name := range names {
		namespace, rest, found := strings.Cut(name, ":")
		if !found {
			namespace, rest = "", name
		}
		a.plugins = append(a.plugins, pluginName{strings.TrimSpace(namespace), strings.TrimSpace(rest)})
	}
	return err
}

func (a *attached) readTags(value string) (err error) {
	a.tags, err = list(value)
	return err
}

// forRoutes makes a setting of routes of a boolean annotation.
func forRoutes(set func(*builder.Route, bool)) func(*settings, string) error {
	return func(s *settings, value string) error {
		on, err := boolean(value)
		s.route = append(s.route, func(r *builder.Route) { set(r, on) })
		return err
	}
}

// timeout makes a setting of services of an annotation in milliseconds.
func timeout(set func(*builder.Service, time.Duration)) func(*serviceSettings, string) error {
	return func(s *serviceSettings, value string) error {
		ms, err := integer(value, 1, 2147483646)
		s.service = append(s.service, func(b *builder.Service) { set(b, time.Duration(ms)*time.Millisecond) })
		return err
	}
}
