package router

// Part is a part of a route as tests see it.
type Part struct {
	ID       string
	Priority uint64
	Paths    []string
}

// Split returns the parts of a route in flavor traditional_compatible.
func Split(route *Route, c Calculation) []Part {
	groups := splitByLength(route)
	parts := make([]Part, len(groups))
	for i, g := range groups {
		parts[i] = Part{g.id, weigh(route, g.paths).Priority(c), g.paths}
		if route.Subsystem() == Stream {
			parts[i].Priority = streamPriority(route)
		}
	}
	return parts
}
