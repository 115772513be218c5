package konnect

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/internal/transport"
)

// What a text tells of an answer; the fields of APIError have all of it.
const (
	shownRunes   = 1000
	shownReasons = 10
)

// reason is the answer without the request.
func (e *APIError) reason() string {
	text := fmt.Sprintf("%d %s", e.Status, strings.ToLower(http.StatusText(e.Status)))
	if e.Message != "" {
		text += ": " + shortened(oneLine(e.Message))
	}
	parts := []string{text}
	for _, d := range e.Details[:min(len(e.Details), shownReasons)] {
		parts = append(parts, shortened(d.String()))
	}
	if more := len(e.Details) - shownReasons; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more reasons", more))
	}
	return strings.Join(parts, "; ")
}

func shortened(text string) string {
	if short := printable.Cut(text, shownRunes); short != text {
		return short + "…"
	}
	return text
}

// newAPIError reads both of Konnect's families of errors.
func newAPIError(req *http.Request, res *http.Response, attempts int) *APIError {
	e := &APIError{Method: req.Method, Path: req.URL.Path, Status: res.StatusCode, Attempts: attempts}
	var body struct {
		Message           string `json:"message"`
		Title             string `json:"title"`
		Detail            string `json:"detail"`
		Instance          string `json:"instance"`
		InvalidParameters []struct {
			Field  string `json:"field"`
			Reason string `json:"reason"`
		} `json:"invalid_parameters"`
		Details []struct {
			Type     string   `json:"type"`
			Field    string   `json:"field"`
			Messages []string `json:"messages"`
		} `json:"details"`
	}
	var doubt string
	if e.RetryAfter, doubt = transport.RetryAfter(res.Header, time.Now()); doubt != "" {
		e.Details = []ErrorDetail{{Messages: []string{doubt}}} // why it was sent again so soon, or so late
	}
	e.TraceID = res.Header.Get("X-Kong-Request-Id")
	if json.Unmarshal(transport.AnswerBody(res), &body) != nil {
		return e
	}
	e.Message = body.Message
	if e.Message == "" {
		e.Message = body.Detail
	}
	if e.Message == "" {
		e.Message = body.Title
	}
	if body.Instance != "" {
		e.TraceID = body.Instance
	}
	for _, d := range body.Details {
		e.Details = append(e.Details, ErrorDetail{
			Type: strings.TrimPrefix(d.Type, "ERROR_TYPE_"), Field: d.Field, Messages: d.Messages,
		})
	}
	for _, p := range body.InvalidParameters {
		e.Details = append(e.Details, ErrorDetail{Field: p.Field, Messages: []string{p.Reason}})
	}
	return e
}
