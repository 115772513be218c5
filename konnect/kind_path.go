package konnect

import "net/url"

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

// entityPath is the path of one entity, by ID or natural key.
func (t *traits) entityPath(at scope, idOrName string) string {
	idOrName = url.PathEscape(idOrName)
	switch {
	case t.collection == "":
		return controlPlanesPath + "/" + idOrName
	case t.parentCollection == "":
		return corePath(at) + t.collection + "/" + idOrName
	default:
		return corePath(at) + t.parentCollection + "/" + at.parent + "/" + t.collection + "/" + idOrName
	}
}

func corePath(at scope) string { return controlPlanesPath + "/" + at.controlPlane + "/core-entities/" }
