package konnect_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// realGateway is what a shop has at its gateway, in examples/gateway: every kind of entity,
// with the references between them.
func realGateway() []crd.Object {
	var objects []crd.Object
	files := os.DirFS("../examples/gateway")
	names, err := fs.Glob(files, "*.yaml")
	for _, name := range names {
		file, openErr := files.Open(name)
		if openErr != nil {
			panic(openErr)
		}
		decoded, decodeErr := manifest.DecodeAll(file)
		objects, err = append(objects, decoded...), errors.Join(err, decodeErr, file.Close())
	}
	if err != nil || len(objects) == 0 {
		panic(fmt.Sprintf("examples/gateway: %d objects: %v", len(objects), err))
	}
	return objects
}

// TestRealGatewayIsWhole fails by the name of a kind that is not in it.
func TestRealGatewayIsWhole(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	for _, obj := range realGateway() {
		there[crd.KeyOf(obj).Kind] = true
	}
	all, err := scheme.Kinds()
	require.NoError(t, err)
	for _, kind := range all {
		key := crd.Key{Group: kind.Group, Kind: kind.Kind}
		assert.True(t, there[kind.Kind] || !konnect.HasEntity(key), "%s is missing", kind.Kind)
	}
}

// openQuestions are the answers to what the API's documents leave open about entities
// beside those of traffic.
func openQuestions() map[string][]konnecttest.Option {
	all := map[string][]konnecttest.Option{
		"as documented":                   nil,
		"null for what is unset":          {konnecttest.WithNullFields()},
		"DELETE of nothing is 404":        {konnecttest.WithDeleteMissing(404)},
		"passwords of another hash":       {konnecttest.WithPasswords(konnecttest.PasswordOtherHash)},
		"passwords left out":              {konnecttest.WithPasswords(konnecttest.PasswordOmitted)},
		"skip_hash is ignored":            {konnecttest.WithSkipHash(false)},
		"secrets withheld":                {konnecttest.WithSecretsWithheld()},
		"credentials without updated_at":  {konnecttest.WithCredentialUpdates(false)},
		"generated values are kept":       {konnecttest.WithGeneratedKept()},
		"ttl as what is left":             {konnecttest.WithTTL(konnecttest.TTLRemaining)},
		"empty names are refused":         {konnecttest.WithEmptyNamesRefused()},
		"members may be added twice":      {konnecttest.WithMemberAddedTwice(201)},
		"no member to remove":             {konnecttest.WithMissingMember(404)},
		"errors quote values":             {konnecttest.WithQuotedValues()},
		"certificates list their SNIs":    {konnecttest.WithCertificateSNIs(konnecttest.SNIsExpanded)},
		"names of SNIs are folded":        {konnecttest.WithFoldedSNIs()},
		"any key for a certificate":       {konnecttest.WithKeyMismatch()},
		"PEM is trimmed":                  {konnecttest.WithTrimmedPEM()},
		"private keys withheld":           {konnecttest.WithPrivateKeysWithheld()},
		"kid of the control plane":        {konnecttest.WithKeyIDs(konnecttest.KeyIDGlobal)},
		"vaults as sent":                  {konnecttest.WithVaultConfigAsSent()},
		"a certificate is pinned once":    {konnecttest.WithDuplicatePin(409)},
		"a pinned certificate is refused": {konnecttest.WithDuplicatePin(400)},
		"pins stay":                       {konnecttest.WithFixedPins()},
	}
	all["secrets withheld wherever they can be"] = []konnecttest.Option{
		konnecttest.WithSecretsWithheld(), konnecttest.WithPrivateKeysWithheld(), konnecttest.WithPasswords(konnecttest.PasswordOmitted),
		konnecttest.WithNullFields(), konnecttest.WithQuotedValues(), konnecttest.WithDeleteMissing(404),
	}
	return all
}

// TestRealGateway is created, repeated without a write and deleted without a trace.
func TestRealGateway(t *testing.T) {
	t.Parallel()
	for name, opts := range openQuestions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.NewServer(opts...)
			n := newNetwork(server)
			report, err := n.client(t).Ensure(t.Context(), realGateway())
			require.NoError(t, err)
			for _, c := range report.Changes {
				assert.Equal(t, konnect.ActionCreated, c.Action, c.Key)
			}
			for range 2 {
				objects := realGateway()
				report, err = n.client(t).Ensure(t.Context(), objects)
				require.NoError(t, err)
				assert.Zero(t, report.Writes, "%s", report)
				for _, obj := range objects {
					assert.True(t, crd.IsProgrammed(obj) || !konnect.HasEntity(crd.KeyOf(obj)), "%s: %v", crd.KeyOf(obj), conditionsOf(obj))
				}
			}
			_, err = n.client(t).Delete(t.Context(), realGateway())
			require.NoError(t, err)
			assert.Empty(t, server.ControlPlanes())
		})
	}
}

// gatewayPhases make every kind of call that entities beside those of traffic need.
func gatewayPhases(t *testing.T) map[string]phase {
	t.Helper()
	whole := fresh(realGateway()...) // to read the files each time would take as long as the calls
	plane := func() []crd.Object { return controlPlanesOf(whole()) }
	nothing := func(*testing.T, *network) error { return nil }
	all := map[string]phase{
		"create": {prepare: nothing, run: ensuring(whole)},
		"beside": {prepare: ensuring(plane), run: ensuring(whole)},
		"prune":  {prepare: ensuring(whole), run: ensuring(plane, konnect.WithPrune())},
		"delete": {prepare: ensuring(whole), run: deleting(whole)},
	}
	for name, p := range all {
		p.calls = callsOf(t, p)
		all[name] = p
	}
	return all
}

// callsOf are the calls that a phase makes, one of each kind.
func callsOf(t *testing.T, p phase) []string {
	t.Helper()
	server := konnecttest.NewServer()
	n := newNetwork(server)
	require.NoError(t, p.prepare(t, n))
	server.ResetLog()
	require.NoError(t, p.run(t, n))
	variable := regexp.MustCompile(`\{[a-zA-Z]+\}|[0-9a-f]{8}-[0-9a-f-]{27}`)
	calls := map[string]bool{}
	for operation := range server.Operations() {
		calls[variable.ReplaceAllString(operation, "*")] = true
	}
	return slices.Sorted(maps.Keys(calls))
}

func TestFaultsOnRealGateway(t *testing.T) {
	t.Parallel()
	faults := passingFaults()
	if testing.Short() {
		maps.DeleteFunc(faults, func(name string, _ faultCase) bool {
			return name != "answer lost" && name != "503 before it is applied"
		})
	}
	strike(t, gatewayPhases(t), faults, false)
}
