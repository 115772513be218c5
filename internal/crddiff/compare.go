package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// difference is something that one side has, or has otherwise; nil means absent.
type difference struct {
	// Path is the definition, its version, the field and the keyword.
	Path           string
	Ours, Official any
}

func (d difference) String() string {
	show := func(value any) string {
		if value == nil {
			return "absent"
		}
		return fmt.Sprint(value)
	}
	return fmt.Sprintf("%s\n    ours:     %s\n    official: %s", d.Path, show(d.Ours), show(d.Official))
}

// comparison is what is known after definitions were compared.
type comparison struct {
	Definitions, Versions, Fields, Rules int

	Differences []difference
	Notes       []note

	// at is the definition and version that is compared at present.
	at string
}

// compare compares each of our definitions with the official one of its name.
func compare(ours, official map[string]node) *comparison {
	c := &comparison{}
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		c.Definitions++
		c.at = strings.SplitN(name, ".", 2)[0]
		if official[name] == nil {
			c.compareValues("", "defined", nil)
			continue
		}
		c.compareDefinitions(ours[name], official[name])
	}
	return c
}

func (c *comparison) compareDefinitions(ours, official node) {
	c.compareFields("", without(ours, "metadata", "spec", "status"), without(official, "metadata", "spec", "status"))
	for _, key := range []string{"labels", "annotations"} {
		c.compareFields("metadata."+key, metadata(ours, key), metadata(official, key))
	}
	spec, officialSpec := asNode(ours["spec"]), asNode(official["spec"])
	c.compareFields("spec", without(spec, "versions"), without(officialSpec, "versions"))

	definition := c.at
	versions, officialVersions := versionsOf(spec), versionsOf(officialSpec)
	for _, name := range names(versions, officialVersions) {
		version, officialVersion := asNode(versions[name]), asNode(officialVersions[name])
		c.at = definition + " " + name
		if version == nil || officialVersion == nil {
			c.compareValues("", versions[name], officialVersions[name])
			continue
		}
		c.Versions++
		c.compareFields("", plainVersion(version), plainVersion(officialVersion))
		c.compareSchemas("", openAPI(version), openAPI(officialVersion))
	}
}

// metadata returns labels or annotations but for those of the generators.
func metadata(definition node, key string) node {
	kept := node{}
	for name, value := range asNode(asNode(definition["metadata"])[key]) {
		prefix, _, _ := strings.Cut(name, "/")
		if prefix != "controller-gen.kubebuilder.io" && prefix != "kubernetes-configuration.konghq.com" {
			kept[name] = value
		}
	}
	return kept
}

func versionsOf(spec node) node {
	versions := node{}
	for _, version := range asList(spec["versions"]) {
		name, _ := asNode(version)["name"].(string)
		versions[name] = version
	}
	return versions
}

func openAPI(version node) node {
	return asNode(asNode(version["schema"])["openAPIV3Schema"])
}

// plainVersion is a version without its schema and without words for people.
func plainVersion(version node) node {
	plain := without(version, "schema")
	if _, warns := plain["deprecationWarning"]; warns {
		plain["deprecationWarning"] = true
	}
	var columns []any
	for _, column := range asList(plain["additionalPrinterColumns"]) {
		columns = append(columns, without(asNode(column), descriptionKey))
	}
	plain["additionalPrinterColumns"] = columns
	return plain
}

func without(n node, keys ...string) node {
	rest := maps.Clone(n)
	for _, key := range keys {
		delete(rest, key)
	}
	return rest
}

// names lists the keys of both objects.
func names(ours, official node) []string {
	all := maps.Clone(ours)
	if all == nil {
		all = node{}
	}
	maps.Copy(all, official)
	return slices.Sorted(maps.Keys(all))
}
