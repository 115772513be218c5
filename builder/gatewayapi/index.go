package gatewayapi

import (
	"slices"
	"strings"
)

// index finds elements by what they match.
type index struct {
	hosts map[hostname]*hostIndex
	// narrower are the hosts of elements that a hostname covers, and are not it.
	narrower map[hostname][]hostname
	// mixed tells that not all elements have the same protocols.
	mixed bool
}

// hostIndex has the elements of one host.
type hostIndex struct {
	// literal are exact paths and prefixes, sorted so that those within one are together.
	literal []*element
	// byText finds them by their text.
	byText map[string][]*element
	regex  []*element
}

func newIndex(elements []*element) *index {
	x := &index{hosts: map[hostname]*hostIndex{}, narrower: map[hostname][]hostname{}}
	for _, e := range elements {
		x.mixed = x.mixed || e.protocols != elements[0].protocols
		at := x.hosts[e.host]
		if at == nil {
			at = &hostIndex{byText: map[string][]*element{}}
			x.hosts[e.host] = at
		}
		if e.path.kind == regexPath {
			at.regex = append(at.regex, e)
			continue
		}
		at.literal = append(at.literal, e)
		at.byText[e.path.text] = append(at.byText[e.path.text], e)
	}
	for host, at := range x.hosts {
		slices.SortFunc(at.literal, func(a, b *element) int { return compareSegments(a.path.text, b.path.text) })
		for _, wider := range host.wider() {
			x.narrower[wider] = append(x.narrower[wider], host)
		}
	}
	for _, hosts := range x.narrower {
		slices.Sort(hosts)
	}
	return x
}

// compareSegments orders paths so that all that begin with the segments of one follow it.
func compareSegments(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(segmentByte(a[i])) - int(segmentByte(b[i]))
		}
	}
	return len(a) - len(b)
}

// segmentByte makes the slash the least of all bytes.
func segmentByte(b byte) byte {
	if b == '/' {
		return 0
	}
	return max(b, 1)
}

// owner returns the element that comes first among those that hold a region.
func (x *index) owner(r region) *element {
	var first *element
	consider := func(e *element) {
		if e.holds(r) && (first == nil || compareElements(e, first) > 0) {
			first = e
		}
	}
	for _, host := range append([]hostname{r.host}, r.host.wider()...) {
		at := x.hosts[host]
		if at == nil {
			continue
		}
		at.eachAbove(r.path, consider)
		for _, e := range at.regex {
			consider(e)
		}
	}
	return first
}

// holds reports whether all requests of r are known to be e's.
func (e *element) holds(r region) bool {
	if !e.coversOthers(r) {
		return false
	}
	related := e.path.relate(r.path)
	return related == equal || related == outside
}

// eachAbove calls for the literal paths that may hold p.
func (x *hostIndex) eachAbove(p path, call func(*element)) {
	text := p.text
	if p.kind == regexPath {
		text = p.literal
	}
	for {
		for _, e := range x.byText[text] {
			call(e)
		}
		i := strings.LastIndexByte(text, '/')
		if i < 0 {
			return
		}
		text = text[:i]
	}
}

// meeting returns the elements that may meet a cell and come before its owner: those at
// its host and at hosts within, and for a redirect to https at all others that cover it.
func (x *index) meeting(l *cell) []*element {
	var found []*element
	collect := func(e *element) { found = append(found, e) }
	hosts := append([]hostname{l.host}, x.narrower[l.host]...)
	if l.owner.toHTTPS {
		hosts = append(hosts, l.host.wider()...)
	}
	// What has a host comes before what has a path alone.
	simple := l.fields() == 0 && !x.mixed
	for _, host := range hosts {
		at := x.hosts[host]
		if at == nil || simple && host.isPlain() {
			continue
		}
		if l.path.kind == regexPath {
			for _, e := range at.literal {
				collect(e)
			}
		} else {
			at.eachAbove(l.path, collect)
			at.eachBelow(l.path.text, collect)
		}
		for _, e := range at.regex {
			collect(e)
		}
	}
	return found
}

// eachBelow calls for the literal paths that lie below a path, and are not it.
func (x *hostIndex) eachBelow(text string, call func(*element)) {
	start, _ := slices.BinarySearchFunc(x.literal, text, func(e *element, text string) int {
		return compareSegments(e.path.text, text)
	})
	for _, e := range x.literal[start:] {
		if !hasSegments(e.path.text, text) {
			return
		}
		if e.path.text != text {
			call(e)
		}
	}
}
