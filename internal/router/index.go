package router

import "slices"

// index finds the parts that may take a request by host and by what the path begins
// with. Parts are numbers in the order in which they are tried.
type index struct {
	exact map[string]*bucket
	// suffixes and prefixes are those of wildcard hosts.
	suffixes, prefixes affixes
	// anyHost has the parts without hosts.
	anyHost *bucket
}

// affixes are buckets by an end of a host name.
type affixes struct {
	buckets map[string]*bucket
	// lengths of the keys in ascending order.
	lengths []int
}

// bucket has lists of parts, each in ascending order.
type bucket struct {
	byPrefix map[string][]int32
	lengths  []int
	// rest has the parts of which nothing is known of the path.
	rest []int32
}

func newIndex() *index {
	return &index{exact: map[string]*bucket{}, anyHost: &bucket{}}
}

// add is called in ascending order.
func (x *index) add(number int32, p *part) {
	if len(p.hosts) == 0 || p.isStream() {
		x.anyHost.add(number, p)
		return
	}
	for i := range p.hosts {
		x.bucketFor(&p.hosts[i]).add(number, p)
	}
}

func (x *index) bucketFor(h *hostPattern) *bucket {
	switch h.kind {
	case suffixHost:
		return x.suffixes.bucket(h.value)
	case prefixHost:
		return x.prefixes.bucket(h.value)
	default:
		if x.exact[h.value] == nil {
			x.exact[h.value] = &bucket{}
		}
		return x.exact[h.value]
	}
}

func (a *affixes) bucket(key string) *bucket {
	if found := a.buckets[key]; found != nil {
		return found
	}
	if a.buckets == nil {
		a.buckets = map[string]*bucket{}
	}
	a.buckets[key] = &bucket{}
	a.lengths = withLength(a.lengths, len(key))
	return a.buckets[key]
}

func withLength(lengths []int, n int) []int {
	at, found := slices.BinarySearch(lengths, n)
	if found {
		return lengths
	}
	return slices.Insert(lengths, at, n)
}

func (b *bucket) add(number int32, p *part) {
	if len(p.paths) == 0 || p.isStream() {
		b.put("", number)
		return
	}
	for i := range p.paths {
		b.put(p.paths[i].prefix, number)
	}
}

func (b *bucket) put(prefix string, number int32) {
	if prefix == "" {
		b.rest = appendOnce(b.rest, number)
		return
	}
	if b.byPrefix == nil {
		b.byPrefix = map[string][]int32{}
	}
	if _, ok := b.byPrefix[prefix]; !ok {
		b.lengths = withLength(b.lengths, len(prefix))
	}
	b.byPrefix[prefix] = appendOnce(b.byPrefix[prefix], number)
}

func appendOnce(list []int32, number int32) []int32 {
	if n := len(list); n > 0 && list[n-1] == number {
		return list
	}
	return append(list, number)
}

// lists calls visit with every list that may hold parts which take the request.
func (x *index) lists(q *query, visit func([]int32)) {
	x.anyHost.lists(q.Path, visit)
	if q.Host == "" {
		return
	}
	if q.flavor == TraditionalCompatible {
		x.hostLists(q.name, q.Path, true, visit)
		return
	}
	x.hostLists(q.noPort, q.Path, false, visit)
	if q.Host != q.noPort {
		x.hostLists(q.Host, q.Path, false, visit)
	}
	x.wildLists(q.withPort, q.Path, visit)
	if short := withoutDigits(q.withPort); short != q.withPort {
		x.wildLists(short, q.Path, visit)
	}
}

func (x *index) hostLists(host, path string, wild bool, visit func([]int32)) {
	if b := x.exact[host]; b != nil {
		b.lists(path, visit)
	}
	if wild {
		x.wildLists(host, path, visit)
	}
}

func (x *index) wildLists(host, path string, visit func([]int32)) {
	for _, n := range x.suffixes.lengths {
		if n > len(host) {
			break
		}
		if b := x.suffixes.buckets[host[len(host)-n:]]; b != nil {
			b.lists(path, visit)
		}
	}
	for _, n := range x.prefixes.lengths {
		if n > len(host) {
			break
		}
		if b := x.prefixes.buckets[host[:n]]; b != nil {
			b.lists(path, visit)
		}
	}
}

func (b *bucket) lists(path string, visit func([]int32)) {
	if len(b.rest) > 0 {
		visit(b.rest)
	}
	for _, n := range b.lengths {
		if n > len(path) {
			break
		}
		if list := b.byPrefix[path[:n]]; list != nil {
			visit(list)
		}
	}
}

// none is no part, behind all others.
const none = int32(1<<31 - 1)

// first returns the first part that takes the request and that the condition allows.
func (x *index) first(q *query, takes func(int32) bool) int32 {
	best := none
	x.lists(q, func(list []int32) {
		for _, number := range list {
			if number >= best {
				return
			}
			if takes(number) {
				best = number
				return
			}
		}
	})
	return best
}
