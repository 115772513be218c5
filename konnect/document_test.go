package konnect_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func decodeJSON(t *testing.T, value any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(value)
	require.NoError(t, err)
	var object map[string]any
	require.NoError(t, json.Unmarshal(raw, &object))
	return object
}

// actionsIn are the actions of a document, in its order.
func actionsIn(document map[string]any) []any {
	var actions []any
	changes, _ := document["changes"].([]any)
	for _, change := range changes {
		actions = append(actions, change.(map[string]any)["action"])
	}
	return actions
}

func TestDocumentsSayWhetherActionsAreDone(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client := newClient(t, server, konnect.WithOwner("team"))
	service := func(name string, port int) crd.Object {
		return builder.NewService(name).ControlPlane("gw").Host("echo.example").Port(port).MustBuild()
	}
	gateway := builder.NewGatewayControlPlane("gw").MustBuild()
	kept := service("kept", 80)
	kept.SetAnnotations(map[string]string{crd.DeletionPolicyAnnotation: "retain"})
	_, err := client.Ensure(t.Context(), []crd.Object{gateway, service("same", 80), service("moved", 80), service("gone", 80), kept})
	require.NoError(t, err)

	objects := []crd.Object{gateway, service("same", 80), service("moved", 81), service("new", 80)}
	plan, err := client.Plan(t.Context(), objects, konnect.WithPrune())
	require.NoError(t, err)
	report, err := client.Apply(t.Context(), plan, objects)
	require.NoError(t, err)

	planned, done := decodeJSON(t, plan), decodeJSON(t, report)
	assert.Equal(t, []any{"unchanged", "update", "create", "unchanged", "delete", "retain"}, actionsIn(planned))
	assert.Equal(t, []any{"unchanged", "updated", "created", "unchanged", "deleted", "retained"}, actionsIn(done))
	for kind, document := range map[string]map[string]any{"Plan": planned, "Report": done} {
		assert.Equal(t, kind, document["kind"])
		assert.EqualValues(t, 1, document["schemaVersion"])
	}
	assert.NotContains(t, planned, "maxDeletes", "no limit")
}

func TestDocumentsThroughJSON(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client := newClient(t, server, konnect.WithOwner("team"))
	for reason, opts := range map[string][]konnect.EnsureOption{
		"no limit": {konnect.WithPrune()}, "no deletes": {konnect.WithPrune(), konnect.WithMaxDeletes(0)},
		"zero value of the option": {konnect.WithPrune(), konnect.MaxDeletesOption{}},
	} {
		plan, err := client.Plan(t.Context(), howTo(), opts...)
		require.NoError(t, err, reason)
		raw, err := json.Marshal(plan)
		require.NoError(t, err, reason)
		var read konnect.Plan
		require.NoError(t, json.Unmarshal(raw, &read), reason)
		assert.Equal(t, plan, &read, reason)
		assert.Equal(t, reason == "no limit", read.MaxDeletes == nil, reason)
	}
	report, err := client.Ensure(t.Context(), howTo())
	require.NoError(t, err)
	raw, err := json.Marshal(report)
	require.NoError(t, err)
	var read konnect.Report
	require.NoError(t, json.Unmarshal(raw, &read))
	assert.Equal(t, report, &read)
}

func TestDocumentsOfOtherKindsAndVersions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"kind":"Report","schemaVersion":1}`: `decode Plan: the document's kind is "Report"`,
		`{}`:                                  `decode Plan: the document's kind is ""`,
		`{"kind":"Plan","schemaVersion":2}`:   "decode Plan: schema version 2 is not supported, only 1 is",
		`{"kind":"Plan"}`:                     "decode Plan: schema version 0 is not supported, only 1 is",
	} {
		assert.EqualError(t, json.Unmarshal([]byte(text), &konnect.Plan{}), want, text)
	}
	assert.EqualError(t, json.Unmarshal([]byte(`{"kind":"Plan","schemaVersion":1}`), &konnect.Report{}),
		`decode Report: the document's kind is "Plan"`)
}

