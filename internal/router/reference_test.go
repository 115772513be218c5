package router_test

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/konnectkit/konnectkit/internal/router"
)

// reference is a second implementation, slow and literal, of the flavor
// traditional_compatible: every route becomes a list of conditions, all of which are
// tried for every request, in the order of a plain sort.
type reference struct{ parts []referencePart }

type referencePart struct {
	route    int
	id       string
	priority uint64
	paths    []string
	takes    []func(router.Request) bool
}

func newReference(routes []router.Route, strict, stream bool) *reference {
	r := &reference{}
	for n, route := range routes {
		if (len(route.Protocols) > 0 && strings.HasPrefix(route.Protocols[0], "t") || slices.Contains(route.Protocols, "udp")) != stream {
			continue
		}
		var order []string
		byKind := map[string][]string{}
		for _, path := range route.Paths {
			kind := fmt.Sprint(len(path))
			if path[0] == '~' {
				kind = "regex"
			}
			if byKind[kind] == nil {
				order = append(order, kind)
			}
			byKind[kind] = append(byKind[kind], path)
		}
		if len(order) == 0 {
			order = []string{""}
		}
		for i, kind := range order {
			part := referencePart{route: n, id: route.ID, paths: byKind[kind]}
			if len(order) > 1 {
				part.id = referenceID(route.ID, i+1)
			}
			part.priority = referencePriority(route, part.paths, strict)
			if stream {
				part.priority = referenceStreamPriority(route)
			}
			part.takes = conditions(route, part.paths, strict, stream)
			r.parts = append(r.parts, part)
		}
	}
	sort.SliceStable(r.parts, func(i, j int) bool {
		a, b := r.parts[i], r.parts[j]
		return a.priority > b.priority || a.priority == b.priority && a.id > b.id
	})
	return r
}

func (r *reference) find(request router.Request) int {
next:
	for _, part := range r.parts {
		for _, takes := range part.takes {
			if !takes(request) {
				continue next
			}
		}
		return part.route
	}
	return -1
}

func referenceID(id string, n int) string {
	h := sha1.New()
	h.Write([]byte{0x7f, 0x14, 0x5b, 0xf9, 0x0d, 0xce, 0x4f, 0x91, 0x98, 0xeb, 0xde, 0xbb, 0xce, 0x4b, 0x9f, 0x6b})
	h.Write(fmt.Appendf(nil, "%s#%d", id, n))
	b := h.Sum(nil)
	b[6], b[8] = b[6]&15|0x50, b[8]&63|0x80
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", binary.BigEndian.Uint32(b), binary.BigEndian.Uint16(b[4:]),
		binary.BigEndian.Uint16(b[6:]), binary.BigEndian.Uint16(b[8:]), b[10:16])
}

func referencePriority(route router.Route, paths []string, strict bool) uint64 {
	count := func(set ...int) (n int64) {
		for _, length := range set {
			if length > 0 {
				n++
			}
		}
		return n
	}
	weight := count(len(route.Methods), len(route.Hosts), len(route.Headers), len(route.SNIs), len(paths))
	plain := len(route.Hosts) > 0 && !strings.Contains(strings.Join(route.Hosts, " "), "*")
	regex := len(paths) > 0 && paths[0][0] == '~'
	length, priority := int64(0), int64(0)
	if regex {
		priority = route.RegexPriority
	} else if len(paths) > 0 {
		length = int64(len(paths[0]))
	}
	var high uint64
	if plain {
		high += 1 << 60
	}
	if regex {
		high += 1 << 51
	}
	if strict {
		return uint64(weight)*(1<<61) | high | uint64(len(route.Headers))*(1<<52) | uint64(priority)*(1<<19) | uint64(length)
	}
	// Numbers of 32 bits; a negative one is the highest of 64 bits.
	widen := func(n int64) uint64 {
		if n &= 0xffffffff; n >= 1<<31 {
			return 1 << 63
		}
		return uint64(n)
	}
	if high == 0 {
		return widen(weight<<29 | int64(len(route.Headers))<<20 | length)
	}
	return high | widen(weight<<29) | widen(int64(len(route.Headers))<<20) | widen(priority<<19) | uint64(length)
}

