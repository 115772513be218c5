package konnecttest

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is one request the server has seen.
type Request struct {
	Number int       // counts from 1 in the order of arrival, over resets of the log too
	Time   time.Time // of arrival, by the server's clock
	Method string
	Path   string // unescaped
	Query  url.Values
	Header http.Header // the Authorization header is redacted
	Body   []byte      // secrets of an entity are redacted, see WithSecretsShown
	Status int         // of the answer, whether or not it reached the client; 0 while under way
	Fault  string      // injected effect, such as "lose response"; "" for none
}

// IsWrite reports whether the method is one that changes state.
func (r Request) IsWrite() bool {
	switch r.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return true
	}
	return false
}

// journal keeps the last requests and counts all of them.
type journal struct {
	mu         sync.Mutex
	limit      int
	arrived    int // requests ever
	base       int // arrived at the last reset
	ring       []Request
	operations map[string]int // by method and path without entity IDs
	statuses   map[int]int
	writes     int
}

func newJournal(limit int) *journal {
	return &journal{limit: limit, operations: map[string]int{}, statuses: map[int]int{}}
}

// begin counts a request before anything else happens to it.
func (j *journal) begin(r *http.Request, body []byte, operation string, now time.Time) Request {
	header := r.Header.Clone()
	if header.Get("Authorization") != "" {
		header.Set("Authorization", "[redacted]")
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.arrived++
	entry := Request{
		Number: j.arrived, Time: now, Method: r.Method, Path: r.URL.Path,
		Query: r.URL.Query(), Header: header, Body: body,
	}
	j.operations[operation]++
	if entry.IsWrite() {
		j.writes++
	}
	switch {
	case len(j.ring) < j.limit:
		j.ring = append(j.ring, entry)
	case j.limit > 0:
		j.ring[j.slot(entry.Number)] = entry
	}
	return entry
}

func (j *journal) slot(number int) int { return (number - 1 - j.base) % j.limit }

func (j *journal) finish(number, status int, fault string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if number <= j.base {
		return
	}
	j.statuses[status]++
	if j.limit == 0 {
		return
	}
	if entry := &j.ring[j.slot(number)]; entry.Number == number {
		entry.Status, entry.Fault = status, fault
	}
}

// Requests returns the requests seen since the start or the last ResetLog, oldest
// first. Only the last ones are kept, see WithRequestLogLimit.
func (s *Server) Requests() []Request {
	j := s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	out := slices.Clone(j.ring)
	slices.SortFunc(out, func(a, b Request) int { return a.Number - b.Number })
	return out
}

// Writes counts the POST, PUT, PATCH and DELETE requests seen, refused ones included.
func (s *Server) Writes() int {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.writes
}

var entityID = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// Count counts the requests of a method, "" for any, whose path contains the text, such
// as "/services" or a control plane's ID. It is exact, except where the text has the
// ID of an entity: those are counted among the requests that Requests returns.
func (s *Server) Count(method, pathSubstring string) int {
	n := 0
	if id := entityID.FindString(pathSubstring); id != "" && !s.isPlane(id) {
		for _, r := range s.Requests() {
			if (method == "" || r.Method == method) && strings.Contains(r.Path, pathSubstring) {
				n++
			}
		}
		return n
	}
	for operation, count := range s.Operations() {
		verb, path, _ := strings.Cut(operation, " ")
		if (method == "" || verb == method) && strings.Contains(path, pathSubstring) {
			n += count
		}
	}
	return n
}

// Operations returns the exact number of requests by method and path, such as
// "PUT /v2/control-planes/…/core-entities/services/{id}": the control plane stands with
// its ID if there is or was one, entities and parents as {id} and {parent}, and paths
// outside the API are "other".
func (s *Server) Operations() map[string]int {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return maps.Clone(s.journal.operations)
}

// CountStatus counts the answers with that status.
func (s *Server) CountStatus(status int) int {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.statuses[status]
}

// ResetLog forgets the requests seen and sets all counters to zero.
func (s *Server) ResetLog() {
	j := s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.base, j.ring, j.writes = j.arrived, nil, 0
	clear(j.operations)
	clear(j.statuses)
}

// operation names what a request is about, for counters that do not grow with the
// number of entities.
func (s *Server) operation(r *http.Request, e *endpoint) string {
	pattern := e.pattern
	if id := r.PathValue("controlPlaneId"); id != "" && s.isPlane(id) {
		pattern = strings.Replace(pattern, "{controlPlaneId}", id, 1)
	}
	return r.Method + " " + pattern
}

func (s *Server) isPlane(id string) bool {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	return s.store.planes[id] != nil
}
