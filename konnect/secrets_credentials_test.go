package konnect_test

import (
	"crypto/md5"  //nolint:gosec // what might show is looked for
	"crypto/sha1" //nolint:gosec // the same
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// secretSet are the secret values of one batch of credentials, by the name of their object.
type secretSet map[string]string

func firstSecrets() secretSet {
	return secretSet{
		"key": "example-key-1", "basic": "example-password-1", "other": "example-password-2",
		"hmac": `example "secret"/1`, "jwt": "example-signature-1",
	}
}

// objects are credentials of all kinds with these secrets.
func (s secretSet) objects(tags ...string) []crd.Object {
	return []crd.Object{
		plane("cp").MustBuild(), consumerNamed("alice"),
		builder.NewCredentialACL("acl").Consumer("alice").Group("gold").Tags(tags...).MustBuild(),
		builder.NewCredentialAPIKey("key").Consumer("alice").Key(s["key"]).Tags(tags...).MustBuild(),
		builder.NewCredentialBasicAuth("basic").Consumer("alice").Username("alice").Password(s["basic"]).Tags(tags...).MustBuild(),
		builder.NewCredentialBasicAuth("other").Consumer("alice").Username("alice-2").Password(s["other"]).Tags(tags...).MustBuild(),
		builder.NewCredentialHMAC("hmac").Consumer("alice").Username("alice").Secret(s["hmac"]).Tags(tags...).MustBuild(),
		builder.NewCredentialJWT("jwt").Consumer("alice").Key("alice").Secret(s["jwt"]).Tags(tags...).MustBuild(),
	}
}

// with is a copy in which one secret is another.
func (s secretSet) with(name string) secretSet {
	changed := maps.Clone(s)
	changed[name] += "-changed"
	return changed
}

// secretServer is one way in which Konnect may treat secrets.
type secretServer struct {
	opts []konnecttest.Option
	// hidden are the objects of whose secrets Konnect says nothing that could be compared.
	hidden []string
}

func secretServers() map[string]secretServer {
	passwords := []string{"basic", "other"}
	withheld := []string{"hmac", "jwt", "key"}
	return map[string]secretServer{
		"as documented":           {},
		"another hash":            {[]konnecttest.Option{konnecttest.WithPasswords(konnecttest.PasswordOtherHash)}, passwords},
		"no password":             {[]konnecttest.Option{konnecttest.WithPasswords(konnecttest.PasswordOmitted)}, passwords},
		"secrets withheld":        {[]konnecttest.Option{konnecttest.WithSecretsWithheld()}, withheld},
		"nothing returned":        {[]konnecttest.Option{konnecttest.WithSecretsWithheld(), konnecttest.WithPasswords(konnecttest.PasswordOmitted)}, slices.Concat(passwords, withheld)},
		"skip_hash ignored":       {[]konnecttest.Option{konnecttest.WithSkipHash(false)}, nil},
		"generated values kept":   {[]konnecttest.Option{konnecttest.WithGeneratedKept()}, nil},
		"no updated_at":           {[]konnecttest.Option{konnecttest.WithCredentialUpdates(false)}, nil},
		"values quoted in errors": {[]konnecttest.Option{konnecttest.WithQuotedValues()}, nil},
		"moves refused":           {[]konnecttest.Option{konnecttest.WithMovedCredential(404)}, nil},
	}
}

// secretRun has a server and what all clients of it have said.
type secretRun struct {
	*testing.T
	server *konnecttest.Server
	said   []*watched
}

// client returns one that remembers nothing.
func (r *secretRun) client(opts ...konnect.Option) *watched {
	r.Helper()
	w := watch(r.T, append([]konnect.Option{
		konnect.WithServerURL("https://" + usHost), konnect.WithToken(konnecttest.DefaultToken),
		konnect.WithRetry(konnect.NoRetry()), konnect.WithHTTPClient(&http.Client{Transport: newNetwork(r.server)}),
	}, opts...)...)
	r.said = append(r.said, w)
	return w
}

// ensure plans and ensures with a fresh client, and returns the report and the number of
// writes. The plan says the same.
func (r *secretRun) ensure(objects []crd.Object, client []konnect.Option, opts ...konnect.EnsureOption) (*konnect.Report, int) {
	r.Helper()
	w := r.client(client...)
	r.server.ResetLog()
	plan, err := w.client.Plan(r.Context(), objects, opts...)
	w.keep(plan, objects, err)
	require.NoError(r, err)
	require.Zero(r, r.server.Writes())
	report, err := w.client.Ensure(r.Context(), objects, opts...)
	w.keep(report, objects, err)
	require.NoError(r, err)
	r.statuses(objects)
	for n, c := range report.Changes {
		assert.Equal(r, plan.Changes[n].Action, c.Action, "%s", c.Key)
	}
	for _, req := range r.server.Requests() {
		r.said = append(r.said, &watched{})
		_, _ = fmt.Fprint(&r.said[len(r.said)-1].text, req.Path, req.Query.Encode(), req.Header)
	}
	return report, r.server.Writes()
}

// statuses keeps what a cluster would store of objects beside their spec.
func (r *secretRun) statuses(objects []crd.Object) {
	r.Helper()
	for _, obj := range objects {
		raw, err := json.Marshal([]any{obj.GetKonnectStatus(), obj.GetConditions(), obj.GetAnnotations(), obj.GetLabels()})
		require.NoError(r, err)
		w := &watched{}
		_, _ = w.text.Write(raw)
		r.said = append(r.said, w)
	}
}

// showsNothing looks for secrets in all that was said, in any form.
func (r *secretRun) showsNothing(sets ...secretSet) {
	r.Helper()
	r.lacks(r.forms(sets...))
}

// forms are those of all secrets, as long as their consumer is there.
func (r *secretRun) forms(sets ...secretSet) []string {
	r.Helper()
	var forms []string
	consumer := textOf(r.server.Entity(textOf(r.server.ControlPlanes()[0]["id"]), "consumers", "alice")["id"])
	for _, set := range sets {
		for _, secret := range set {
			forms = append(forms, formsOf(secret, consumer)...)
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

func (r *secretRun) lacks(forms []string) {
	r.Helper()
	for _, w := range r.said {
		for _, form := range forms {
			assertLacks(r.T, w.text.String(), form, "plans, reports, statuses, logs, events, errors, paths")
		}
	}
}

// formsOf are the ways in which a secret would be recognised or could be tried out.
func formsOf(secret, consumer string) []string {
	raw := []byte(secret)
	quoted, _ := json.Marshal(secret)
	forms := []string{
		secret, strings.Trim(string(quoted), `"`), url.QueryEscape(secret), url.PathEscape(secret),
		base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw),
		hex.EncodeToString(raw),
	}
	for _, salted := range []string{secret, secret + consumer, consumer + secret} {
		one, two, three := md5.Sum([]byte(salted)), sha1.Sum([]byte(salted)), sha256.Sum256([]byte(salted)) //nolint:gosec // see above
		for _, sum := range [][]byte{one[:], two[:], three[:]} {
			forms = append(forms, hex.EncodeToString(sum), base64.StdEncoding.EncodeToString(sum))
		}
	}
	return forms
}

// unverified are the names of objects of which a report says that their secrets cannot be
// compared, sorted.
func unverified(warnings []konnect.Warning) []string {
	var names []string
	for _, w := range warnings {
		if w.Code == konnect.WarningSecretNotVerifiable {
			names = append(names, w.Key.Name)
		}
	}
	slices.Sort(names)
	return names
}

func eachSecretServer(t *testing.T, test func(r *secretRun, hidden []string)) {
	t.Helper()
	for name, s := range secretServers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slices.Sort(s.hidden)
			synctest.Test(t, func(t *testing.T) {
				test(&secretRun{T: t, server: konnecttest.NewServer(append(s.opts, konnecttest.WithSecretsShown())...)}, s.hidden)
			})
		})
	}
}

