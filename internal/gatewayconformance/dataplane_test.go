package gatewayconformance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"sigs.k8s.io/gateway-api/conformance/utils/roundtripper"

	"github.com/konnectkit/konnectkit/internal/precedence"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// plane is the data plane of a Gateway, with what its answers are judged by.
type plane struct {
	gateway  *konnecttest.Gateway
	original *routing.Router
	strict   *routing.Router
	// api answers by the text of the Gateway API, with all rules.
	api *precedence.Cluster
}

// CaptureRoundTrip sends a request of the suite to the data plane of the Gateway that it is for. The test is
// skipped if it is about a rule that the translation refuses.
func (w *world) CaptureRoundTrip(request roundtripper.Request) (*roundtripper.CapturedRequest, *roundtripper.CapturedResponse, error) {
	w.sync()
	p, err := w.planeAt(request.URL.Hostname())
	if err != nil {
		return nil, nil, err
	}
	r := httptest.NewRequestWithContext(w.t.Context(), request.Method, request.URL.String(), strings.NewReader(request.Body))
	if request.Host != "" {
		r.Host = request.Host
	}
	for name, values := range request.Headers {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	if r.TLS != nil {
		r.TLS.ServerName = request.ServerName
	}
	w.skipRefused(request, p, r)
	matched := routing.Request{Method: r.Method, Protocol: r.URL.Scheme, Host: r.Host, Path: r.URL.RequestURI(), Header: r.Header, SNI: request.ServerName}
	if _, _, err := p.match(matched); err != nil { // the data plane answers by the original priority
		return nil, nil, err
	}
	recorder := httptest.NewRecorder()
	p.gateway.ServeHTTP(recorder, r)
	return captured(request, recorder.Result())
}

// skipRefused ends the test of a request that a refused rule would take.
func (w *world) skipRefused(request roundtripper.Request, p *plane, r *http.Request) {
	rule, ok := p.api.Answer(precedence.Request{
		Scheme: r.URL.Scheme, Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header,
	})
	reason := w.refused[rule]
	if rule.Index = -1; reason == "" {
		reason = w.refused[rule] // the whole route
	}
	if ok && reason != "" {
		w.record(request.T.Name(), reason)
		request.T.Skip(reason)
	}
	w.record(request.T.Name(), "")
}

// match finds the route of a request. That gateways of the two priorities find different ones is an error.
func (p *plane) match(request routing.Request) (routing.Match, bool, error) {
	original, found := p.original.Match(request)
	strict, foundStrict := p.strict.Match(request)
	if found != foundStrict || found && original.Route.ID != strict.Route.ID {
		return original, found, fmt.Errorf("original priority finds %v, strict %v", original.Route, strict.Route)
	}
	return original, found, nil
}

// captured is a response as the suite's own client sees it.
func captured(request roundtripper.Request, response *http.Response) (*roundtripper.CapturedRequest, *roundtripper.CapturedResponse, error) {
	arrived := &roundtripper.CapturedRequest{Method: request.Method}
	if response.Header.Get("Content-Type") == "application/json" {
		if err := json.NewDecoder(response.Body).Decode(arrived); err != nil {
			return nil, nil, err
		}
	}
	answer := &roundtripper.CapturedResponse{StatusCode: response.StatusCode, Protocol: response.Proto, Headers: response.Header}
	if roundtripper.IsRedirect(response.StatusCode) {
		location, err := request.URL.Parse(response.Header.Get("Location"))
		if err != nil {
			return nil, nil, err
		}
		answer.RedirectRequest = redirect(location)
	}
	return arrived, answer, nil
}

func redirect(location *url.URL) *roundtripper.RedirectRequest {
	return &roundtripper.RedirectRequest{
		Scheme: location.Scheme, Host: location.Hostname(), Port: location.Port(), Path: location.Path,
	}
}

func (w *world) planeAt(address string) (*plane, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.planes[address]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("no Gateway has the address %s", address)
}