// TestNoIDOfWhatDoesNotExist looks at changes whose entities are not there.
func TestNoIDOfWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client := newClient(t, server)
	gateway := builder.NewGatewayControlPlane("gw").MustBuild()
	_, err := client.Ensure(t.Context(), []crd.Object{gateway})
	require.NoError(t, err)
	service := builder.NewService("echo").ControlPlane("gw").Host("echo.example").MustBuild()
	last := func(changes []konnect.Change) konnect.Change { return changes[len(changes)-1] }

	plan, err := client.Plan(t.Context(), []crd.Object{gateway, service})
	require.NoError(t, err)
	assert.Empty(t, last(plan.Changes).KonnectID, "planned to be created")
	assert.Contains(t, plan.String(), "+ KongService default/echo  echo (known after apply)")

	server.Inject(konnecttest.Fault{Method: "PUT", Effect: konnecttest.Answer(400, "application/json", `{"code":3,"message":"no"}`)})
	report, err := client.Ensure(t.Context(), []crd.Object{gateway, service})
	require.Error(t, err)
	assert.Empty(t, last(report.Changes).KonnectID, "not created")

	adopting := builder.NewService("other").ControlPlane("gw").Host("echo.example").
		Adopt("11111111-1111-4111-8111-111111111111").MustBuild()
	plan, err = client.Plan(t.Context(), []crd.Object{gateway, adopting})
	require.Error(t, err)
	assert.Empty(t, last(plan.Changes).KonnectID, "not to be adopted")

	report, err = client.Delete(t.Context(), []crd.Object{service})
	require.Error(t, err, "its control plane is not known")
	assert.Empty(t, last(report.Changes).KonnectID)
	report, err = client.Delete(t.Context(), []crd.Object{service, gateway})
	require.NoError(t, err)
	assert.Equal(t, konnect.ActionUnchanged, report.Changes[0].Action)
	assert.Empty(t, report.Changes[0].KonnectID, "there was nothing to delete")
	assert.NotEmpty(t, report.Changes[1].KonnectID, "deleted")
}

func ExamplePlan_MarshalJSON() {
	_, client, stop := startKonnect()
	defer stop()
	plan, err := client.Plan(context.Background(), echo(1027)[:1])
	if err != nil {
		fmt.Println(err)
		return
	}
	plan.Digest = "" // it differs from account to account
	text, err := json.MarshalIndent(plan, "", "  ")
	fmt.Println(string(text), err)
	// Output:
	// {
	//   "kind": "Plan",
	//   "schemaVersion": 1,
	//   "changes": [
	//     {
	//       "key": {
	//         "group": "konnect.konghq.com",
	//         "kind": "KonnectGatewayControlPlane",
	//         "namespace": "default",
	//         "name": "gateway-control-plane"
	//       },
	//       "action": "create",
	//       "name": "gateway-control-plane",
	//       "programmed": false
	//     }
	//   ],
	//   "owner": "default",
	//   "adoption": "never",
	//   "digest": ""
	// } <nil>
}

func ExampleReport_MarshalJSON() {
	_, client, stop := startKonnect()
	defer stop()
	report, err := client.Ensure(context.Background(), echo(1027)[:1])
	if err != nil {
		fmt.Println(err)
		return
	}
	report.Changes[0].KonnectID = "" // the server chooses it
	text, err := json.MarshalIndent(report, "", "  ")
	fmt.Println(string(text), err)
	// Output:
	// {
	//   "kind": "Report",
	//   "schemaVersion": 1,
	//   "changes": [
	//     {
	//       "key": {
	//         "group": "konnect.konghq.com",
	//         "kind": "KonnectGatewayControlPlane",
	//         "namespace": "default",
	//         "name": "gateway-control-plane"
	//       },
	//       "action": "created",
	//       "name": "gateway-control-plane",
	//       "programmed": true
	//     }
	//   ],
	//   "reads": 2,
	//   "writes": 1
	// } <nil>
}
