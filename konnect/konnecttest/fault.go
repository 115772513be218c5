package konnecttest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Fault disturbs some requests. The zero values of its first fields match every request,
// and the effect strikes once, at the first request that matches.
type Fault struct {
	// Method is that of the requests, in capitals, such as PUT.
	Method string
	// Path is a pattern for the whole path: * stands for one segment or a part of one,
	// ** for any number of segments, as in **/services/*. It must match a path that the server
	// knows; what comes after ** is a word of the API or an ID, not a name.
	Path string
	// Match narrows the requests further.
	Match func(Request) bool
	// Nth is the first matching request that is struck, counting from 1.
	Nth int
	// Times is how many matching requests in a row are struck; negative means all.
	Times  int
	Effect Effect
}

// InjectedFault is a fault in force.
type InjectedFault struct {
	faults *faults
	fault  Fault
	seen   int
	hits   int
}

// String names the requests and the effect, as in "PUT **/services/*: lose response".
func (f *InjectedFault) String() string {
	return fmt.Sprintf("%s %s: %s", cmp.Or(f.fault.Method, "any method"), cmp.Or(f.fault.Path, "on any path"), cmp.Or(f.fault.Effect.name, "no effect"))
}

// Hits counts the requests struck so far.
func (f *InjectedFault) Hits() int {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	return f.hits
}

// Remove ends the fault.
func (f *InjectedFault) Remove() {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	f.faults.injected = slices.DeleteFunc(f.faults.injected, func(other *InjectedFault) bool { return other == f })
}

// Inject puts a fault in force. Delays of several faults add up; of other effects, a
// request meets that of the fault injected first, and does not count for those after it.
//
// A fault that no request can meet would let a test pass that tests nothing. It ends the
// test that the server was started for; with NewServer it panics. TryInject returns it as
// an error.
func (s *Server) Inject(fault Fault) *InjectedFault {
	in, err := s.TryInject(fault)
	if err == nil {
		return in
	}
	if s.test == nil {
		panic("konnecttest: " + err.Error())
	}
	s.test.Helper()
	s.test.Fatalf("konnecttest: %v", err)
	return nil
}

// TryInject is Inject with an error for a fault that no request can meet: a method that is
// not in capitals, a path that the server does not know, a request before the first.
func (s *Server) TryInject(fault Fault) (*InjectedFault, error) {
	if err := fault.check(s.paths); err != nil {
		return nil, err
	}
	return s.faults.inject(fault), nil
}

// UnhitFaults returns the faults that have struck no request, in the order of their
// injection. Those that were removed or cleared are among them. See WithEveryFaultHit.
func (s *Server) UnhitFaults() []*InjectedFault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	var out []*InjectedFault
	for _, in := range s.faults.ever {
		if in.hits == 0 {
			out = append(out, in)
		}
	}
	return out
}

// ClearFaults ends all faults. Latency, rate limit and lags stay.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.injected = nil
}

// SetLatency delays every answer by d, before the request is carried out.
func (s *Server) SetLatency(d time.Duration) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.latency = d
}

// SetForeignKeyLag makes a write that refers to an entity created less than lag ago fail
// as if that entity did not exist. The zero Lag ends it.
func (s *Server) SetForeignKeyLag(lag Lag) { s.faults.setLag(foreignLag, lag) }

// SetReleaseLag keeps a unique value (a name) taken until lag after its entity was
// deleted or renamed. Only values freed while a lag is set are kept.
func (s *Server) SetReleaseLag(lag Lag) { s.faults.setLag(releaseLag, lag) }

type lagKind int

const (
	foreignLag lagKind = iota
	releaseLag
)

// faults is all that stands between a request and its right answer.
type faults struct {
	mu       sync.Mutex
	injected []*InjectedFault // in force
	ever     []*InjectedFault
	latency  time.Duration
	lags     [2]Lag
	limiter  *limiter
}

func newFaults(set *settings) *faults {
	return &faults{latency: set.latency, lags: [2]Lag{set.foreignLag, set.releaseLag}, limiter: newLimiter(set.rate)}
}

func (f *faults) inject(fault Fault) *InjectedFault {
	fault.Nth = max(fault.Nth, 1)
	if fault.Times == 0 {
		fault.Times = 1
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	in := &InjectedFault{faults: f, fault: fault}
	f.injected = append(f.injected, in)
	f.ever = append(f.ever, in)
	return in
}

func (f *faults) setLag(kind lagKind, lag Lag) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lags[kind] = lag
}

func (f *faults) lag(kind lagKind) Lag {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lags[kind]
}

func (f *faults) delay() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latency
}

func (f *faults) admit(who *caller, now time.Time) (http.Header, bool) {
	return f.limiter.admit(who, now)
}

// pick says what befalls a request: the delays of all faults that strike it, and the
// first other effect.
func (f *faults) pick(r Request) Effect {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out Effect
	for _, in := range f.injected {
		if !in.fault.matches(r) {
			continue
		}
		in.seen++
		if in.seen < in.fault.Nth || (in.fault.Times > 0 && in.seen-in.fault.Nth >= in.fault.Times) {
			continue
		}
		in.hits++
		effect := in.fault.Effect
		effect.delay += out.delay
		out = effect
		if !effect.onlyDelays() {
			break
		}
	}
	return out
}

func (f Fault) matches(r Request) bool {
	return (f.Method == "" || f.Method == r.Method) &&
		(f.Path == "" || pathMatches(f.Path, r.Path)) &&
		(f.Match == nil || f.Match(r))
}
