package ingress

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/precedence"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
)

// transformer is the plugin that rewrites paths.
const transformer = "request-transformer"

// boundPlugin is a plugin that a binding of the control plane's namespace can name.
type boundPlugin struct {
	key crd.Key
	// suffix tells its bindings from others of the same route or service.
	suffix string
	// made is the plugin itself where it is one of the translation's.
	made crd.Object
}

// plugins returns those that an object of a namespace names.
func (p *plane) plugins(namespace string, names []pluginName) ([]boundPlugin, error) {
	var bound []boundPlugin
	var problems []error
	types := map[string]string{}
	for _, n := range names {
		b, found, err := p.plugin(namespace, n)
		switch other := types[found.kind]; {
		case err != nil:
			problems = append(problems, err)
		case found.instance != "":
			problems = append(problems, fmt.Errorf("%s has an instance_name, which one entity alone can have, and there is one for each route and Service", b.key))
		case other != "":
			problems = append(problems, fmt.Errorf("%s is of type %s like %s, and the gateway runs one of a type", b.key, found.kind, other))
		default:
			types[found.kind] = b.key.String()
			bound = append(bound, b)
		}
	}
	if err := joined(problems); err != nil {
		return nil, fmt.Errorf("metadata.annotations[%splugins]: %w", prefix, err)
	}
	return bound, nil
}

// plugin finds one: a KongPlugin of the namespace, or else a KongClusterPlugin.
func (p *plane) plugin(namespace string, n pluginName) (boundPlugin, plugin, error) {
	if n.namespace != "" {
		namespace = n.namespace
	}
	key := crd.Key{Group: crd.ConfigurationGroup, Kind: crd.PluginKind, Namespace: namespace, Name: n.name}
	if len(validation.IsDNS1123Subdomain(n.name))+len(validation.IsDNS1123Label(namespace)) > 0 {
		return boundPlugin{}, plugin{}, fmt.Errorf("%s is no name that an object can have", key)
	}
	if found, ok := p.cluster.plugins[name{namespace, n.name}]; ok {
		if err := p.cluster.permit("KongPluginBinding", p.key.Namespace, key); err != nil {
			return boundPlugin{}, plugin{}, fmt.Errorf("%s %w", key, err)
		}
		return boundPlugin{key: key, suffix: namespace + "." + n.name}, found, nil
	}
	if found, ok := p.cluster.plugins[name{"", n.name}]; ok && n.namespace == "" {
		key.Kind, key.Namespace = crd.ClusterPluginKind, ""
		return boundPlugin{key: key, suffix: n.name}, found, nil
	}
	return boundPlugin{}, plugin{}, fmt.Errorf("there is neither a %s nor a KongClusterPlugin of that name", key)
}

// pluginsOf returns the plugins of the routes of an Ingress, with the one that rewrites
// paths; false after a problem.
func (p *plane) pluginsOf(i *subject) ([]boundPlugin, bool) {
	at := field.NewPath("metadata", "annotations")
	bound, err := p.plugins(i.result.Key.Namespace, i.settings.plugins)
	if err != nil {
		i.result.refuse(field.Invalid(at.Key(prefix+"plugins"), i.object.Annotations[prefix+"plugins"],
			strings.TrimPrefix(err.Error(), "metadata.annotations["+prefix+"plugins]: ")))
		return nil, false
	}
	if i.settings.rewrite == "" {
		return bound, true
	}
	for _, b := range bound {
		if p.cluster.plugins[name{b.key.Namespace, b.key.Name}].kind == transformer {
			i.result.refuse(field.Forbidden(at.Key(prefix+"rewrite"), "needs a plugin of type "+transformer+", and "+b.key.String()+" is one: the gateway runs one of a type"))
			return nil, false
		}
	}
	rewriter, err := p.rewriter(i)
	if err != nil {
		i.result.refuse(field.Invalid(at.Key(prefix+"rewrite"), i.settings.rewrite, reasons(err).Error()))
		return nil, false
	}
	return append(bound, rewriter), true
}

// rewriter makes the plugin that rewrites the paths of an Ingress.
func (p *plane) rewriter(i *subject) (boundPlugin, error) {
	key := i.result.Key
	uri := captures.ReplaceAllString(i.settings.rewrite, "$$(uri_captures[$1])")
	made, err := build(p, key, builder.NewPlugin(objectName(key.Namespace, key.Name, "rewrite"), transformer).
		Config(map[string]any{"replace": map[string]any{"uri": uri}}))
	if err != nil {
		return boundPlugin{}, err
	}
	return boundPlugin{key: crd.KeyOf(made), suffix: "rewrite", made: made}, nil
}

var captures = regexp.MustCompile(`\$(\d+)`)

// checkRewrite refuses what the plugin would take for a template.
func checkRewrite(value string) error {
	rest := captures.ReplaceAllString(value, "")
	switch {
	case !strings.HasPrefix(value, "/"):
		return errors.New("must begin with /")
	case strings.Contains(rest, "$"):
		return errors.New("must have $ before the number of a capture group alone")
	case strings.ContainsAny(value, "?#"):
		return errors.New("must be a path without query and fragment")
	}
	return nil
}

// checkCaptures refuses the number of a capture group that a path has not.
func checkCaptures(rewrite string, path precedence.Path) error {
	groups := 0
	if path.Kind == precedence.Expression {
		groups = captureGroups(path.Value)
	}
	for _, number := range captures.FindAllStringSubmatch(rewrite, -1) {
		if n, err := strconv.Atoi(number[1]); err != nil || n < 1 || n > groups {
			return fmt.Errorf("has no capture group %s", number[1])
		}
	}
	return nil
}

// captureGroups returns how many groups an expression has; any number where Go's syntax is
// not the gateway's.
func captureGroups(expression string) int {
	compiled, err := regexp.Compile(expression)
	if err != nil {
		return math.MaxInt
	}
	return compiled.NumSubexp()
}

// bind attaches a plugin to what target says, which has a name.
func (p *plane) bind(of crd.Key, to string, plugin boundPlugin, target func(*builder.PluginBinding)) {
	b := builder.NewPluginBinding(source.Fit(to+"."+plugin.suffix, source.MaxObjectName)).ControlPlane(p.key.Name)
	switch plugin.key.Namespace {
	case "":
		b.ClusterPlugin(plugin.key.Name)
	case p.key.Namespace:
		b.Plugin(plugin.key.Name)
	default:
		b.PluginIn(plugin.key.Namespace, plugin.key.Name)
	}
	target(b)
	if plugin.made != nil {
		p.keep(plugin.made)
	}
	made, err := build(p, of, b)
	if err != nil {
		p.err = cmp.Or(p.err, err) // to serve without the plugin is no way out
		return
	}
	p.keep(made)
}
