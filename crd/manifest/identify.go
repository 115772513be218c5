package manifest

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
)

// identity is what an object says that it is.
type identity struct {
	gvk schema.GroupVersionKind
	// goType is that of the kind; nil when it is not known.
	goType reflect.Type
	// items says that the object is a list of objects of the kind, or of any kind
	// where goType is nil.
	items bool
	// near is the type that was probably meant when only the version is not known.
	near reflect.Type
	// skip is why SkipUnknownKinds leaves the object out; empty when it does not.
	skip SkipReason
	// mistakes are what is wrong with it, by field; an empty one is the whole object.
	mistakes []mistake
}

type mistake struct{ field, message string }

func (m mistake) String() string { return strings.TrimPrefix(m.field+": "+m.message, ": ") }

func (i *identity) mistake(field, message string) {
	i.mistakes = append(i.mistakes, mistake{field, message})
}

// identify finds out what object is.
func (c *catalog) identify(object map[string]any) identity {
	var id identity
	if key := deckKey(object); key != "" {
		id.skip = SkippedDeckFile
		id.mistake("", "is a decK file ("+key+"), not a manifest of Kubernetes objects")
		return id
	}
	apiVersion, kind := id.text(object, "apiVersion"), id.text(object, "kind")
	if len(id.mistakes) > 0 {
		if !c.mayBeObject(object, apiVersion, kind) {
			id.skip = SkippedNoManifest
		}
		return id
	}
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		id.mistake("apiVersion", "must be a group and version such as konnect.konghq.com/v1alpha2")
		return id
	}
	id.gvk = gv.WithKind(kind)
	if id.goType = c.types[id.gvk]; id.goType != nil {
		return id
	}
	base, isList := strings.CutSuffix(kind, "List")
	if isList {
		id.goType = c.types[gv.WithKind(base)]
		id.items = id.goType != nil || apiVersion == "v1" && base == ""
	}
	if !id.items {
		c.explain(&id, cmp.Or(base, kind))
	}
	return id
}

// deckKey returns the field by which decK knows its files; empty in other documents.
func deckKey(object map[string]any) string {
	for _, key := range []string{"_format_version", "_info", "_konnect"} {
		if _, ok := object[key]; ok && object["kind"] == nil {
			return key
		}
	}
	return ""
}

// text returns the string at key, which must not be empty.
func (i *identity) text(object map[string]any, key string) string {
	value, ok := object[key].(string)
	switch {
	case object[key] == nil || ok && value == "":
		i.mistake(key, "must be set")
	case !ok:
		i.mistake(key, "must be a string, not "+describe(object[key]))
	}
	return value
}

// mayBeObject reports whether a document that lacks apiVersion or kind may have been
// meant as an object of this module.
func (c *catalog) mayBeObject(object map[string]any, apiVersion, kind string) bool {
	_, hasMetadata := object["metadata"].(map[string]any)
	_, hasSpec := object["spec"].(map[string]any)
	group, _, _ := strings.Cut(apiVersion, "/")
	return isKongs(group) || c.nearestKind(kind, "") != "" || hasMetadata && (hasSpec || apiVersion+kind != "")
}

// explain says why the kind of id is not known, which without the suffix of a list is
// called base.
func (c *catalog) explain(id *identity, base string) {
	group := id.gvk.Group
	own := c.versions(schema.GroupKind{Group: group, Kind: base})
	others := c.similar(base)
	isOurs := func(version string) bool { return strings.Contains(version, "konghq.com/") }
	near := c.nearestKind(base, group)
	word := "unknown"
	switch versions := cmp.Or(strings.Join(own, ", "), strings.Join(others, ", ")); {
	case versions != "":
		id.mistake("apiVersion", fmt.Sprintf("unknown version %q, must be %s", id.gvk.GroupVersion(), versions))
		if len(own) > 0 && base == id.gvk.Kind {
			id.near = c.newest(own, base)
		} else if !slices.ContainsFunc(others, isOurs) {
			id.skip = SkippedForeign
		}
		return
	case near != "":
		near = ", did you mean " + near + "?"
	case isKongs(group):
		id.skip, word = SkippedUnsupported, "unsupported"
	default:
		id.skip = SkippedForeign
	}
	id.mistake("kind", fmt.Sprintf("%s kind %s%s supported are %s", word, strconv.Quote(id.gvk.Kind),
		cmp.Or(near, ","), strings.Join(c.kindNames(), ", ")))
}

func (c *catalog) newest(versions []string, kind string) reflect.Type {
	gv, err := schema.ParseGroupVersion(versions[len(versions)-1])
	if err != nil {
		return nil
	}
	return c.types[gv.WithKind(kind)]
}

// nearestKind returns the kind that an object of a group was probably meant to have;
// empty when none is close.
func (c *catalog) nearestKind(kind, group string) string {
	var candidates []string
	for gvk := range c.types {
		if isKongs(gvk.Group) || gvk.Group == group {
			candidates = append(candidates, gvk.Kind)
		}
	}
	return nearest(kind, candidates)
}

// isKongs reports whether an API group is one of Kong's.
func isKongs(group string) bool {
	return group == "konghq.com" || strings.HasSuffix(group, ".konghq.com")
}

// isExact reports whether an unknown field is refused in whole objects of a kind,
// because to ignore it could allow more than was written: whom a grant permits, what a
// route matches, what a plugin demands, how long a credential lives.
func isExact(gvk schema.GroupVersionKind) bool {
	exact := []string{
		"KongReferenceGrant", "KonnectAPIAuthConfiguration", crd.SecretKind,
		"KongRoute", "KongPlugin", "KongClusterPlugin", "KongPluginBinding",
	}
	return slices.Contains(exact, gvk.Kind) || strings.HasPrefix(gvk.Kind, "KongCredential")
}
