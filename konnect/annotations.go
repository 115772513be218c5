package konnect

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/internal/spelling"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// annotationPrefix is that of all annotations of this module.
const annotationPrefix = "konnectkit"

// ownAnnotations are all that there are of this module.
func ownAnnotations() []string {
	return []string{
		crd.DeletionPolicyAnnotation, crd.ManagementPolicyAnnotation, crd.AdoptionPolicyAnnotation, konnectv1alpha1.ConversionAnnotation,
	}
}

func annotationPath(key string) *field.Path {
	return field.NewPath("metadata", "annotations").Key(printable.Line(key))
}

// checkAnnotations refuses annotations of this module that mean nothing, so that
// nobody relies on them.
func checkAnnotations(obj crd.Object) field.ErrorList {
	var problems field.ErrorList
	known := ownAnnotations()
	for _, key := range slices.Sorted(maps.Keys(obj.GetAnnotations())) {
		if strings.HasPrefix(key, annotationPrefix+"/") && !slices.Contains(known, key) {
			problems = append(problems, field.Forbidden(annotationPath(key), fmt.Sprintf(
				"there is no such annotation; the nearest is %s, all are %s", spelling.Nearest(key, known), strings.Join(known, ", "))))
		}
	}
	return append(problems, checkPolicies(obj)...)
}

// checkPlugins refuses an object whose plugins would be left out in silence.
func checkPlugins(k *kinds.Kind, obj crd.Object) field.ErrorList {
	path := annotationPath(crd.PluginsAnnotation)
	names := crd.PluginNames(obj)
	switch {
	case len(names) == 0:
		return nil
	case k.Implication(crd.Reference{Field: crd.PluginsField}) == nil:
		return field.ErrorList{field.Forbidden(path,
			"plugins act on services, routes, consumers and consumer groups; put the annotation on one of those")}
	case kinds.Adopt(obj).IsMatch(), obj.GetAnnotations()[crd.ManagementPolicyAnnotation] == string(crd.ManagementPolicyObserve):
		return field.ErrorList{field.Forbidden(path,
			"the entity of this object is only looked at, and bears no mark of what the object implies; attach the plugin with a KongPluginBinding")}
	}
	for _, name := range names {
		if strings.Contains(name, ":") {
			return field.ErrorList{field.Invalid(path, name,
				"must be a plugin of the object's own namespace; attach one of another namespace with a KongPluginBinding and a KongReferenceGrant, or make it a KongClusterPlugin")}
		}
	}
	return nil
}

// misspelled is an annotation that has no effect and looks as if it should.
type misspelled struct{ key, meant string }

// misspelledAnnotations finds annotations whose prefix or name is nearly one that
// has an effect.
func misspelledAnnotations(obj crd.Object) []misspelled {
	var found []misspelled
	for _, key := range slices.Sorted(maps.Keys(obj.GetAnnotations())) {
		prefix, name, hasPrefix := strings.Cut(key, "/")
		switch {
		case prefix == annotationPrefix && hasPrefix: // see checkAnnotations
		case isNearPrefix(prefix), hasPrefix && isNearName(name) && strings.Contains(strings.ToLower(prefix), "konnect"):
			found = append(found, misspelled{key, spelling.Nearest(annotationPrefix+"/"+strings.ToLower(name), ownAnnotations())})
		case key == "plugins.konghq.com", isNear(key, crd.PluginsAnnotation):
			found = append(found, misspelled{key, crd.PluginsAnnotation})
		case isNear(key, marks.TagsAnnotation):
			found = append(found, misspelled{key, marks.TagsAnnotation})
		}
	}
	return found
}

func isNear(key, known string) bool {
	return key != known && spelling.Distance(strings.ToLower(key), known) <= 1
}

// isNearPrefix takes konnectkit.io, konnect-kit and Konnectkit for what they mean.
func isNearPrefix(prefix string) bool {
	plain := strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(prefix))
	return strings.HasPrefix(plain, annotationPrefix) || spelling.Distance(plain, annotationPrefix) <= 2
}

func isNearName(name string) bool {
	return slices.ContainsFunc(ownAnnotations(), func(key string) bool {
		return spelling.Distance(annotationPrefix+"/"+strings.ToLower(name), key) <= 2
	})
}

// checkMisspelledPolicies refuses to delete what a misspelled annotation may have
// been meant to keep.
func checkMisspelledPolicies(obj crd.Object) field.ErrorList {
	var problems field.ErrorList
	for _, m := range misspelledAnnotations(obj) {
		value := obj.GetAnnotations()[m.key]
		isPolicy := m.meant == crd.DeletionPolicyAnnotation && value != string(crd.DeletionPolicyDelete) ||
			m.meant == crd.ManagementPolicyAnnotation && value != string(crd.ManagementPolicyFull)
		if _, known := obj.GetAnnotations()[m.meant]; isPolicy && !known {
			problems = append(problems, field.Forbidden(annotationPath(m.key),
				"has no effect, and "+m.meant+" would keep the entity; correct it or take it away"))
		}
	}
	return problems
}

// checkPolicies refuses policies that mean nothing.
func checkPolicies(obj crd.Object) field.ErrorList {
	annotations := obj.GetAnnotations()
	var problems field.ErrorList
	check := func(key string, allowed ...string) {
		if value, set := annotations[key]; set && !slices.Contains(allowed, value) {
			problems = append(problems, field.NotSupported(annotationPath(key), value, allowed))
		}
	}
	check(crd.DeletionPolicyAnnotation,
		string(crd.DeletionPolicyDelete), string(crd.DeletionPolicyRetain), string(crd.DeletionPolicyProtect))
	check(crd.ManagementPolicyAnnotation, string(crd.ManagementPolicyFull), string(crd.ManagementPolicyObserve))
	return problems
}
