package konnect_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// secretWords are the tokens of the scenario, and a header of a health check.
var secretWords = []string{"client_token_example", "auth_token_example", "secret_token_example", "wrong_token_example", "probe_password_example"}

func token(i int) string { return "kpat_" + secretWords[i] }

// printed are all the ways in which a value can end up in a log.
func printed(values ...any) string {
	var text strings.Builder
	logger := slog.New(slog.NewJSONHandler(&text, nil))
	for _, value := range values {
		_, _ = fmt.Fprintf(&text, "%v\n%+v\n%#v\n%s\n%q\n", value, value, value, value, value)
		if _, isObject := value.(crd.Object); !isObject { // whose JSON a cluster needs in clear
			logger.Info("printed", "value", value)
		}
		slog.New(slog.NewTextHandler(&text, nil)).Info("printed", "value", value)
	}
	return text.String()
}

// lockedText is written by log and observer at once.
type lockedText struct {
	lock sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.String()
}

func (l *lockedText) print(values ...any) { _, _ = l.Write([]byte(printed(values...))) }

// watched collects what a client says in any way.
type watched struct {
	text   lockedText
	client *konnect.Client
	t      *testing.T
}

func watch(t *testing.T, opts ...konnect.Option) *watched {
	t.Helper()
	w := &watched{t: t}
	opts = append(opts,
		konnect.WithLogger(slog.New(slog.NewJSONHandler(&w.text, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))),
		konnect.WithObserver(func(e konnect.Event) { w.text.print(e) }),
		konnect.WithOwner("platform"))
	w.text.print(opts)
	client, err := konnect.NewClient(opts...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	w.client = client
	w.text.print(client, struct{ Client *konnect.Client }{client})
	return w
}

func (w *watched) ensure(objects []crd.Object, opts ...konnect.EnsureOption) {
	plan, err := w.client.Plan(w.t.Context(), objects, opts...)
	w.keep(plan, objects, err)
	report, err := w.client.Ensure(w.t.Context(), objects, opts...)
	w.keep(report, objects, err)
}

func (w *watched) keep(result fmt.Stringer, objects []crd.Object, err error) {
	raw, jsonErr := json.Marshal(result)
	require.NoError(w.t, jsonErr)
	w.text.print(string(raw), result, err)
	_, _ = fmt.Fprintf(&w.text, "%v %+v %#v", objects, objects, objects)
	for _, obj := range objects {
		w.text.print(obj, obj.GetConditions())
	}
}

func secretObjects(path string) []crd.Object {
	bytesSecret := core.NewSecret(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "token", Namespace: "default", Labels: map[string]string{"konghq.com/credential": "konnect"}},
		Data:       map[string][]byte{"token": []byte(token(2))},
	})
	return slices.Concat(slice("own", ""), slice("auth", "auth"), slice("secret", "secret"), []crd.Object{
		bytesSecret,
		builder.NewUpstream("probed").ControlPlane("auth").
			ActiveHealthchecks(builder.ActiveHTTPChecks(path).Header("Authorization", secretWords[4])).MustBuild(),
	})
}

func authObjects(serverURL string) []crd.Object {
	return []crd.Object{
		builder.NewAPIAuth("auth").ServerURL(serverURL).Token(token(1)).MustBuild(),
		builder.NewAPIAuth("secret").ServerURL(serverURL).Secret("token").MustBuild(),
	}
}

// captureOutput returns what the process prints to its standard streams.
func captureOutput(t *testing.T, run func()) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "output"))
	require.NoError(t, err)
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = file, file
	func() {
		defer func() { os.Stdout, os.Stderr = stdout, stderr }()
		run()
	}()
	require.NoError(t, file.Close())
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	return string(text)
}

// TestTokenShowsNowhere runs a whole scenario with failures, and with the variables
// set that make the SDK's client dump requests, and greps everything that came out.
func TestTokenShowsNowhere(t *testing.T) { //nolint:paralleltest // it sets variables and standard streams
	for _, name := range []string{"REQUEST", "RESPONSE", "RESPONSE_ERROR"} {
		t.Setenv("KONNECT_SDK_HTTP_DUMP_"+name, "true")
	}
	server := konnecttest.NewServer(
		konnecttest.WithToken(token(0), konnecttest.DefaultOrganizationID), konnecttest.WithToken(token(1), otherOrganization),
		konnecttest.WithToken(token(2), "33333333-3333-4333-8333-333333333333"))
	stop, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	defer stop()
	bare := strings.TrimPrefix(server.URL, "http://")

	var w *watched
	output := captureOutput(t, func() {
		w = watch(t, konnect.WithServerURL(server.URL), konnect.WithToken(token(0)))
		scenario(t, w, server, bare)
	})
	assert.Empty(t, output, "nothing goes through the SDK's client, which would dump bodies")
	said := w.text.String()
	assert.Contains(t, said, "[redacted]")
	for _, word := range secretWords {
		assertLacks(t, said, word, "logs, events, errors, reports, plans, objects")
	}
	for _, req := range server.Requests() {
		assert.NotContains(t, fmt.Sprint(req), "_token_example", "the server's own log")
	}
}

