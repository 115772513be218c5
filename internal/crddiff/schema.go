package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Keywords of a schema that are not compared as plain values.
const (
	descriptionKey = "description"
	propertiesKey  = "properties"
	itemsKey       = "items"
	additionalKey  = "additionalProperties"
	rulesKey       = "x-kubernetes-validations"
	allOfKey       = "allOf"
	requiredKey    = "required"
	enumKey        = "enum"
)

// node is a schema as it stands in the file.
type node map[string]any

func asNode(value any) node {
	n, _ := value.(map[string]any)
	return n
}

func asList(value any) []any {
	list, _ := value.([]any)
	return list
}

func (n node) property(name string) (node, bool) {
	property, ok := asNode(n[propertiesKey])[name]
	return asNode(property), ok
}

// optional tells whether an object that has passed the schema may lack a property. A
// default does not help a status, which an API server drops from a new object later.
func (n node) optional(name string) bool {
	property, _ := n.property(name)
	_, hasDefault := property["default"]
	return (!hasDefault || name == "status") && !slices.Contains(asList(n[requiredKey]), any(name))
}

// enum lists the only values of a string; none means that all are allowed.
func (n node) enum() []string {
	var values []string
	for _, value := range asList(n[enumKey]) {
		values = append(values, fmt.Sprint(value))
	}
	return values
}

// compareSchemas compares two nodes at a path, and those below them.
func (c *comparison) compareSchemas(path string, ours, official node) {
	c.Fields++
	c.compareRules(path, ours, official)
	c.compareFields(path, keywords(ours), keywords(official))

	below := asNode(ours[propertiesKey])
	officialBelow := asNode(official[propertiesKey])
	for _, name := range names(below, officialBelow) {
		c.compareChild(strings.TrimPrefix(path+"."+name, "."), below[name], officialBelow[name])
	}
	c.compareChild(path+"[]", ours[itemsKey], official[itemsKey])
	c.compareChild(path+"{}", ours[additionalKey], official[additionalKey])
}

func (c *comparison) compareChild(path string, ours, official any) {
	ourNode, officialNode := asNode(ours), asNode(official)
	if ourNode != nil && officialNode != nil {
		c.compareSchemas(path, ourNode, officialNode)
		return
	}
	c.compareValues(path, ours, official)
}

// keywords returns what a node says for itself, with lists that are sets in order.
func keywords(n node) node {
	own := node{}
	for key, value := range n {
		switch key {
		case descriptionKey, propertiesKey, itemsKey, additionalKey, rulesKey:
		case requiredKey, enumKey:
			own[key] = sorted(asList(value))
		default:
			own[key] = value
		}
	}
	return withoutBounds(own)
}

func sorted(list []any) []any {
	return slices.SortedFunc(slices.Values(list), func(a, b any) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
}

// withoutBounds moves lower bounds out of allOf, where they mean the same as beside it.
func withoutBounds(n node) node {
	branches := asList(n[allOfKey])
	bounds := map[string]float64{}
	for _, branch := range branches {
		for key, value := range asNode(branch) {
			number, isNumber := value.(float64)
			if !isNumber || !slices.Contains([]string{"minLength", "minItems", "minimum"}, key) {
				return n
			}
			bounds[key] = max(number, bounds[key])
		}
	}
	for key, bound := range bounds {
		if beside, ok := n[key].(float64); ok {
			bound = max(bound, beside)
		}
		n[key] = bound
	}
	delete(n, allOfKey)
	return n
}

// compareFields compares the values of two objects, key by key.
func (c *comparison) compareFields(path string, ours, official node) {
	for _, key := range names(ours, official) {
		c.compareValues(path+" "+key, ours[key], official[key])
	}
}

func (c *comparison) compareValues(path string, ours, official any) {
	if !reflect.DeepEqual(ours, official) {
		c.Differences = append(c.Differences, difference{Path: c.at + " " + strings.TrimSpace(path), Ours: ours, Official: official})
	}
}
