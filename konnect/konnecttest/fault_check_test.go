package konnecttest_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestFaultsThatNoRequestCanMeet(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason string
		fault  konnecttest.Fault
		text   string // "" where it is in order
	}{
		"everything":       {"no condition at all", konnecttest.Fault{}, ""},
		"all of a kind":    {"a usual one", konnecttest.Fault{Method: "PUT", Path: "**/services/*", Nth: 2, Times: -1}, ""},
		"one entity":       {"an ID stands for any", konnecttest.Fault{Path: "/v2/control-planes/*/core-entities/services/1111*"}, ""},
		"below a parent":   {"nested paths", konnecttest.Fault{Path: "**/upstreams/u/targets"}, ""},
		"identity":         {"a path without variables", konnecttest.Fault{Path: "/v3/organizations/me"}, ""},
		"a segment's part": {"a part of a literal", konnecttest.Fault{Path: "/v2/control-*"}, ""},
		"one name":         {"below its collection", konnecttest.Fault{Path: "**/services/echo"}, ""},
		"one plane":        {"an ID can be anywhere", konnecttest.Fault{Path: "**/" + idOne + "/**"}, ""},
		"a name alone":     {"it would match every slip", konnecttest.Fault{Path: "**/echo"}, "matches none"},
		"any path":         {"any number of segments", konnecttest.Fault{Path: "**"}, ""},
		"small letters":    {"methods are compared as they are", konnecttest.Fault{Method: "put"}, `method "put" is none of GET`},
		"no method":        {"a slip", konnecttest.Fault{Method: "UPDATE"}, `method "UPDATE" is none of`},
		"a slip":           {"a word that is in no path", konnecttest.Fault{Path: "**/servces/*"}, `path "**/servces/*" matches none that the server knows`},
		"part of a path":   {"a pattern is for the whole path", konnecttest.Fault{Path: "services/*"}, "matches none"},
		"a query":          {"paths have no query", konnecttest.Fault{Path: "**/services?size=1000"}, "has a query"},
		"a level too many": {"entities have none below", konnecttest.Fault{Path: "/v2/control-planes/*/core-entities/services/*/*/*/*"}, "matches none"},
		"an open bracket":  {"no pattern", konnecttest.Fault{Path: "**/services/[a"}, "syntax error in pattern"},
		"before the first": {"requests count from one", konnecttest.Fault{Nth: -1}, "nth -1 is before the first request"},
		"everything wrong": {"all of it in one line", konnecttest.Fault{Method: "get", Path: "x", Nth: -2}, `; path "x"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := konnecttest.NewServer()
			in, err := srv.TryInject(tc.fault)
			if tc.text == "" {
				require.NoError(t, err, tc.reason)
				assert.NotNil(t, in)
				return
			}
			require.ErrorContains(t, err, tc.text, tc.reason)
			assert.NotContains(t, err.Error(), "\n")
			assert.Nil(t, in)
			assert.Panics(t, func() { srv.Inject(tc.fault) }, "without a test there is no other way")
			assert.Panics(t, func() { konnecttest.NewServer(konnecttest.WithFault(tc.fault)) })
		})
	}
	t.Run("paths of an option", func(t *testing.T) {
		t.Parallel()
		fault := konnecttest.Fault{Path: "/konnect-api/api/runtime_groups"}
		_, err := konnecttest.NewServer().TryInject(fault)
		require.Error(t, err, "not served")
		_, err = konnecttest.NewServer(konnecttest.WithDeckReads()).TryInject(fault)
		require.NoError(t, err)
	})
}

func TestFaultStrikesForever(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	fault := c.srv.Inject(konnecttest.Fault{Times: math.MaxInt, Effect: konnecttest.FailBefore(503)})
	for range 3 {
		assert.Equal(t, 503, c.do("GET", planes, nil).Status)
	}
	assert.Equal(t, 3, fault.Hits())
}

// recorder is a test that records what befalls it.
type recorder struct {
	testing.TB

	fatal, errors []string
	cleanups      []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = append(r.fatal, fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// run runs a test to its end, its cleanups included.
func (r *recorder) run(test func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		test()
	}()
	<-done
	for _, cleanup := range r.cleanups {
		cleanup()
	}
}

func TestFaultEndsTheTestOfStart(t *testing.T) {
	t.Parallel()
	wrong := konnecttest.Fault{Method: "put"}
	for name, test := range map[string]func(testing.TB){
		"injected": func(t testing.TB) {
			t.Helper()
			konnecttest.Start(t).Inject(wrong)
		},
		"option": func(t testing.TB) {
			t.Helper()
			konnecttest.Start(t, konnecttest.WithFault(wrong))
		},
	} {
		rec := &recorder{TB: t}
		rec.run(func() {
			test(rec)
			t.Errorf("%s: the test goes on", name)
		})
		require.Len(t, rec.fatal, 1, name)
		assert.Contains(t, rec.fatal[0], `method "put"`, name)
	}
}

func TestFaultsThatWereNeverHit(t *testing.T) {
	t.Parallel()
	test := func(opts ...konnecttest.Option) *recorder {
		rec := &recorder{TB: t}
		rec.run(func() {
			srv := konnecttest.Start(rec, opts...)
			hit := srv.Inject(konnecttest.Fault{Method: "GET", Effect: konnecttest.FailBefore(500)})
			srv.Inject(konnecttest.Fault{Method: "PUT", Path: "**/services/*", Effect: konnecttest.LoseResponse()})
			removed := srv.Inject(konnecttest.Fault{Nth: 7, Effect: konnecttest.FailBefore(502)})
			removed.Remove()
			c := &client{t: t, srv: srv, token: srv.Token}
			assert.Equal(t, 500, c.do("GET", planes, nil).Status)
			assert.Equal(t, 1, hit.Hits())
			assert.Len(t, srv.UnhitFaults(), 2)
		})
		return rec
	}
	assert.Empty(t, test().errors, "only on request")
	assert.Equal(t, []string{
		"konnecttest: no request met the fault PUT **/services/*: lose response",
		"konnecttest: no request met the fault any method on any path: 502 before applying",
	}, test(konnecttest.WithEveryFaultHit()).errors)
}
