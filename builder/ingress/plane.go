package ingress

import (
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder/internal/precedence"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
)

// plane is a control plane with what is made for it.
type plane struct {
	*translation
	key      crd.Key
	services map[servicePort]*service
	// sites are the Secrets of the hosts that have a certificate.
	sites map[string]name
	rules []*rule
}

func newPlane(t *translation, key crd.Key) *plane {
	return &plane{translation: t, key: key, services: map[servicePort]*service{}, sites: map[string]name{}}
}

// add takes an Ingress; older ones come first.
func (p *plane) add(i *subject) {
	if !p.read(i) {
		return
	}
	p.certificates(i)
	plugins, ok := p.pluginsOf(i)
	if !ok {
		return
	}
	for _, r := range p.rulesOf(i) {
		r.plugins = plugins
		r.setRank()
		p.rules = append(p.rules, r)
	}
}

// rule returns what takes the requests of a path to a backend, for each host.
func (p *plane) rule(i *subject, at *field.Path, b networkingv1.IngressBackend, path precedence.Path, hosts []string) []*rule {
	to := p.backend(i, at, b)
	if to == nil {
		return nil
	}
	if err := checkCaptures(i.settings.rewrite, path); err != nil {
		i.result.refuse(field.Invalid(field.NewPath("metadata", "annotations").Key(prefix+"rewrite"), i.settings.rewrite, at.String()+" "+err.Error()))
		return nil
	}
	var all []*rule
	for _, host := range hosts {
		r := &rule{of: i, at: at, to: to, Match: precedence.Match{Host: host, Path: path, Criteria: i.settings.criteria}}
		if r.route = p.route(r); r.route != nil {
			all = append(all, r)
		}
	}
	return all
}

// arrange makes the routes of all rules.
func (p *plane) arrange() {
	slices.SortStableFunc(p.rules, (*rule).compare)
	matches := make([]precedence.Match, len(p.rules))
	for n, r := range p.rules {
		matches[n] = r.Match
	}
	arranged := precedence.Arrange(matches)
	for n, r := range p.rules {
		if by, ok := arranged.Shadowed[n]; ok {
			other := p.rules[by]
			p.warn(r.of, r.at, "gets no request for "+r.site()+", because "+other.of.result.Key.String()+" "+other.at.String()+" takes all of them before")
		}
	}
	for _, n := range arranged.Crowded {
		r := p.rules[n]
		r.of.result.refuse(field.Forbidden(r.at, "too many other paths overlap it for a gateway to try them in the right order"))
	}
	for _, a := range arranged.Routes {
		p.emit(p.rules[a.Match], a)
	}
}

// site is what a rule takes requests of, such as example.com/path.
func (r *rule) site() string {
	host := r.Host
	if host == "" {
		host = "any host"
	}
	return host + " " + strings.TrimPrefix(r.Path.Expression(), "~")
}

// object is what builders of objects have in common.
type object[B any, T crd.Object] interface {
	Namespace(namespace string) B
	Labels(labels map[string]string) B
	Build() (T, error)
}

// build completes an object that is made of another one.
func build[B object[B, T], T crd.Object](p *plane, of crd.Key, b B) (T, error) {
	return b.Namespace(p.key.Namespace).Labels(source.Labels(of)).Build()
}

// name returns the name of an object that several control planes may have. It begins with
// that of the control plane, in one label.
func (p *plane) name(parts ...string) string {
	return objectName(append([]string{source.Label(p.key.Name)}, parts...)...)
}

// objectName returns a name of parts that tell an object apart.
func objectName(parts ...string) string {
	return source.Fit(strings.Join(parts, "."), source.MaxObjectName)
}