// TestSecretsSettle: whatever Konnect returns, a second run writes nothing.
func TestSecretsSettle(t *testing.T) {
	t.Parallel()
	eachSecretServer(t, func(r *secretRun, hidden []string) {
		first := firstSecrets()
		report, writes := r.ensure(first.objects(), nil)
		assert.Equal(r, len(first.objects()), writes)
		assert.Empty(r, unverified(report.Warnings))
		report, writes = r.ensure(first.objects(), nil)
		assert.Zero(r, writes)
		assert.Equal(r, hidden, unverified(report.Warnings))

		_, writes = r.ensure(first.objects("tagged"), nil)
		assert.Equal(r, 6, writes, "something else differs")
		_, writes = r.ensure(first.objects("tagged"), nil)
		assert.Zero(r, writes)

		report, writes = r.ensure(first.objects("tagged"), nil, konnect.WithSecretRewrite())
		assert.Len(r, hidden, writes, "what is not known is written once")
		assert.Empty(r, unverified(report.Warnings))
		objects, w := first.objects("tagged"), r.client()
		forms := r.forms(first)
		report, err := w.client.Delete(r.Context(), objects)
		require.NoError(r, err)
		w.keep(report, objects, err)
		r.lacks(forms)
	})
}

// TestChangedSecrets are one write each where Konnect or a mark tells, and else reported.
func TestChangedSecrets(t *testing.T) {
	t.Parallel()
	marked := []konnect.Option{konnect.WithSecretMarks([]byte(strings.Repeat("k", 32)))}
	for mode, client := range map[string][]konnect.Option{"without marks": nil, "with marks": marked} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			eachSecretServer(t, func(r *secretRun, hidden []string) {
				now := firstSecrets()
				_, writes := r.ensure(now.objects(), client)
				require.Equal(r, len(now.objects()), writes)
				if client != nil {
					report, writes := r.ensure(now.objects(), client)
					assert.Zero(r, writes)
					assert.Empty(r, unverified(report.Warnings), "the marks were written with the entities")
				}
				said := []secretSet{now}
				for _, name := range slices.Sorted(maps.Keys(now)) {
					changed := now.with(name)
					said = append(said, changed)
					report, writes := r.ensure(changed.objects(), client)
					if client == nil && slices.Contains(hidden, name) {
						assert.Zero(r, writes, name)
						assert.Contains(r, unverified(report.Warnings), name)
						continue
					}
					now = changed
					assert.Equal(r, 1, writes, name)
					for _, c := range report.Changes {
						if c.Key.Name == name {
							assert.Equal(r, konnect.ActionUpdated, c.Action)
							require.Len(r, c.Fields, 1)
							assert.Equal(r, crd.Redacted, c.Fields[0].To)
						}
					}
					_, writes = r.ensure(changed.objects(), client)
					assert.Zero(r, writes, name)
				}
				r.showsNothing(said...)
			})
		})
	}
}
