package gatewayapi

import (
	"cmp"
	"slices"
)

// element is a match at one of its hosts.
type element struct {
	region

	match     *match
	protocols protocols
	// toHTTPS is a redirect that the routes of others over TLS make, and that comes after
	// all others.
	toHTTPS bool
	// own is the cell of the region, which may be another element's.
	own *cell
}

// compareElements orders elements as the Gateway API does, those that come first as greater.
func compareElements(a, b *element) int {
	if a.toHTTPS != b.toHTTPS {
		if a.toHTTPS {
			return -1
		}
		return 1
	}
	return compareByMatch(a, b)
}

// compareByMatch orders elements by their hosts and matches alone.
func compareByMatch(a, b *element) int {
	return cmp.Or(cmp.Compare(a.host.specificity(), b.host.specificity()), cmp.Compare(a.match.order, b.match.order))
}

// cell is a region that becomes a route: all of its requests that no cell before it takes
// are its owner's.
type cell struct {
	region

	// key is the region's id.
	key   string
	owner *element
	// over are cells that the gateway must try after this one, by its code.
	over []*cell
	// code orders cells by regex_priority.
	code int
	// redirect is the one to https that a route over TLS makes; nil where it makes none.
	redirect *element
}

// conflict is a pair of rules that the gateway cannot have both.
type conflict struct {
	winner, loser *element
	message       string
}

// maxCells bounds the cells that one element gets by those that it comes before.
const maxCells = 512

// closure finds the cells of which every request is taken by its owner.
//
// For every cell, and every element that comes before the cell's owner and meets it, there
// has to be a cell of that element, or of one that comes before it still, which the gateway
// tries before the first cell and which holds the requests of both. Where the element's own
// cell is none, because it matches fewer fields, a new one is added. A request is then taken
// by the element that comes first among those that match it: every other cell that holds
// the request has one of that element before it.
type closure struct {
	index *index
	cells map[string]*cell
	queue []*cell
	// derived counts the cells that were added for an element.
	derived   map[*element]int
	conflicts []conflict
}

// closeElements returns the cells of elements, and the pairs of which not both can be had.
func closeElements(elements []*element) ([]*cell, []conflict) {
	c := &closure{index: newIndex(elements), cells: make(map[string]*cell, len(elements)), derived: map[*element]int{}}
	var redirects []*element
	for _, e := range elements {
		if e.toHTTPS {
			redirects = append(redirects, e)
		}
		if e.own = c.add(e.region); e.own.owner != e {
			c.checkProtocols(e.own.owner, e)
			c.checkCase(e.own.owner, e)
		}
	}
	c.conflicts = append(c.conflicts, redirectConflicts(c.index, redirects)...)
	for len(c.queue) > 0 {
		next := c.queue[0]
		c.queue = c.queue[1:]
		c.settle(next)
	}
	cells := make([]*cell, 0, len(c.cells))
	for _, cell := range c.cells {
		cells = append(cells, cell)
	}
	slices.SortFunc(cells, compareCells)
	c.number(cells)
	c.redirect(cells, redirects)
	return cells, c.conflicts
}

// compareCells orders cells by their owners, those that come last first, and those of one
// owner by what they match, so that a cell follows those that it lies in.
func compareCells(a, b *cell) int {
	return cmp.Or(compareElements(a.owner, b.owner), cmp.Compare(len(a.headers), len(b.headers)), a.path.compare(b.path), cmp.Compare(a.key, b.key))
}

// add returns the cell of a region.
func (c *closure) add(r region) *cell {
	id := r.id()
	if known := c.cells[id]; known != nil {
		return known
	}
	added := &cell{region: r, key: id, owner: c.index.owner(r)}
	c.cells[id] = added
	c.queue = append(c.queue, added)
	return added
}

