package gatewayapi_test

import (
	"slices"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// shrink takes away what a wrong answer does not need, as long as there is something.
func shrink(t trial, wrong func(trial) bool) trial {
	for again := true; again; {
		again = false
		for _, smaller := range t.smaller() {
			if wrong(smaller) {
				t, again = smaller, true
				break
			}
		}
	}
	return t
}

// smaller returns the trial with one thing less, for each thing.
func (t trial) smaller() []trial {
	var all []trial
	for i := range t.routes {
		all = append(all, t.with(func(t *trial) { t.routes = slices.Delete(t.routes, i, i+1) }))
		all = append(all, t.smallerRoute(i)...)
	}
	for i, l := range t.gateway.Spec.Listeners {
		if len(t.gateway.Spec.Listeners) > 1 {
			all = append(all, t.with(func(t *trial) {
				t.gateway.Spec.Listeners = slices.Delete(t.gateway.Spec.Listeners, i, i+1)
			}))
		}
		if l.Hostname != nil {
			all = append(all, t.with(func(t *trial) { t.gateway.Spec.Listeners[i].Hostname = nil }))
		}
	}
	for name := range t.request.Header {
		all = append(all, t.with(func(t *trial) { t.request.Header.Del(name) }))
	}
	return all
}

func (t trial) smallerRoute(number int) []trial {
	var all []trial
	change := func(edit func(*gatewayv1.HTTPRoute)) {
		all = append(all, t.with(func(t *trial) { edit(&t.routes[number]) }))
	}
	route := t.routes[number]
	for i := range route.Spec.Hostnames {
		change(func(r *gatewayv1.HTTPRoute) { r.Spec.Hostnames = slices.Delete(r.Spec.Hostnames, i, i+1) })
	}
	for i, rule := range route.Spec.Rules {
		if len(route.Spec.Rules) > 1 {
			change(func(r *gatewayv1.HTTPRoute) { r.Spec.Rules = slices.Delete(r.Spec.Rules, i, i+1) })
		}
		for j, match := range rule.Matches {
			change(func(r *gatewayv1.HTTPRoute) { r.Spec.Rules[i].Matches = slices.Delete(r.Spec.Rules[i].Matches, j, j+1) })
			if match.Method != nil {
				change(func(r *gatewayv1.HTTPRoute) { r.Spec.Rules[i].Matches[j].Method = nil })
			}
			for k := range match.Headers {
				change(func(r *gatewayv1.HTTPRoute) {
					m := &r.Spec.Rules[i].Matches[j]
					m.Headers = slices.Delete(m.Headers, k, k+1)
				})
			}
		}
	}
	return all
}

// with returns a copy with a change.
func (t trial) with(change func(*trial)) trial {
	copied := trial{gateway: *t.gateway.DeepCopy(), request: t.request}
	copied.request.Header = t.request.Header.Clone()
	for i := range t.routes {
		copied.routes = append(copied.routes, *t.routes[i].DeepCopy())
	}
	change(&copied)
	return copied
}
