package konnect_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// forged would pass for a line of a report, hides the rest and turns it around.
const forged = "a\ncreated  KongRoute  kong/admin  admin  -  true\r\x1b[8m\u202e\u2028\x00\u0085\xff"

// assertLines fails unless text is that many lines, all of them fit to be read.
func assertLines(t *testing.T, lines int, text, what string) {
	t.Helper()
	text = strings.TrimSuffix(text, "\n")
	assert.Len(t, strings.Split(text, "\n"), lines, "%s: %q", what, text)
	assert.True(t, utf8.ValidString(text), "%s: %q", what, text)
	hidden := strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
	assert.False(t, hidden, "%s: %q", what, text)
}

// assertFit runs all that is printed with text in all that others can fill in.
func assertFit(t *testing.T, text string) {
	t.Helper()
	key := crd.Key{Group: text, Kind: text, Namespace: text, Name: text}
	fields := []konnect.Field{{Path: text, From: text, To: map[string]any{text: []any{text}}}}
	api := &konnect.APIError{
		Method: "GET", Path: text, Status: http.StatusBadRequest, Message: text,
		Details: []konnect.ErrorDetail{{Type: text, Field: text, Messages: []string{text, text}}},
	}
	change := konnect.Change{
		Key: key, Action: konnect.ActionAdopted, KonnectID: text, Name: text, Holder: text, Fields: fields, Deviations: fields,
		Err: errors.Join(errors.New(text), api),
	}
	observed := change
	observed.Action = konnect.ActionObserved
	warnings := []konnect.Warning{{Key: key, Field: text, Code: "code", Message: text}}
	changes := []konnect.Change{change, observed}

	report := konnect.Report{Changes: changes, Warnings: warnings}
	assertLines(t, 1+2+1+2+1+2+1+1+1+1, report.String(), "report")
	plan := konnect.Plan{Changes: changes, Warnings: warnings}
	assertLines(t, 2*(1+1+1)+1+1+1+1, plan.String(), "plan")
	problem := konnect.Problem{Key: key, Err: errors.New(text)}
	assertLines(t, 2, (&konnect.BatchError{Problems: []konnect.Problem{problem, problem}}).Error(), "validation error")
	for what, line := range map[string]string{
		"key":              key.String(),
		"key of no space":  crd.Key{Kind: text, Name: text}.String(),
		"field":            fields[0].String(),
		"warning":          warnings[0].String(),
		"problem":          problem.String(),
		"api error":        api.Error(),
		"detail":           api.Details[0].String(),
		"ownership error":  (&konnect.OwnershipError{Key: key, KonnectID: text, Name: text, Holder: text, Hint: "hint"}).Error(),
		"protected error":  (&konnect.ProtectedError{Key: key, KonnectID: text, Name: text, Of: key}).Error(),
		"immutable error":  (&konnect.ImmutableError{Key: key, KonnectID: text, Fields: fields}).Error(),
		"mismatch error":   (&konnect.MismatchError{Key: key, KonnectID: text, Fields: fields}).Error(),
		"dependency error": (&konnect.DependencyError{Key: key, Field: text, On: key, Cause: errors.New(text)}).Error(),
		"progress":         konnect.ProgressEvent{Done: 1, Total: 2, Change: change}.String(),
		"request":          konnect.RequestEvent{Method: "GET", Path: text, Err: errors.New(text), Duration: time.Second}.String(),
		"wait":             konnect.WaitEvent{Method: "GET", Path: text, Reason: text}.String(),
	} {
		assertLines(t, 1, line, what)
	}
}

func TestPrintedTextsAreFitToBeRead(t *testing.T) {
	t.Parallel()
	assertFit(t, forged)
	assertFit(t, "plain")
}

// FuzzPrinted looks for texts that get through to a terminal or make a line.
func FuzzPrinted(f *testing.F) {
	for _, seed := range []string{"a", "a\tb", forged, "\u2066", `\n`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text != "" {
			assertFit(t, text)
		}
	})
}

