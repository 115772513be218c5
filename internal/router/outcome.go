package router

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// outcome returns what becomes of a request that the part takes.
func (p *part) outcome(q *query) Match {
	m := Match{Number: p.number, Route: p.route}
	if p.isStream() {
		if p.route.PreserveHost {
			m.UpstreamHost = q.SNI
		}
		return m
	}
	m.Status, m.Location = p.route.answer(q)
	matched, postfix, ok := p.consume(q, &m)
	if q.flavor == Traditional && (p.route.Service == nil || p.route.Service.Subsystem() != HTTP) {
		if p.route.PreserveHost {
			m.UpstreamHost = q.SNI
		}
		return m
	}
	if p.route.StripPath {
		m.Prefix = matched
	}
	if !ok || !p.route.StripPath && q.flavor == TraditionalCompatible {
		postfix = strings.TrimPrefix(q.Path, "/")
	}
	base := "/"
	if s := p.route.Service; s != nil && s.Path != "" && s.Subsystem() == HTTP {
		base = s.Path
	}
	if q.flavor == Traditional && p.route.PathHandling == "v1" {
		m.UpstreamPath = joinV1(base, withoutDots(postfix), q.Path, p.route.StripPath)
	} else {
		m.UpstreamPath = joinV0(base, withoutDots(postfix), q.Path, p.route.StripPath)
	}
	if p.route.PreserveHost {
		m.UpstreamHost = q.Host
	}
	return m
}

// consume matches the path once more, for the captures, and returns what matched and
// what follows it. It is not ok where no path says how far the match goes.
func (p *part) consume(q *query, m *Match) (matched, postfix string, ok bool) {
	rule := (*pathRule)(nil)
	if len(p.paths) > 0 {
		rule = p.pathFor(q)
	}
	switch {
	case rule == nil:
	case rule.re == nil:
		matched, ok = rule.prefix, true
		postfix = q.Path[len(matched):]
	case q.flavor == Traditional:
		matched, postfix, ok = rule.consumeTraditional(q, m)
	default:
		re := rule.re.on(q.bytes)
		groups := re.FindStringSubmatchIndex(q.bytes)
		matched, ok = q.bytes[groups[0]:groups[1]], true
		// The gateway counts from the start, also where the match does not begin there.
		postfix = q.Path[len(matched):]
		m.capture(re, q.bytes, groups, re.NumSubexp())
	}
	if q.flavor == TraditionalCompatible {
		p.captureHeaders(q, m)
		if _, ok := m.Captures["1"]; !ok {
			m.Captures = nil
		}
	}
	return matched, postfix, ok
}

// consumeTraditional leaves the end of the path to the last group of the expression,
// which takes no part where another alternative matched.
func (p *pathRule) consumeTraditional(q *query, m *Match) (matched, postfix string, ok bool) {
	re := p.re.on(q.bytes)
	groups := re.FindStringSubmatchIndex(q.bytes)
	last := re.SubexpIndex(postfixGroup)
	m.capture(re, q.bytes, groups, last-1)
	if last > 1 {
		// The whole match includes the end of the path.
		m.Captures["0"] = unbytewise(q.bytes[groups[0]:groups[1]])
	}
	if groups[2*last] < 0 {
		return "", "", false
	}
	postfix = unbytewise(q.bytes[groups[2*last]:groups[2*last+1]])
	return q.Path[:len(q.Path)-len(postfix)], postfix, true
}

// capture adds the first groups of a match, and the whole as 0.
func (m *Match) capture(re *regexp.Regexp, text string, groups []int, count int) {
	if count == 0 && m.Captures == nil {
		return
	}
	if m.Captures == nil {
		m.Captures = make(map[string]string, count+1)
	}
	names := re.SubexpNames()
	for i := range count + 1 {
		if groups[2*i] < 0 {
			continue
		}
		value := unbytewise(text[groups[2*i]:groups[2*i+1]])
		m.Captures[strconv.Itoa(i)] = value
		if names[i] != "" {
			m.Captures[names[i]] = value
		}
	}
}

// captureHeaders adds the groups of headers, which take the place of those of the path.
func (p *part) captureHeaders(q *query, m *Match) {
	for i := range p.headers {
		value, expression, _ := p.headers[i].find(q)
		if expression == nil {
			continue
		}
		re := expression.on(value)
		groups := re.FindStringSubmatchIndex(value)
		if m.Captures == nil && re.NumSubexp() > 0 {
			m.Captures = map[string]string{}
		}
		m.capture(re, value, groups, re.NumSubexp())
	}
}

// withoutDots cuts a dot segment off the front of what follows the prefix.
func withoutDots(postfix string) string {
	if postfix == "." || postfix == ".." {
		return ""
	}
	if rest, ok := strings.CutPrefix(postfix, "./"); ok {
		return rest
	}
	return strings.TrimPrefix(postfix, "../")
}

// joinV0 puts the service's path before what is left of the request's.
func joinV0(base, postfix, path string, strip bool) string {
	base, slash := strings.CutSuffix(base, "/")
	ends := strings.HasSuffix(path, "/")
	switch {
	case !strip && slash:
		return base + "/" + strings.TrimPrefix(path, "/")
	case !strip && path == "/":
		return base
	case !strip:
		return base + path
	case postfix == "" && base == "" && slash:
		return "/"
	case postfix == "" && ends && (slash || len(path) > 1):
		return base + "/"
	case postfix == "":
		return base
	case strings.HasPrefix(postfix, "/"):
		return base + postfix
	default:
		return base + "/" + postfix
	}
}

// joinV1 is the join of flavor traditional with path_handling v1, which adds no slash.
func joinV1(base, postfix, path string, strip bool) string {
	switch {
	case !strip:
		return base + strings.TrimPrefix(path, "/")
	case strings.HasSuffix(base, "/") && strings.HasPrefix(postfix, "/"):
		return base + postfix[1:]
	default:
		return base + postfix
	}
}

// answer returns the status with which the gateway answers itself, 0 where it does not,
// and where a redirect leads, up to the path.
func (r *Route) answer(q *query) (status int, location string) {
	accepts := func(protocol string) bool { return slices.Contains(r.Accepts(), protocol) }
	overTLS := q.scheme == "https"
	if !overTLS && accepts("https") && !accepts("http") {
		if status = r.HTTPSRedirectStatusCode; status == 0 || status == 426 {
			return 426, ""
		}
		return status, "https://" + redirectHost(q.Host)
	}
	if grpc := accepts("grpc"); grpc || accepts("grpcs") {
		isGRPC := q.Protocol == "grpc" || q.Protocol == "grpcs"
		for key, values := range q.Header {
			if strings.EqualFold(key, "Content-Type") && len(values) > 0 {
				isGRPC = strings.HasPrefix(values[0], "application/grpc")
			}
		}
		if !isGRPC {
			return 415, ""
		}
		if !grpc && !overTLS {
			return 200, ""
		}
	}
	if r.Service == nil || r.Service.Subsystem() != HTTP {
		return 503, ""
	}
	return 0, ""
}

// redirectHost is the Host header in lower case and without its port.
func redirectHost(host string) string {
	if strings.HasPrefix(host, "[") {
		if end := strings.IndexByte(host, ']'); end > 0 {
			return lowerASCII(host[:end+1])
		}
	}
	name, _, _ := strings.Cut(host, ":")
	return lowerASCII(name)
}
