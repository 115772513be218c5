package ingress

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder/internal/precedence"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/pathregexp"
)

// rule is what takes requests of one host: a path, or a default backend.
type rule struct {
	of *subject
	at *field.Path
	precedence.Match
	rank [6]int
	// isDefault says that it is a default backend.
	isDefault bool
	to        *service
	// route is that of the match itself, without what tells it apart from others.
	route *configurationv1alpha1.KongRoute
	// plugins are those of the Ingress.
	plugins []boundPlugin
}

// read reads the annotations of an Ingress, and reports whether it is to be translated.
func (t *translation) read(i *subject) bool {
	i.settings = settings{headersSeparator: ",", headerAnnotations: map[string]string{}}
	at, before := field.NewPath("metadata", "annotations"), len(i.result.Problems)
	for _, problem := range validation.IsDNS1123Subdomain(i.object.Name) {
		i.result.refuse(field.Invalid(field.NewPath("metadata", "name"), i.object.Name, problem))
	}
	for _, problem := range validation.IsDNS1123Label(i.result.Key.Namespace) {
		i.result.refuse(field.Invalid(field.NewPath("metadata", "namespace"), i.result.Key.Namespace, problem))
	}
	known := ingressAnnotations()
	for _, key := range slices.Sorted(maps.Keys(i.object.Annotations)) {
		value := i.object.Annotations[key]
		read, ours := known[key]
		switch {
		case ours:
			if err := read(&i.settings, value); err != nil {
				i.result.refuse(field.Invalid(at.Key(key), value, err.Error()))
			}
		case strings.HasPrefix(key, headersPrefix):
			i.settings.headerAnnotations[key] = value
		case strings.HasPrefix(key, prefix):
			t.warn(i, at.Key(key), "is not an annotation of an Ingress that is known, and has no effect")
		}
	}
	i.result.refuse(i.settings.readHeaders(at)...)
	if i.object.Annotations[prefix+"path-handling"] == "v1" {
		t.warn(i, at.Key(prefix+"path-handling"), "v1 has no effect: gateways of router flavor traditional_compatible handle paths as v0 does")
	}
	if class := i.object.Spec.IngressClassName; class != nil && *class != i.result.Class {
		t.warn(i, field.NewPath("spec", "ingressClassName"), "has no effect, because the annotation "+classAnnotation+" names another class")
	}
	return len(i.result.Problems) == before
}

// hosts returns the hosts that a rule takes requests of: its own and the aliases.
func (t *translation) hosts(i *subject, at *field.Path, own string) []string {
	var hosts []string
	add := func(at *field.Path, host string) {
		wrong := konnectrules.CheckRouteHost(at, host)
		if strings.ContainsAny(host, ":") || strings.HasSuffix(host, "*") {
			wrong = field.ErrorList{field.Invalid(at, host, "must be a host name, or one with *. before it")}
		}
		switch {
		case host == "": // any
		case len(wrong) > 0:
			i.result.refuse(wrong...)
			return
		case strings.HasPrefix(host, "*.") && !t.warn(i, at, host+" takes requests for names with any number of labels in place of *, and not with one alone"):
			return
		}
		if host = strings.ToLower(host); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	add(at, own)
	if own == "" && len(i.settings.aliases) > 0 {
		t.warn(i, field.NewPath("metadata", "annotations").Key(prefix+"host-aliases"), "has no effect on a rule without a host, which takes requests for all of them")
		return hosts
	}
	for _, alias := range i.settings.aliases {
		add(field.NewPath("metadata", "annotations").Key(prefix+"host-aliases"), alias)
	}
	return hosts
}

// rulesOf returns what takes requests in an Ingress, as far as it can be translated.
func (p *plane) rulesOf(i *subject) []*rule {
	var all []*rule
	spec, other := field.NewPath("spec"), i.object.Spec.DefaultBackend
	for n, r := range i.object.Spec.Rules {
		at := spec.Child("rules").Index(n)
		hosts := p.hosts(i, at.Child("host"), r.Host)
		if r.HTTP == nil && other == nil {
			i.result.refuse(field.Required(at.Child("http"), "a rule without paths needs a default backend"))
		}
		if r.HTTP == nil && other != nil {
			root := precedence.Path{Kind: precedence.Elements, Value: "/"}
			all = append(all, p.rule(i, spec.Child("defaultBackend"), *other, root, hosts)...)
			continue
		}
		if r.HTTP == nil {
			continue
		}
		for m, path := range r.HTTP.Paths {
			at := at.Child("http", "paths").Index(m)
			value, wrong := i.settings.pathOf(at, path)
			if wrong != nil {
				i.result.refuse(wrong)
				continue
			}
			if value.Kind == precedence.Expression && pathregexp.HasAlternatives(value.Value) && !p.warn(i, at.Child("path"),
				"the gateway looks for all alternatives but the first anywhere in a path; a group behind the first slash, such as /(?:a|b), holds them at its beginning") {
				continue
			}
			all = append(all, p.rule(i, at.Child("backend"), path.Backend, value, hosts)...)
		}
	}
	if other != nil {
		root := precedence.Path{Kind: precedence.Elements, Value: "/"}
		for _, r := range p.rule(i, spec.Child("defaultBackend"), *other, root, []string{""}) {
			r.isDefault = true
			all = append(all, r)
		}
	}
	p.checkExpressions(i, all)
	if other == nil && len(i.object.Spec.Rules) == 0 {
		i.result.refuse(field.Required(spec, "an Ingress needs rules or a default backend"))
	}
	return all
}

// checkExpressions looks at annotations that are about regular expressions.
func (p *plane) checkExpressions(i *subject, all []*rule) {
	at := field.NewPath("metadata", "annotations").Key(prefix + "regex-priority")
	isExpression := func(r *rule) bool { return r.Path.Kind == precedence.Expression }
	if i.object.Annotations[prefix+"regex-priority"] != "" && !slices.ContainsFunc(all, isExpression) {
		p.warn(i, at, "has no effect without a path that is a regular expression: others are tried by their length")
	}
}

// setRank sets what rules are ordered by, the greatest first.
func (r *rule) setRank() {
	host, expression, kind := len(r.Host), 0, 0
	if r.Host != "" && !strings.HasPrefix(r.Host, "*") {
		host = maxHostLength
	}
	switch {
	case r.isDefault:
	case r.Path.Kind == precedence.Expression:
		expression = 1 + int(r.of.settings.regexPriority)
	case r.Path.Kind == precedence.Exact:
		kind = 3
	case r.Path.Kind == precedence.Elements:
		kind = 2
	default:
		kind = 1
	}
	r.rank = [6]int{host, expression, len(r.Path.Value), kind, r.Fields(), len(r.Headers)}
}

// maxHostLength is more than a host has characters.
const maxHostLength = 1 << 10

func (r *rule) compare(other *rule) int {
	return cmp.Or(slices.Compare(other.rank[:], r.rank[:]), cmp.Compare(r.Host, other.Host), cmp.Compare(r.Path.Value, other.Path.Value))
}
