package konnect

import "fmt"

// warnOfEmptying tells of control planes in which a prune deletes everything that the
// owner has, as happens where another program uses the same owner.
func (s *session) warnOfEmptying() {
	doomed := map[*member]int{}
	for _, m := range s.prunes {
		if m.isDoomed() {
			doomed[m.control]++
		}
	}
	for _, plane := range s.completeControlPlanes() {
		if n := doomed[plane]; n > 0 && n == s.ownedIn(plane) {
			s.warn(Warning{Key: plane.key, Code: WarningPrunesAll, Message: fmt.Sprintf(
				"the prune deletes everything that owner %s has in this control plane (%s); if that is another program's, give each program an owner of its own",
				s.owner, count(n, "object"))})
		}
	}
}

// ownedIn counts the entities with our owner's marks in a control plane.
func (s *session) ownedIn(plane *member) int {
	n := 0
	for c, x := range s.indexes {
		if c.account != plane.account || c.controlPlane != plane.id {
			continue
		}
		for _, e := range x.byID {
			if e.owner.ours(s.owner) {
				n++
			}
		}
	}
	return n
}
