package router

import "slices"

// group is the paths of a route that the router takes as one: all of one length, or
// all regular expressions.
type group struct {
	id    string
	paths []string
}

// splitByLength returns the parts of a route in flavor traditional_compatible. Their
// IDs are derived from that of the route; one part alone has the route's own.
func splitByLength(route *Route) []group {
	const regex = -1
	kinds := make([]int, 0, 4)
	groups := make([]group, 0, 1)
	for _, path := range route.Paths {
		kind := len(path)
		if IsRegex(path) {
			kind = regex
		}
		at := slices.Index(kinds, kind)
		if at < 0 {
			at = len(kinds)
			kinds, groups = append(kinds, kind), append(groups, group{})
		}
		groups[at].paths = append(groups[at].paths, path)
	}
	id := lowerASCII(route.ID)
	if len(groups) < 2 {
		return []group{{id, route.Paths}}
	}
	for i := range groups {
		if route.ID != "" { // what is not known stays so
			groups[i].id = partID(route.ID, i+1)
		}
	}
	return groups
}

// splitByPath returns the parts of a route in flavor traditional: one for each path.
func splitByPath(route *Route) []group {
	if len(route.Paths) < 2 {
		return []group{{lowerASCII(route.ID), route.Paths}}
	}
	groups := make([]group, len(route.Paths))
	for i, path := range route.Paths {
		groups[i] = group{lowerASCII(route.ID), []string{path}}
	}
	return groups
}
