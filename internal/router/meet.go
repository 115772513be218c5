package router

import (
	"net/netip"
	"slices"
	"strings"
)

// meet returns a request that all parts take, with this protocol, if one is found.
func meet(flavor Flavor, protocol string, parts ...*part) (Request, bool) {
	r := Request{Protocol: protocol}
	m := meeting{flavor, parts, &r}
	if parts[0].isStream() {
		return r, m.sni() && m.endpoints() && m.taken()
	}
	return r, m.method() && m.host() && m.path() && m.headers() && m.sni() && m.endpoints() && m.taken()
}

// meeting chooses the fields of a request one by one.
type meeting struct {
	flavor  Flavor
	parts   []*part
	request *Request
}

// all reports whether every part takes the request as far as a field is concerned.
func (m *meeting) all(takes func(*part, *query) bool) bool {
	q := newQuery(m.request, m.flavor)
	return !slices.ContainsFunc(m.parts, func(p *part) bool { return !takes(p, &q) })
}

func (m *meeting) taken() bool { return m.all((*part).matches) }

// choose sets a text to the first value that every part takes.
func (m *meeting) choose(text *string, values []string, takes func(*part, *query) bool) bool {
	for _, value := range values {
		if *text = value; m.all(takes) {
			return true
		}
	}
	return false
}

func (m *meeting) method() bool {
	values := []string{"GET"}
	for _, p := range m.parts {
		values = append(values, p.methods...)
	}
	return m.choose(&m.request.Method, values, (*part).takesMethod)
}

func (m *meeting) host() bool {
	var patterns []hostPattern
	for _, p := range m.parts {
		patterns = append(patterns, p.hosts...)
	}
	if len(patterns) == 0 {
		m.request.Host = "example.com"
		return true
	}
	return m.choose(&m.request.Host, hostsOf(patterns), (*part).takesHost)
}

// hostsOf returns a host for each pattern, and for each two that leave an end open.
func hostsOf(patterns []hostPattern) []string {
	var hosts []string
	port := func(p hostPattern) string {
		if p.port != 0 {
			return addPort("", p.port)
		}
		return ""
	}
	for _, p := range patterns {
		before, after, wild := strings.Cut(p.raw, "*")
		switch {
		case !wild:
			hosts = append(hosts, p.value+port(p))
			if p.raw != p.value {
				hosts = append(hosts, p.raw)
			}
		case before == "":
			hosts = append(hosts, "x"+p.value+port(p), "x"+after)
		default:
			hosts = append(hosts, p.value+"x"+port(p), before+"x"+after)
		}
	}
	for _, first := range patterns {
		for _, last := range patterns {
			if first.kind == prefixHost && last.kind == suffixHost {
				hosts = append(hosts, first.value+"x"+last.value+port(first)+port(last))
			}
		}
	}
	return hosts
}

func (m *meeting) path() bool {
	var paths []string
	for _, p := range m.parts {
		for i := range p.paths {
			paths = append(paths, p.paths[i].prefix)
		}
	}
	// The longest prefix is within all others that a request can have.
	slices.SortStableFunc(paths, func(a, b string) int { return len(b) - len(a) })
	for _, p := range m.parts {
		for i := range p.paths {
			if p.paths[i].re != nil {
				paths = append(paths, p.paths[i].re.samples()...)
			}
		}
	}
	paths = slices.DeleteFunc(append(paths, "/"), func(path string) bool {
		return !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") || NormalizePath(path) != path
	})
	return m.choose(&m.request.Path, paths, (*part).takesPath)
}

// headers gives the request a line for every header of every part.
func (m *meeting) headers() bool {
	for _, p := range m.parts {
		for i := range p.headers {
			rule := &p.headers[i]
			if m.request.Header == nil {
				m.request.Header = map[string][]string{}
			}
			q := newQuery(m.request, m.flavor)
			if _, _, ok := rule.find(&q); ok {
				continue
			}
			for _, v := range rule.values {
				value := v.text
				if v.re != nil {
					value = v.re.samples()[0]
				}
				if value != "" {
					m.request.Header[rule.canonical] = append(m.request.Header[rule.canonical], value)
					break
				}
			}
		}
	}
	return m.all((*part).takesHeaders)
}

func (m *meeting) sni() bool {
	if m.all((*part).takesSNI) {
		return true
	}
	var patterns []hostPattern
	for _, p := range m.parts {
		patterns = append(patterns, p.snis...)
	}
	return m.choose(&m.request.SNI, hostsOf(patterns), (*part).takesSNI)
}

func (m *meeting) endpoints() bool {
	end := func(at *netip.AddrPort, of func(*part) []endpointRule, takes func(*part, *query) bool) bool {
		if m.all(takes) {
			return true
		}
		for _, addr := range m.addresses(of) {
			for _, port := range m.ports(of) {
				if *at = netip.AddrPortFrom(addr, port); m.all(takes) {
					return true
				}
			}
		}
		return false
	}
	return end(&m.request.Source, func(p *part) []endpointRule { return p.sources }, (*part).takesSource) &&
		end(&m.request.Destination, func(p *part) []endpointRule { return p.destinations }, (*part).takesDestination)
}

func (m *meeting) addresses(of func(*part) []endpointRule) []netip.Addr {
	var addresses []netip.Addr
	for _, p := range m.parts {
		for _, e := range of(p) {
			switch {
			case e.addr.IsValid():
				addresses = append(addresses, e.addr)
			case e.network.IsValid():
				addresses = append(addresses, e.network.Addr())
			}
		}
	}
	return append(addresses, netip.AddrFrom4([4]byte{127, 0, 0, 1}))
}

func (m *meeting) ports(of func(*part) []endpointRule) []uint16 {
	ports := []uint16{40000}
	for _, p := range m.parts {
		for _, e := range of(p) {
			if e.raw.Port > 0 && e.raw.Port <= 65535 {
				ports = append(ports, uint16(e.raw.Port))
			}
		}
	}
	return ports
}

// Target returns the raw target of a request that is normalized to a path.
func Target(path string) string {
	var target strings.Builder
	for i := range len(path) {
		c := path[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}#?", c) >= 0 {
			const digits = "0123456789ABCDEF"
			target.Write([]byte{'%', digits[c>>4], digits[c&15]})
			continue
		}
		target.WriteByte(c)
	}
	return target.String()
}