func assertLacks(t *testing.T, text, word, where string) {
	t.Helper()
	if i := strings.Index(text, word); i >= 0 {
		assert.Fail(t, "a secret shows", "%s: %s: …%s…", where, word, text[max(0, i-300):min(len(text), i+60)])
	}
}

func scenario(t *testing.T, w *watched, server *konnecttest.Server, bare string) {
	t.Helper()
	objects := func(path string) []crd.Object { return append(secretObjects(path), authObjects(bare)...) }
	w.ensure(objects("/first"))
	w.ensure(objects("/second"))

	echo := func(i int) konnecttest.Effect {
		return konnecttest.Answer(400, "application/json", fmt.Sprintf(`{"code":3,"message":"bad token %s in Bearer %s"}`, token(i), token(i)))
	}
	server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/upstreams/*", Times: -1, Effect: echo(1)})
	server.Inject(konnecttest.Fault{Method: "GET", Path: "/v3/organizations/me", Times: -1, Effect: echo(0)})
	w.ensure(objects("/third"))
	server.ClearFaults()

	for _, effect := range []konnecttest.Effect{konnecttest.TooManyRequests(0), konnecttest.LoseResponse()} {
		server.Inject(konnecttest.Fault{Method: "PUT", Effect: effect})
	}
	w.ensure(objects("/fourth"))

	insecure := builder.NewAPIAuth("auth").ServerURL(bare).Token(token(1)).MustBuild()
	insecure.Spec.ServerURL = "http://" + token(1) + "@konnect.example.com"
	// Refused before anything is sent. The object itself is not printed: a server URL
	// is no secret field, and this one should not hold a token.
	refused, err := w.client.Ensure(t.Context(), append(secretObjects("/"), insecure))
	w.keep(refused, nil, err)
	w.ensure(append(slice("auth", "auth"), builder.NewAPIAuth("auth").ServerURL(bare).Token(token(3)).MustBuild()))
	matched := objects("/fifth")
	for i, obj := range matched {
		if obj.GetName() == "probed" {
			matched[i] = builder.NewUpstream("probed").ControlPlane("auth").AdoptMatch("44444444-4444-4444-8444-444444444444").MustBuild()
		}
	}
	w.ensure(matched, konnect.WithPrune(), konnect.WithMaxDeletes(0))
	w.ensure(objects("/sixth")[:1], konnect.WithPrune())
	batch := objects("/seventh")
	deleted, err := w.client.Delete(t.Context(), batch)
	w.keep(deleted, batch, err)
}

// TestMistakesDoNotShowTokens in the errors of options and of objects.
func TestMistakesDoNotShowTokens(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"https://kpat_example@us.example.com", "https://user:kpat_example@us.example.com", "ftp://kpat_example@us.example.com",
		"kpat_example@us.example.com", "https://us.example.com?token=kpat_example", "https://us.example.com/%zz?token=kpat_example",
		"https://kpat_example@us.example.com:bad",
	} {
		_, err := konnect.NewClient(konnect.WithServerURL(url), konnect.WithToken("kpat_example"))
		require.Error(t, err, url)
		assert.NotContains(t, err.Error(), "kpat_example")
	}
}

// TestNobodyThere names the address and not the token.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(konnecttest.NewServer())
		w := watch(t, konnect.WithServerURL("https://nowhere.example.com"), konnect.WithToken(token(0)), konnect.WithHTTPClient(&http.Client{Transport: n}))
		w.ensure(platform())
		assert.Contains(t, w.text.String(), "no such host")
		assert.NotContains(t, w.text.String(), secretWords[0])
	})
}

// TestForeignRedirect never takes the token along.
func TestForeignRedirect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		us, eu := konnecttest.NewServer(), konnecttest.NewServer()
		n := newNetwork(us)
		n.servers[euHost] = eu
		us.Inject(konnecttest.Fault{Times: -1, Effect: konnecttest.Answer(307, "text/plain", "moved")})
		_, err := n.client(t).Ensure(t.Context(), platform())
		require.Error(t, err)
		assert.Empty(t, eu.Requests())
	})
}