// TestTextsOfServersAreFitToBeRead has a server that says what it likes.
func TestTextsOfServersAreFitToBeRead(t *testing.T) {
	t.Parallel()
	plane := map[string]any{
		"id": "11111111-2222-4333-8444-555555555555", "name": "gw", "description": forged,
		"labels": map[string]any{"managed-by": "konnectkit", "managed-owner": forged, "managed-key": forged},
		"config": map[string]any{"cluster_type": "CLUSTER_TYPE_CONTROL_PLANE", "auth_type": forged},
	}
	refusal := map[string]any{"code": 3, "message": forged, "details": []any{map[string]any{"type": forged, "field": forged, "messages": []any{forged}}}}
	for what, answer := range map[string]func(http.ResponseWriter){
		"a holder": func(w http.ResponseWriter) {
			_ = json.NewEncoder(w).Encode(map[string]any{"data": []any{plane}, "meta": map[string]any{"page": map[string]any{"number": 1, "size": 100, "total": 1}}})
		},
		"an error": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(refusal)
		},
		"no json": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, forged)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				answer(w)
			}))
			t.Cleanup(server.Close)
			client, err := konnect.NewClient(konnect.WithToken("token"), konnect.WithServerURL(server.URL))
			require.NoError(t, err)
			objects := []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()}
			plan, err := client.Plan(t.Context(), objects)
			require.Error(t, err)
			assertLines(t, 1, err.Error(), "error")
			require.Len(t, plan.Changes, 1)
			assertLines(t, 1, plan.Changes[0].Err.Error(), "error of the change")
			assertLines(t, 4, plan.String(), "plan")
			report, err := client.Ensure(t.Context(), objects)
			require.Error(t, err)
			assertLines(t, 1, err.Error(), "error")
			assertLines(t, 1+1+1+1+1+1, report.String(), "report")
			for _, condition := range objects[0].GetConditions() {
				assertLines(t, 1, condition.Message, "message of a condition")
			}
		})
	}
}

// TestTextsOfObjectsAreFitToBeRead has objects that no API server would take.
func TestTextsOfObjectsAreFitToBeRead(t *testing.T) {
	t.Parallel()
	client, err := konnect.NewClient()
	require.NoError(t, err)
	service := builder.NewService("s").ControlPlane("gw").Host("h.example").MustBuild()
	service.Name, service.Namespace = forged, forged
	service.Spec.Name, service.Spec.Path, service.Spec.URL, service.Spec.Host = new(forged), new(forged), new("http://"+forged), forged
	service.Spec.Tags = []string{forged}
	service.Annotations = map[string]string{"konghq.com/tags": forged, "konghq.com/plugins": forged, "konnectkit/" + forged: forged, "konnectkit.io/" + forged: "a"}
	route := builder.NewRoute("r").Service(forged).Protocols("http").Paths("/").MustBuild()
	route.Spec.Headers, route.Spec.Paths, route.Spec.Hosts = map[string][]string{forged: {""}}, []string{"~/(?<" + forged + ">a)", forged}, []string{forged}
	route.Spec.Methods = []string{forged}
	target := builder.NewTarget("t").Upstream("u").Target("a").MustBuild()
	target.Spec.Target = forged
	plan, err := client.Plan(t.Context(), []crd.Object{service, route, target})
	require.Error(t, err)
	refused, ok := errors.AsType[*konnect.BatchError](err)
	require.True(t, ok)
	assertLines(t, len(refused.Problems), err.Error(), "error")
	for _, problem := range refused.Problems {
		assertLines(t, 1, problem.String(), "problem")
	}
	for _, change := range plan.Changes {
		assertLines(t, 1, change.Err.Error(), "error of a change")
	}
	require.NotEmpty(t, plan.Warnings)
	for _, warning := range plan.Warnings {
		assertLines(t, 1, warning.String(), "warning")
		assertLines(t, 1, warning.Message, "message of a warning")
	}
}
