package konnecttest

import (
	"fmt"
	"net/http"
	"slices"
)

type problemBody struct {
	Status            int              `json:"status"`
	Title             string           `json:"title"`
	Instance          string           `json:"instance"`
	Detail            string           `json:"detail"`
	InvalidParameters []map[string]any `json:"invalid_parameters,omitempty"`
}

// asFailure leaves the instance open: it is the trace of one request, which
// only the answer to that request knows.
func (b *problemBody) asFailure() *failure {
	return &failure{status: b.Status, contentType: contentProblem, text: b.Detail, body: b}
}

func problemFailure(status int, title, detail string) *failure {
	return (&problemBody{Status: status, Title: title, Detail: detail}).asFailure()
}

func invalidParameters(violations ...violation) *failure {
	body := newInvalidBody(violations)
	f := body.asFailure()
	for _, v := range violations {
		f.text += fmt.Sprintf("; %s: %s", v.field, v.reason)
	}
	return f
}

func newInvalidBody(violations []violation) *problemBody {
	body := &problemBody{Status: http.StatusBadRequest, Title: "Bad Request", Detail: "Invalid Parameters"}
	if slices.ContainsFunc(violations, func(v violation) bool { return v.rule == "is_label" }) {
		body.Title = "Invalid Request"
	}
	for _, v := range violations {
		body.InvalidParameters = append(body.InvalidParameters, v.parameter())
	}
	return body
}

func (v violation) parameter() map[string]any {
	p := map[string]any{"field": v.field, "reason": v.reason, "source": "body"}
	if v.rule != "" {
		p["rule"] = v.rule
	}
	if v.choices != nil {
		p["choices"] = v.choices
	}
	if v.bound == nil {
		return p
	}
	if v.rule == "max" || v.rule == "max_length" || v.rule == "max_items" {
		p["maximum"] = *v.bound
	} else {
		p["minimum"] = *v.bound
	}
	return p
}

func invalidQuery(field, reason string) *failure {
	body := newInvalidBody([]violation{{field: field, reason: reason, rule: "invalid"}})
	body.InvalidParameters[0]["source"] = "query"
	return body.asFailure()
}

func unauthenticated() *failure {
	return problemFailure(http.StatusUnauthorized, "Unauthenticated", "A valid token is required")
}

func planeNotFound() *failure {
	return problemFailure(http.StatusNotFound, "Not Found", "The requested control plane was not found.")
}

func malformedBody() *failure {
	body := newInvalidBody([]violation{{field: "body", reason: "is not a JSON object", rule: "is_object"}})
	body.Detail = "Invalid request format"
	return body.asFailure()
}

// serverFault is what a fault of the service itself looks like in each family.
func serverFault(kind family, status int) *failure {
	if kind == familyProblem {
		details := map[int]string{
			http.StatusInternalServerError: "The change could not be propagated.",
			http.StatusServiceUnavailable:  "Permissions could not be retrieved.",
		}
		detail := details[status]
		if detail == "" {
			detail = http.StatusText(status)
		}
		return problemFailure(status, http.StatusText(status), detail)
	}
	switch status {
	case http.StatusInternalServerError:
		return coreFailure(status, codeInternal, "")
	case http.StatusServiceUnavailable:
		return coreFailure(status, codeUnavailable, "service unavailable")
	}
	return legacyFailure(status, http.StatusText(status))
}

func rateLimited() *failure {
	return legacyFailure(http.StatusTooManyRequests, "API rate limit exceeded")
}

func methodNotAllowed(kind family, allow string) *failure {
	f := legacyFailure(http.StatusMethodNotAllowed, "Method Not Allowed")
	if kind == familyProblem {
		f = problemFailure(http.StatusMethodNotAllowed, "Method Not Allowed", "The method is not supported here.")
	}
	f.header = http.Header{"Allow": {allow}}
	return f.asLimit("method")
}

func unsupportedMediaType(kind family) *failure {
	if kind == familyProblem {
		return problemFailure(http.StatusUnsupportedMediaType, "Unsupported Media Type", "The body must be application/json.")
	}
	return legacyFailure(http.StatusUnsupportedMediaType, "the body must be application/json")
}

// LimitHeader is set in answers to what a Konnect may serve and this server does not, in
// words: a path or a method that it does not know, the schema of an entity without fields.
const LimitHeader = "X-Konnecttest-Limit"

// asLimit says in a header that the failure is a limit of this server.
func (f *failure) asLimit(what string) *failure {
	if f.header == nil {
		f.header = http.Header{}
	}
	f.header.Set(LimitHeader, "the in-memory Konnect does not serve this "+what)
	return f
}

func unknownPath(kind family) *failure {
	f := coreFailure(http.StatusNotFound, codeNotFound, "no such path")
	if kind == familyProblem {
		f = problemFailure(http.StatusNotFound, "Not Found", "There is nothing at this path.")
	}
	return f.asLimit("path")
}
