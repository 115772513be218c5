package konnecttest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// defaultPlanePage is small, so that clients which do not page are found out.
const defaultPlanePage = 10

type planePage struct {
	Data []json.RawMessage `json:"data"`
	Meta planePageMeta     `json:"meta"`
}

type planePageMeta struct {
	Page any `json:"page"`
}

type numberedPage struct {
	Number int `json:"number"`
	Size   int `json:"size"`
	Total  int `json:"total"`
}

func (s *Server) listPlanes(c *call) (reply, *failure) {
	params := c.request.URL.Query()
	size, fail := pageNumber(params, "page[size]", defaultPlanePage)
	if fail != nil {
		return reply{}, fail
	}
	page, fail := pageNumber(params, "page[number]", 1)
	if fail != nil {
		return reply{}, fail
	}
	wanted, fail := planeFilters(params)
	if fail != nil {
		return reply{}, fail
	}
	descending, fail := planeSort(params.Get("sort"))
	if fail != nil {
		return reply{}, fail
	}
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	found := []*controlPlane{}
	for _, p := range s.store.order {
		if p.organization == c.organization() && !slices.ContainsFunc(wanted, func(f planeFilter) bool { return !f(p) }) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b *controlPlane) int {
		order := cmp.Or(a.created.Compare(b.created), cmp.Compare(a.seq, b.seq))
		if descending {
			return -order
		}
		return order
	})
	first := min((page-1)*size, len(found))
	last := min(first+size, len(found))
	meta := numberedPage{Number: page, Size: size, Total: len(found)}
	return planeReply(found[first:last], meta), nil
}

func planeReply(planes []*controlPlane, meta any) reply {
	out := planePage{Data: []json.RawMessage{}, Meta: planePageMeta{Page: meta}}
	for _, p := range planes {
		out.Data = append(out.Data, p.encoded)
	}
	return encodedReply(out)
}

func encodedReply(body any) reply {
	return jsonReply(http.StatusOK, mustEncode(body))
}

func pageNumber(params url.Values, name string, fallback int) (int, *failure) {
	value := params.Get(name)
	if value == "" {
		return fallback, nil
	}
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil || n < 1 {
		return 0, invalidQuery(name, "must be a positive integer")
	}
	return int(n), nil
}

func planeSort(sort string) (descending bool, fail *failure) {
	for attribute := range strings.SplitSeq(sort, ",") {
		words := strings.Fields(attribute)
		switch {
		case len(words) == 0:
		case words[0] != "created_at" || len(words) > 2:
			return false, invalidQuery("sort", "knows created_at only")
		case len(words) == 2 && words[1] != "asc" && words[1] != "desc":
			return false, invalidQuery("sort", "must end in asc or desc")
		default:
			return len(words) == 2 && words[1] == "desc", nil
		}
	}
	return false, nil
}

type planeFilter func(*controlPlane) bool

var filterParameter = regexp.MustCompile(`^filter\[([^\]]*)\](?:\[([^\]]*)\])?$`)

// planeAttributes are the fields that a filter can look at.
var planeAttributes = map[string]func(*controlPlane) string{
	"id":           func(p *controlPlane) string { return p.view.ID },
	"name":         func(p *controlPlane) string { return p.view.Name },
	"cluster_type": func(p *controlPlane) string { return p.view.Config.ClusterType },
	"cloud_gateway": func(p *controlPlane) string {
		return strconv.FormatBool(p.view.Config.CloudGateway)
	},
}

// planeOperators are the comparisons of each filter; "" is a bare value.
var planeOperators = map[string][]string{
	"id":            {"eq", "oeq"},
	"name":          {"eq", "neq", "contains"},
	"cluster_type":  {"eq", "neq", "oeq"},
	"cloud_gateway": {""},
}

var comparisons = map[string]func(have, want string) bool{
	"":         func(have, want string) bool { return have == want },
	"eq":       func(have, want string) bool { return have == want },
	"neq":      func(have, want string) bool { return have != want },
	"contains": strings.Contains,
	"oeq":      func(have, want string) bool { return slices.Contains(strings.Split(want, ","), have) },
}

func planeFilters(params url.Values) ([]planeFilter, *failure) {
	var out []planeFilter
	for name := range params {
		parts := filterParameter.FindStringSubmatch(name)
		if parts == nil {
			continue
		}
		attribute, operator, want := parts[1], parts[2], params.Get(name)
		if !slices.Contains(planeOperators[attribute], operator) {
			return nil, invalidQuery(name, "is not a filter of control planes")
		}
		have, compare := planeAttributes[attribute], comparisons[operator]
		out = append(out, func(p *controlPlane) bool { return compare(have(p), want) })
	}
	if labels := params.Get("labels"); labels != "" {
		out = append(out, labelFilters(labels)...)
	}
	return out, nil
}

// labelFilters takes key:value, or a key alone that must exist, separated by commas.
func labelFilters(labels string) []planeFilter {
	var out []planeFilter
	for label := range strings.SplitSeq(labels, ",") {
		key, want, exact := strings.Cut(label, ":")
		out = append(out, func(p *controlPlane) bool {
			have, exists := p.view.Labels[key]
			return exists && (!exact || have == want)
		})
	}
	return out
}
