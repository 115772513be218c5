package konnecttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"
)

const maxBody = 8 << 20

// Server is an in-memory Konnect. It is an [http.Handler] and safe for parallel use.
type Server struct {
	// URL is the base URL once the server listens, such as http://127.0.0.1:41234.
	URL string
	// Token is the token of the default organization.
	Token string

	test     testing.TB // of Start; nil for none
	paths    []string   // patterns of all paths
	set      *settings
	store    *store
	tokens   *tokens
	faults   *faults
	journal  *journal
	mux      *http.ServeMux
	fallback *endpoint
	inflight inflight
}

// NewServer returns a server that does not listen yet: use it as a handler, or see
// Listen and Start. It has one organization, empty, with DefaultToken. Like Inject, it
// panics for a fault that no request can meet.
func NewServer(opts ...Option) *Server {
	s := newServer(opts)
	s.injectFirst()
	return s
}

// injectFirst injects the faults that are there from the start.
func (s *Server) injectFirst() {
	for _, fault := range s.set.startFaults {
		s.Inject(fault)
	}
}

func newServer(opts []Option) *Server {
	set := newSettings(opts)
	s := &Server{
		Token:    DefaultToken,
		set:      set,
		store:    newStore(collections(set)),
		tokens:   newTokens(set.tokens),
		faults:   newFaults(set),
		journal:  newJournal(set.logLimit),
		mux:      http.NewServeMux(),
		fallback: &endpoint{pattern: "other", family: familyProblem},
	}
	for _, e := range s.endpoints() {
		s.paths = append(s.paths, e.pattern)
		s.mux.HandleFunc(strings.TrimSpace(e.method+" "+e.pattern), func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, e) })
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, s.fallback) })
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.inflight.add(1)
	defer s.inflight.add(-1)
	escaped := r.URL.EscapedPath()
	if path.Clean(escaped) != escaped { // the mux would redirect, the API does not
		s.serve(w, r, s.fallback)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// serve takes a request through log, faults and handler.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, e *endpoint) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	c := &call{server: s, request: r, body: body, family: e.familyOf(r)}
	c.now.at = s.set.clock()
	entry := s.journal.begin(r, s.logged(r, e, body), s.operation(r, e), c.now.at)
	c.now.request = int64(entry.Number)

	effect := s.faults.pick(entry)
	wait(r.Context(), s.faults.delay()+effect.delay)
	out := reply{}
	if effect.answer == nil || effect.applied {
		out = s.answer(c, e, err)
	}
	if effect.answer != nil {
		out = c.render(effect.answer(c))
	}
	if effect.rewrite != nil {
		out.body = effect.rewrite(bytes.Clone(out.body))
	}
	s.journal.finish(entry.Number, out.status, effect.name)
	out.send(w, effect.delivery)
}

// answer is what the server itself has to say.
func (s *Server) answer(c *call, e *endpoint, bodyErr error) reply {
	if bodyErr != nil {
		tooLarge := &http.MaxBytesError{}
		if !errors.As(bodyErr, &tooLarge) {
			return c.render(badRequest("the body could not be read"))
		}
		return c.render(legacyFailure(http.StatusRequestEntityTooLarge, "the body is too large"))
	}
	caller, ok := s.tokens.caller(c.request.Header.Get("Authorization"))
	if !ok {
		return c.render(c.unauthorized())
	}
	c.caller = caller
	headers, allowed := s.faults.admit(caller, c.now.at)
	var out reply
	if allowed {
		out = s.dispatch(c, e)
	} else {
		out = c.render(rateLimited())
	}
	out.addHeader(headers)
	return out
}

func (s *Server) dispatch(c *call, e *endpoint) reply {
	handle := e.methods[c.request.Method]
	switch {
	case handle != nil:
	case len(e.methods) == 0 || e.partial:
		return c.render(unknownPath(c.family))
	default:
		return c.render(methodNotAllowed(c.family, e.allow()))
	}
	if len(c.body) > 0 && !isJSON(c.request.Header.Get("Content-Type")) {
		return c.render(unsupportedMediaType(c.family))
	}
	out, fail := handle(c)
	if fail != nil {
		return c.render(fail)
	}
	return out
}

// isJSON lets an absent content type pass.
func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return mediaType == "" || strings.EqualFold(strings.TrimSpace(mediaType), contentJSON)
}

func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done(): // nobody waits for the answer; the request still counts
	}
}
