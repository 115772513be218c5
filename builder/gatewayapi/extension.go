package gatewayapi

import (
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// addExtension reads a reference to a KongPlugin of the route's namespace.
func (r *rule) addExtension(at *field.Path, ref *gatewayv1.LocalObjectReference) {
	if string(ref.Group) != crd.ConfigurationGroup || string(ref.Kind) != crd.PluginKind {
		r.unsupported(at, "only a KongPlugin of "+crd.ConfigurationGroup+" can be named")
		return
	}
	r.action.plugins = append(r.action.plugins, namedPlugin{string(ref.Name), at})
}

// annotationPrefix is that of Kong's annotations.
const annotationPrefix = "konghq.com/"

// annotations are what those of a route say about all of its rules.
type annotations struct {
	// strip and preserve are strip-path and preserve-host; preserve is true where unset.
	strip, preserve                     bool
	requestBuffering, responseBuffering *bool
	// redirectStatus is https-redirect-status-code; 0 where unset.
	redirectStatus int64
	plugins        []namedPlugin
	tags           []string
}

// readAnnotations reads those of a route. One that is unknown, or has no
// value that it can have, is warned of and has no effect.
func (r *route) readAnnotations() annotations {
	a := annotations{preserve: true}
	for name, value := range r.meta.Annotations {
		name, ours := strings.CutPrefix(name, annotationPrefix)
		if !ours {
			continue
		}
		at := field.NewPath("metadata", "annotations").Key(annotationPrefix + name)
		if r.isStream() {
			r.warn(at, "has no effect on a route of streams")
			continue
		}
		switch truth, err := strconv.ParseBool(value); name {
		case "strip-path", "preserve-host", "request-buffering", "response-buffering":
			if err != nil {
				r.warn(at, "is neither true nor false, and ignored")
				continue
			}
			a.set(name, truth)
		case "https-redirect-status-code":
			if status, err := strconv.ParseInt(value, 10, 64); err == nil && slices.Contains([]int64{301, 302, 307, 308, 426}, status) {
				a.redirectStatus = status
				continue
			}
			r.warn(at, "is none of 301, 302, 307, 308 and 426, and ignored")
		case "plugins":
			for _, plugin := range listOf(value) {
				a.plugins = append(a.plugins, namedPlugin{plugin, at})
			}
		case "tags":
			if tags := commonv1alpha1.Tags(listOf(value)); len(tags.Validate(at)) == 0 {
				a.tags = tags
				continue
			}
			r.warn(at, "is no list of at most 20 tags of at most 128 characters, and ignored")
		default:
			r.warn(at, "has no effect on a route of the Gateway API")
		}
	}
	return a
}

func (a *annotations) set(name string, value bool) {
	switch name {
	case "strip-path":
		a.strip = value
	case "preserve-host":
		a.preserve = value
	case "request-buffering":
		a.requestBuffering = &value
	case "response-buffering":
		a.responseBuffering = &value
	}
}

// listOf splits a list of names at its commas.
func listOf(value string) []string {
	var names []string
	for name := range strings.SplitSeq(value, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// permitted returns a plugin of the route's namespace, and why it cannot be used from the
// objects of a control plane.
func (c *cluster) permitted(route crd.Key, plugin namedPlugin, controlPlane crd.Key) (key crd.Key, reason gatewayv1.RouteConditionReason, message string) {
	key = crd.Key{Group: crd.ConfigurationGroup, Kind: crd.PluginKind, Namespace: route.Namespace, Name: plugin.name}
	binding := crd.Key{Group: crd.ConfigurationGroup, Kind: "KongPluginBinding", Namespace: controlPlane.Namespace}
	switch {
	case !c.permitsKong(binding, key):
		return key, gatewayv1.RouteReasonRefNotPermitted,
			"no KongReferenceGrant in " + key.Namespace + " lets KongPluginBindings of " + binding.Namespace + " refer to " + key.String()
	case c.plugins[place{key.Namespace, key.Name}] == nil:
		return key, gatewayv1.RouteReasonBackendNotFound, key.String() + " does not exist"
	default:
		return key, "", ""
	}
}

// named returns a copy of the plugins.
func (a *annotations) named() []namedPlugin { return slices.Clone(a.plugins) }
