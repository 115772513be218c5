package dataplane

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// pairs are entries name:value of a transformer.
type pairs []string

// each visits names and values; the latter are empty where an entry has none.
func (p pairs) each(visit func(name, value string)) {
	for _, entry := range p {
		name, value, _ := strings.Cut(entry, ":")
		visit(name, value)
	}
}

// steps are what a transformer does with headers or arguments, in this order.
type steps struct{ remove, rename, replace, add, append pairs }

// values are headers or arguments.
type values interface {
	Get(name string) string
	Set(name, value string)
	Add(name, value string)
	Del(name string)
	Has(name string) bool
}

type headers struct{ http.Header }

func (h headers) Has(name string) bool { return len(h.Values(name)) > 0 }

// apply transforms values.
func (s steps) apply(to values, all func(name string) []string) {
	s.remove.each(func(name, _ string) { to.Del(name) })
	s.rename.each(func(name, other string) {
		if !to.Has(name) || other == "" {
			return
		}
		held := slices.Clone(all(name))
		to.Del(name)
		to.Del(other)
		for _, value := range held {
			to.Add(other, value)
		}
	})
	s.replace.each(func(name, value string) {
		if to.Has(name) {
			to.Set(name, value)
		}
	})
	s.add.each(func(name, value string) {
		if !to.Has(name) {
			to.Set(name, value)
		}
	})
	s.append.each(func(name, value string) { to.Add(name, value) })
}

func (s steps) isEmpty() bool {
	return len(s.remove)+len(s.rename)+len(s.replace)+len(s.add)+len(s.append) == 0
}

const host = "host" // of which a request has one, apart from its headers

func (p pairs) withoutHost() pairs {
	return slices.DeleteFunc(slices.Clone(p), func(entry string) bool {
		name, _, _ := strings.Cut(entry, ":")
		return strings.EqualFold(name, host)
	})
}

// requestStep is one of the configuration's records.
type requestStep struct {
	Body        pairs  `json:"body"`
	Headers     pairs  `json:"headers"`
	Querystring pairs  `json:"querystring"`
	URI         string `json:"uri"`
}

type requestTransformerConfig struct {
	HTTPMethod string      `json:"http_method"`
	Remove     requestStep `json:"remove"`
	Rename     requestStep `json:"rename"`
	Replace    requestStep `json:"replace"`
	Add        requestStep `json:"add"`
	Append     requestStep `json:"append"`
}

func requestTransformerFrom(raw json.RawMessage) (does effect, missing string, err error) {
	var c requestTransformerConfig
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &c)
	}
	for _, step := range []struct {
		name string
		requestStep
	}{{"remove", c.Remove}, {"rename", c.Rename}, {"replace", c.Replace}, {"add", c.Add}, {"append", c.Append}} {
		texts := slices.Concat(step.Headers, step.Querystring, pairs{step.URI})
		switch {
		case len(step.Body) > 0:
			missing = step.name + ".body"
		case slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "$(") }):
			missing = step.name + ": a template"
		}
	}
	return effect{request: c.run}, missing, err
}

func (c *requestTransformerConfig) run(x *exchange) bool {
	c.Replace.Headers.each(func(name, value string) {
		if strings.EqualFold(name, host) {
			x.match.UpstreamHost = value
		}
	})
	if c.Replace.URI != "" {
		x.match.UpstreamPath = c.Replace.URI
	}
	header := steps{
		c.Remove.Headers.withoutHost(), c.Rename.Headers.withoutHost(), c.Replace.Headers.withoutHost(),
		c.Add.Headers.withoutHost(), c.Append.Headers.withoutHost(),
	}
	query := steps{c.Remove.Querystring, c.Rename.Querystring, c.Replace.Querystring, c.Add.Querystring, c.Append.Querystring}
	x.edits = append(x.edits, func(out *http.Request) {
		if c.HTTPMethod != "" {
			out.Method = c.HTTPMethod
		}
		header.apply(headers{out.Header}, out.Header.Values)
		if !query.isEmpty() {
			arguments := out.URL.Query()
			query.apply(arguments, func(name string) []string { return arguments[name] })
			out.URL.RawQuery, out.URL.ForceQuery = arguments.Encode(), false
		}
	})
	return false
}

var _ values = url.Values{}

// responseStep is one of the configuration's records.
type responseStep struct {
	Headers pairs `json:"headers"`
	JSON    pairs `json:"json"`
}

func responseTransformerFrom(raw json.RawMessage) (does effect, missing string, err error) {
	var c struct{ Remove, Rename, Replace, Add, Append responseStep }
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &c)
	}
	for _, step := range []struct {
		name string
		responseStep
	}{{"remove", c.Remove}, {"rename", c.Rename}, {"replace", c.Replace}, {"add", c.Add}, {"append", c.Append}} {
		if len(step.JSON) > 0 {
			missing = step.name + ".json"
		}
	}
	header := steps{c.Remove.Headers, c.Rename.Headers, c.Replace.Headers, c.Add.Headers, c.Append.Headers}
	does.response = func(_ *exchange, out http.Header) { header.apply(headers{out}, out.Values) }
	return does, missing, err
}