func referenceStreamPriority(route router.Route) uint64 {
	bits := func(endpoints []router.Endpoint) (n uint64) {
		for _, e := range endpoints {
			if strings.Contains(e.IP, "/") {
				n |= 1
			} else if e.IP != "" {
				n |= 8
			}
			if e.Port > 0 {
				n |= 4
			}
		}
		return n
	}
	n := bits(route.Sources)*16 | bits(route.Destinations)
	if len(route.SNIs) > 0 || len(route.Sources)*len(route.Destinations) > 0 {
		n |= 1 << 61
	}
	return n
}

func conditions(route router.Route, paths []string, strict, stream bool) []func(router.Request) bool {
	var all []func(router.Request) bool
	anyOf := func(values []string, takes func(value string, r router.Request) bool) {
		if len(values) > 0 {
			all = append(all, func(r router.Request) bool {
				return slices.ContainsFunc(values, func(v string) bool { return takes(v, r) })
			})
		}
	}
	secure := "https"
	if stream {
		secure = "tls"
	}
	only := strict && len(route.Protocols) == 1 && route.Protocols[0] == secure
	anyOf(route.SNIs, func(sni string, r router.Request) bool {
		if r.Protocol != secure {
			return !only
		}
		return r.SNI != "" && r.SNI == strings.TrimSuffix(sni, ".")
	})
	endpoints := func(list []router.Endpoint, of func(router.Request) netip.AddrPort) {
		if len(list) > 0 {
			all = append(all, func(r router.Request) bool {
				return slices.ContainsFunc(list, func(e router.Endpoint) bool { return referenceEndpoint(e, of(r)) })
			})
		}
	}
	endpoints(route.Sources, func(r router.Request) netip.AddrPort { return r.Source })
	endpoints(route.Destinations, func(r router.Request) netip.AddrPort { return r.Destination })
	if stream {
		return all
	}
	anyOf(route.Methods, func(m string, r router.Request) bool { return m == r.Method })
	anyOf(route.Hosts, referenceHost)
	anyOf(paths, func(path string, r router.Request) bool {
		if path[0] == '~' {
			return expression("^" + strings.ReplaceAll(path[1:], "?<", "?P<")).MatchString(r.Path)
		}
		return strings.HasPrefix(r.Path, path)
	})
	for name, values := range route.Headers {
		anyOf(values, func(value string, r router.Request) bool {
			return slices.ContainsFunc(r.Header[name], func(got string) bool {
				if text, ok := strings.CutPrefix(value, "~*"); ok {
					return expression(strings.ToLower(text)).MatchString(strings.ToLower(got))
				}
				return strings.EqualFold(value, got)
			})
		})
	}
	return all
}

func referenceEndpoint(e router.Endpoint, at netip.AddrPort) bool {
	if e.Port != 0 && uint16(e.Port) != at.Port() {
		return false
	}
	switch {
	case strings.Contains(e.IP, "/"):
		return netip.MustParsePrefix(e.IP).Contains(at.Addr())
	case e.IP != "":
		return netip.MustParseAddr(e.IP) == at.Addr()
	default:
		return true
	}
}

func referenceHost(host string, r router.Request) bool {
	if r.Host == "" {
		return false
	}
	name, port, hasPort := strings.Cut(r.Host, ":")
	if !hasPort {
		port = fmt.Sprint(r.Destination.Port())
	}
	host, wanted, hasWanted := strings.Cut(host, ":")
	if hasWanted && wanted != port {
		return false
	}
	switch {
	case host[0] == '*':
		return strings.HasSuffix(name, host[1:])
	case strings.HasSuffix(host, "*"):
		return strings.HasPrefix(name, host[:len(host)-1])
	default:
		return name == host
	}
}

// expression compiles a text once.
func expression(text string) *regexp.Regexp {
	if known, ok := expressions.Load(text); ok {
		return known.(*regexp.Regexp)
	}
	compiled := regexp.MustCompile(text)
	expressions.Store(text, compiled)
	return compiled
}

var expressions sync.Map