// settle makes sure of the elements that come before the owner of a cell.
func (c *closure) settle(l *cell) {
	for _, w := range c.index.meeting(l) {
		if w.own.owner != w || compareElements(w, l.owner) <= 0 {
			continue // another element has the same region, or comes before
		}
		met, ok := w.meet(l.region)
		if !ok {
			continue
		}
		if c.checkProtocols(w, l.owner) {
			c.order(w, l, met)
		}
	}
}

// order makes the gateway try a cell of w, or of one that comes before it, before l.
func (c *closure) order(w *element, l *cell, met region) {
	switch w.before(l.region) {
	case always:
		return
	case byCode:
		w.own.over = append(w.own.over, l)
		return
	}
	if c.cells[met.id()] == nil {
		if c.derived[w]++; c.derived[w] > maxCells {
			c.conflicts = append(c.conflicts, conflict{w, l.owner, "overlaps in more ways than routes can tell apart"})
			return
		}
	}
	added := c.add(met)
	if added.before(l.region) == byCode {
		added.over = append(added.over, l)
	}
	if added.before(w.region) == byCode {
		added.over = append(added.over, w.own)
	}
}

// meet returns a region of e that holds all requests of both, with the path of e; false
// where there are none.
func (e *element) meet(other region) (region, bool) {
	if e.path.relate(other.path) == disjoint {
		return region{}, false
	}
	return meetOthers(e.region, other)
}

// checkProtocols notes two elements of which the first comes first and that cannot both be
// routes, since the gateway does not match by protocol.
func (c *closure) checkProtocols(first, second *element) bool {
	if second.protocols&^first.protocols == 0 || second.toHTTPS {
		return true
	}
	c.conflicts = append(c.conflicts, conflict{first, second, "takes the same requests on another listener, and the gateway does not match by protocol"})
	return false
}

// checkCase notes two elements of which the second gets nothing but for the case of a
// header.
func (c *closure) checkCase(first, second *element) {
	if first.match.differsInCase(second.match) {
		c.conflicts = append(c.conflicts, conflict{first, second, "matches the same but for the case of a header, which the gateway does not see"})
	}
}

// redirectConflicts finds what keeps routes over TLS from making the redirects to https:
// one that is not within such a redirect would make it for requests that are not to be
// redirected, and one that comes after it would take requests that are.
func redirectConflicts(x *index, redirects []*element) []conflict {
	var found []conflict
	for _, r := range redirects {
		for _, e := range x.meeting(&cell{region: r.region, owner: r}) {
			if _, meet := e.meet(r.region); e.toHTTPS || !meet {
				continue
			}
			switch {
			case e.protocols == overTLS && !r.holds(e.region):
				found = append(found, conflict{e, r, "takes requests over https of which only some are to be redirected there"})
			case e.protocols != overTLS && compareByMatch(r, e) > 0:
				found = append(found, conflict{e, r, "takes requests over http that come second to a redirect to https"})
			}
		}
	}
	return found
}

// maxCode is the greatest regex_priority that keeps its meaning in all calculations.
const maxCode = 1023

// number gives codes to cells, which are sorted by owner: each is above those of the cells
// that must come after it. A code holds the bits that the number of headers has in the
// gateway's default calculation, where both run into each other.
func (c *closure) number(cells []*cell) {
	for _, next := range cells {
		lowest := 0
		var under *cell
		for _, other := range next.over {
			if other.code >= lowest {
				lowest, under = other.code+1, other
			}
		}
		headers := len(next.headers) << 1
		next.code = lowest
		for next.code&headers != headers {
			next.code++
		}
		if next.code > maxCode {
			if under != nil && under.owner != next.owner {
				c.conflicts = append(c.conflicts, conflict{next.owner, under.owner, "is one of more rules in a row than the gateway can order"})
			}
			next.code = maxCode
		}
	}
}

// redirect finds the redirects to https that cells over TLS make.
func (c *closure) redirect(cells []*cell, redirects []*element) {
	if len(redirects) == 0 {
		return
	}
	of := newIndex(redirects)
	for _, next := range cells {
		if next.owner.protocols == overTLS {
			next.redirect = of.owner(next.region)
		}
	}
}
