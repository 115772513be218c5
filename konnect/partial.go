package konnect

// isolate hands the problems of a batch to the objects that have them, so that
// all others can be handled. What is wrong with an object that has no entity, such
// as credentials, concerns those that refer to it and may.
func (s *session) isolate() {
	problems := s.problems
	s.problems = nil
	for _, p := range problems {
		switch {
		case s.byKey[p.Key] != nil:
			s.byKey[p.Key].fail(p.named())
		case s.origins[p.Key] == nil && s.unresolved[p.Key] == nil:
			s.problems = append(s.problems, p) // about the call as a whole
		case !s.failReferrers(p):
			s.asides = append(s.asides, p.named())
		}
	}
}

// failReferrers fails the objects that refer to the one which has the problem, and
// tells whether there are any.
func (s *session) failReferrers(p Problem) bool {
	found := false
	for _, m := range s.members {
		for _, edge := range m.node.Edges {
			if edge.Node != nil && edge.Node.Key == p.Key {
				m.fail(p.named())
				found = true
			}
		}
	}
	return found
}
