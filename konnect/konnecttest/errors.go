package konnecttest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const (
	contentJSON    = "application/json"
	contentProblem = "application/problem+json"

	detailTypeURL = "type.googleapis.com/kong.admin.model.v1.ErrorDetail"

	kindField     = "ERROR_TYPE_FIELD"
	kindEntity    = "ERROR_TYPE_ENTITY"
	kindReference = "ERROR_TYPE_REFERENCE"
)

// gRPC status codes that core-entity errors carry.
const (
	codeInvalidArgument   = 3
	codeNotFound          = 5
	codePermissionDenied  = 7
	codeResourceExhausted = 8
	codeInternal          = 13
	codeUnavailable       = 14
)

// family tells the error formats of the API apart.
type family int

const (
	familyCore    family = iota // gRPC status as application/json
	familyProblem               // RFC 9457 as application/problem+json
	familyMessage               // {"message": "…"} as application/json
)

// failure is an answer other than success. As an error it serves the state
// helpers, which share the code of the HTTP handlers.
type failure struct {
	status      int
	contentType string
	body        any
	header      http.Header
	text        string
}

func (f *failure) Error() string { return f.text }

// violation is one thing wrong with a request, in terms both families can show.
type violation struct {
	field   string // path such as tags[0]; "" for a rule across fields
	reason  string
	rule    string   // of the problem family; "" is left out
	bound   *int64   // with rules that name a minimum or maximum
	choices []string // with rule enum
}

func (v violation) at(field string) violation {
	v.field = field
	return v
}

type statusBody struct {
	Code    int      `json:"code"`
	Message string   `json:"message"`
	Details []detail `json:"details"`
}

type detail struct {
	TypeURL  string   `json:"@type"`
	Kind     string   `json:"type,omitempty"`
	Field    string   `json:"field,omitempty"`
	Messages []string `json:"messages,omitempty"`
}

func coreFailure(status, code int, message string, details ...detail) *failure {
	if details == nil {
		details = []detail{}
	}
	var text strings.Builder
	text.WriteString(message)
	for _, d := range details {
		fmt.Fprintf(&text, "; %s: %s", cmp.Or(d.Field, "entity"), strings.Join(d.Messages, ", "))
	}
	return &failure{
		status: status, contentType: contentJSON, text: text.String(),
		body: statusBody{Code: code, Message: message, Details: details},
	}
}

func coreNotFound() *failure {
	f := coreFailure(http.StatusNotFound, codeNotFound, "")
	f.text = "entity not found"
	return f
}

func badRequest(message string) *failure {
	return coreFailure(http.StatusBadRequest, codeInvalidArgument, message)
}

func notUUID(id string) *failure {
	return badRequest(fmt.Sprintf(" '%s' is not a valid uuid", id))
}

// invalidEntity reports field and cross-field rules, one detail for each field,
// sorted by field and then by message.
func invalidEntity(violations []violation) *failure {
	byField := map[string][]string{}
	for _, v := range violations {
		byField[v.field] = append(byField[v.field], v.reason)
	}
	details := make([]detail, 0, len(byField))
	for field, messages := range byField {
		slices.Sort(messages)
		kind := kindField
		if field == "" {
			kind = kindEntity
		}
		details = append(details, detail{TypeURL: detailTypeURL, Kind: kind, Field: field, Messages: messages})
	}
	slices.SortFunc(details, func(a, b detail) int { return cmp.Compare(a.Field, b.Field) })
	return coreFailure(http.StatusBadRequest, codeInvalidArgument, "validation error", details...)
}

// brokenConstraint reports a unique, primary or foreign key that does not hold.
func brokenConstraint(field, kind string) *failure { return brokenKey(field, kind, "") }

func brokenKey(field, kind, suffix string) *failure {
	return brokenReference(field, fmt.Sprintf("%s (type: %s) constraint failed%s", field, kind, suffix))
}

func brokenReference(field, message string) *failure {
	return coreFailure(http.StatusBadRequest, codeInvalidArgument, "data constraint error", detail{
		TypeURL: detailTypeURL, Kind: kindReference, Field: field, Messages: []string{message},
	})
}

func stillReferenced(entity string) *failure {
	return coreFailure(http.StatusBadRequest, codeInvalidArgument, "data constraint error", detail{
		TypeURL: detailTypeURL, Kind: kindReference,
		Messages: []string{fmt.Sprintf("constraint failed (type: foreign) as %s references this value", entity)},
	})
}

func usageConstraint(status int, message string) *failure {
	code := map[int]int{
		http.StatusBadRequest:      codeInvalidArgument,
		http.StatusTooManyRequests: codeResourceExhausted,
	}[status]
	return coreFailure(status, cmp.Or(code, codePermissionDenied), "usage constraint error",
		detail{TypeURL: detailTypeURL, Messages: []string{message}})
}

// legacyFailure is the bare message form, which the gateway in front of the API
// uses as well.
func legacyFailure(status int, message string) *failure {
	return &failure{status: status, contentType: contentJSON, text: message, body: map[string]any{"message": message}}
}

func coreUnauthorized() *failure {
	return &failure{
		status: http.StatusUnauthorized, contentType: contentJSON, text: "unauthorized",
		body: map[string]any{"message": "Unauthorized", "status": http.StatusUnauthorized},
	}
}
