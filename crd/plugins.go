package crd

import (
	"slices"
	"strings"
)

// PluginsAnnotation names plugins of a service, route, consumer or consumer group,
// separated by commas: a KongPlugin of the object's namespace each, or else a
// KongClusterPlugin.
const PluginsAnnotation = "konghq.com/plugins"

// PluginsField is the path of PluginsAnnotation, as in Reference.
const PluginsField = "metadata.annotations[" + PluginsAnnotation + "]"

// PluginNames returns the names in an object's PluginsAnnotation, each once.
func PluginNames(obj interface{ GetAnnotations() map[string]string }) []string {
	var names []string
	for name := range strings.SplitSeq(obj.GetAnnotations()[PluginsAnnotation], ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// PluginReferences returns the references in an object's PluginsAnnotation. A name of
// another namespace, as in ns:name, leads nowhere.
func PluginReferences(obj interface {
	GetAnnotations() map[string]string
	GetNamespace() string
},
) []Reference {
	var refs []Reference
	for _, name := range PluginNames(obj) {
		if strings.Contains(name, ":") {
			continue
		}
		refs = append(refs, Reference{
			Field: PluginsField,
			To:    Key{Group: ConfigurationGroup, Kind: PluginKind, Namespace: NamespaceOf(obj), Name: name},
			Or:    &Key{Group: ConfigurationGroup, Kind: ClusterPluginKind, Name: name},
			Role:  RoleImplies,
		})
	}
	return refs
}
