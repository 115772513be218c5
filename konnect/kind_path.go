package konnect

import (
	"net/url"
	"strings"
)

const controlPlanesPath = "/v2/control-planes"

func controlPlanePath(id string) string { return controlPlanesPath + "/" + segment(id) }

// segment escapes what a server or an object says, so that it stays one segment of a path.
func segment(text string) string {
	if text == "." || text == ".." {
		return strings.ReplaceAll(text, ".", "%2E")
	}
	return url.PathEscape(text)
}

// collectionPath is the path of the list of all entities of the kind.
func (t *traits) collectionPath(at scope) string {
	if t.collection == "" {
		return controlPlanesPath
	}
	return corePath(at) + t.collection
}

// natural is the natural key of an observed entity, unique in its collection;
// empty for none.
func (t *traits) natural(e *entity) string {
	if t.parent != "" {
		return nestedKey(t.parentID(e), nameOf(e))
	}
	return e.Name
}

// nestedKey is the natural key of an entity that is unique in its parent only.
func nestedKey(parentID, name string) string {
	if name == "" {
		return ""
	}
	return parentID + " " + name
}

// parentPath is the path below which single entities of the kind are collected.
func (t *traits) parentPath(at scope) string {
	if t.parentCollection == "" {
		return corePath(at)
	}
	return corePath(at) + t.parentCollection + "/" + segment(at.parent) + "/"
}

// entityPath is the path of one entity, by ID or natural key.
func (t *traits) entityPath(at scope, idOrName string) string {
	if t.collection == "" {
		return controlPlanePath(idOrName)
	}
	return t.parentPath(at) + t.collection + "/" + segment(idOrName)
}

func corePath(at scope) string { return controlPlanePath(at.controlPlane) + "/core-entities/" }
