package main

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// note is a pair of rules whose texts differ, or an official rule that needs no
// counterpart, because it accepts everything.
type note struct {
	Path, Ours, Official string
}

func (n note) String() string {
	ours := cmp.Or(n.Ours, "none, as the official rule accepts everything")
	return fmt.Sprintf("%s\n    ours:     %s\n    official: %s", n.Path, ours, n.Official)
}

// compareRules pairs the rules of two nodes. Their order and messages are free.
func (c *comparison) compareRules(path string, ours, official node) {
	left := slices.Clone(asList(ours[rulesKey]))
	c.Rules += len(left)
	for _, rule := range asList(official[rulesKey]) {
		i := slices.IndexFunc(left, func(our any) bool { return sameRule(official, asNode(our), asNode(rule)) })
		text := ruleText(asNode(rule))
		switch {
		case i >= 0:
			if our := ruleText(asNode(left[i])); our != text {
				c.Notes = append(c.Notes, note{Path: strings.TrimSpace(c.at + " " + path), Ours: our, Official: text})
			}
			left = slices.Delete(left, i, i+1)
		case holdsAlways(official, text):
			c.Notes = append(c.Notes, note{Path: strings.TrimSpace(c.at + " " + path), Official: text})
		default:
			c.compareValues(path+" rule", nil, text)
		}
	}
	for _, rule := range left {
		c.compareValues(path+" rule", ruleText(asNode(rule)), nil)
	}
}

func ruleText(rule node) string {
	text, _ := rule["rule"].(string)
	return strings.Join(strings.Fields(text), " ")
}

// sameRule tells whether two rules accept the same objects of a schema, and report the
// others in the same way, the words of the message aside.
func sameRule(schema, ours, official node) bool {
	return reflect.DeepEqual(settings(ours), settings(official)) && sameEffect(schema, ruleText(ours), ruleText(official))
}

// settings is all that a rule says but its text and message.
func settings(rule node) node {
	rest := node{}
	for key, value := range rule {
		if key != "rule" && key != "message" {
			rest[key] = value
		}
	}
	return rest
}

// sameEffect tells whether two rules are proved to accept the same objects of a schema.
// Rules that look at oldSelf are applied to updates only: both must, or neither.
func sameEffect(schema node, ours, official string) bool {
	isTransition := func(rule string) bool {
		e, err := parse(rule)
		return err == nil && mentions(e.tree, oldSelf)
	}
	return ours == official || isTransition(ours) == isTransition(official) && equivalent(schema, ours, official)
}

// holdsAlways tells whether a rule is proved to accept every object of a schema.
func holdsAlways(schema node, rule string) bool { return equivalent(schema, rule, "true") }

func equivalent(schema node, rules ...string) bool {
	m := newModel(schema)
	var formulas []formula
	for _, rule := range rules {
		e, err := parse(rule)
		if err != nil {
			return false
		}
		formulas = append(formulas, m.formula(e, e.tree))
	}
	return m.everywhere(func(s situation) bool {
		return (formulas[0](s) == yes) == (formulas[1](s) == yes)
	})
}
