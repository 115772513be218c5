package kinds_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// What the gateway itself says to entities, recorded outside of this project.
const gatewayVerdicts = "../../../../shared/reference/gateway/entity-verdicts.jsonl"

// gatewayVerdict is one recorded answer.
type gatewayVerdict struct {
	Entity  string
	Input   map[string]any
	Valid   bool
	Message string
	Fields  map[string]any
}

func (v gatewayVerdict) text() string {
	raw, err := json.Marshal(v.Input)
	if err != nil {
		return err.Error()
	}
	return v.Entity + " " + string(raw)
}

// verdictDifference is what the library takes and the gateway does not, or the other way round.
type verdictDifference struct {
	// input is a part of the entity and its JSON, message one of what the gateway says.
	input, message string
	reason         string
}

func verdictDifferences() []verdictDifference {
	return []verdictDifference{
		{`"protocol":"ws"`, "protocol: expected one of", "Konnect serves gateways that speak web sockets; the open-source one does not"},
		{`"protocols":["wss"]`, "unknown type: wss", "the same"},
		{`{"url":"HTTP://a.b"}`, "protocol: expected one of", "the library takes urls apart itself, and a scheme is the same in capitals"},
		{`?y=1`, "", "Konnect drops the query of a url, so that it would be lost without a word"},
		{`http://u:p@`, "", "Konnect drops user and password of a url; they are secrets besides"},
		{`"tags":["xxx`, "", "Konnect's API takes tags of 128 characters"},
		{`"name":"xxx`, "", "Konnect's API takes names of 128 characters"},
		{`"username":"xxx`, "", "the same"},
		{`"/a?b"`, "", "is never matched"},
		{`"/a#b"`, "", "is never matched"},
		{`"/a[b]"`, "", "a literal that looks like an expression and is no text of a url is surely one without ~"},
		{`"/a\\d"`, "", "the same"},
		{`"pem":{"public_key"`, "", "the CRD wants both keys of a pair"},
		{`"algorithm":"ES384"`, "", "the CRD wants a public key for elliptic curves too; without one no token is valid"},
		{`"config":{"bogus"`, "", "the configuration of a vault is left to Konnect, whose backends have more fields"},
		{`"prefix":"konnect"`, "", "Konnect has backends that the open-source gateway has not, and takes none of their names"},
		{`"prefix":"gcp"`, "", "the same"},
		{`"prefix":"hcv"`, "", "the same"},
		{`"prefix":"conjur"`, "", "the same"},
	}
}

// TestRulesAgreeWithTheGateway holds the rules of the CRDs and of this package
// against the gateway's, for entities that the CRDs can express.
func TestRulesAgreeWithTheGateway(t *testing.T) {
	t.Parallel()
	differences, seen := verdictDifferences(), map[int]int{}
	counts := map[string]int{}
	for _, verdict := range readVerdicts(t) {
		obj := verdictObject(verdict.Entity)
		if obj == nil {
			continue
		}
		if reason := fillSpec(obj, verdict.Input); reason != "" {
			counts["not expressible: "+reason]++
			continue
		}
		counts[verdict.Entity]++
		obj.Default()
		problems := append(obj.Validate(), checked(obj)...)
		if disagreement := disagreementOf(verdict, problems); disagreement != "" {
			i := slices.IndexFunc(differences, func(d verdictDifference) bool {
				return strings.Contains(verdict.text(), d.input) && strings.Contains(verdict.Message, d.message)
			})
			if assert.GreaterOrEqual(t, i, 0, "%s: %s", verdict.text(), disagreement) {
				seen[i]++
			}
		}
	}
	for i, d := range differences {
		assert.Positive(t, seen[i], "the difference %q %q does not occur", d.input, d.message)
	}
	t.Log(counts)
	for _, entity := range []string{
		"services", "routes", "upstreams", "targets", "consumers", "keys", "key_sets",
		"keyauth_credentials", "basicauth_credentials", "hmacauth_credentials", "acls", "jwt_secrets", "vaults",
	} {
		assert.Positive(t, counts[entity], entity)
	}
}

func readVerdicts(t *testing.T) []gatewayVerdict {
	t.Helper()
	file, err := os.Open(gatewayVerdicts)
	if err != nil {
		t.Skip("the gateway's recorded verdicts are not there")
	}
	defer func() { _ = file.Close() }()
	var verdicts []gatewayVerdict
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var verdict gatewayVerdict
		require.NoError(t, json.Unmarshal(lines.Bytes(), &verdict))
		verdicts = append(verdicts, verdict)
	}
	require.NoError(t, lines.Err())
	return verdicts
}

// verdictObject returns an object of the entity's kind that says nothing, nil where
// there is no such kind.
func verdictObject(entity string) crd.Object {
	meta := metav1.ObjectMeta{Name: "a", Namespace: "default"}
	control := builder.NewService("a").ControlPlane("cp").Host("a").MustBuild().Spec.ControlPlaneRef
	switch entity {
	case "services":
		return &configurationv1alpha1.KongService{ObjectMeta: meta, Spec: configurationv1alpha1.KongServiceSpec{ControlPlaneRef: control}}
	case "routes":
		return &configurationv1alpha1.KongRoute{ObjectMeta: meta, Spec: configurationv1alpha1.KongRouteSpec{ControlPlaneRef: control}}
	case "upstreams":
		return &configurationv1alpha1.KongUpstream{ObjectMeta: meta, Spec: configurationv1alpha1.KongUpstreamSpec{ControlPlaneRef: control}}
	case "targets":
		return &configurationv1alpha1.KongTarget{ObjectMeta: meta, Spec: configurationv1alpha1.KongTargetSpec{
			UpstreamRef: commonv1alpha1.NamespacedRef{Name: "u"},
		}}
	case "consumers":
		return &configurationv1.KongConsumer{ObjectMeta: meta, Spec: configurationv1.KongConsumerSpec{ControlPlaneRef: control}}
	case "key_sets":
		return &configurationv1alpha1.KongKeySet{ObjectMeta: meta, Spec: configurationv1alpha1.KongKeySetSpec{ControlPlaneRef: control}}
	case "vaults":
		return &configurationv1alpha1.KongVault{ObjectMeta: meta, Spec: configurationv1alpha1.KongVaultSpec{
			ControlPlaneRef: builder.NewVault("a").ControlPlaneIn("a", "cp").Backend("env").Prefix("a").MustBuild().Spec.ControlPlaneRef,
		}}
	case "keys":
		return &configurationv1alpha1.KongKey{ObjectMeta: meta, Spec: configurationv1alpha1.KongKeySpec{ControlPlaneRef: control}}
	case "keyauth_credentials":
		return &configurationv1alpha1.KongCredentialAPIKey{ObjectMeta: meta}
	case "basicauth_credentials":
		return &configurationv1alpha1.KongCredentialBasicAuth{ObjectMeta: meta}
	case "hmacauth_credentials":
		return &configurationv1alpha1.KongCredentialHMAC{ObjectMeta: meta}
	case "acls":
		return &configurationv1alpha1.KongCredentialACL{ObjectMeta: meta}
	case "jwt_secrets":
		return &configurationv1alpha1.KongCredentialJWT{ObjectMeta: meta}
	default:
		return nil
	}
}

// fillSpec makes an entity the spec of an object, and returns why that cannot be.
func fillSpec(obj crd.Object, entity map[string]any) string {
	spec := map[string]any{}
	_, isVault := obj.(*configurationv1alpha1.KongVault)
	for name, value := range entity {
		reference, _ := value.(map[string]any)
		id, _ := reference["id"].(string)
		switch {
		case value == nil:
			return "null"
		case name == "created_at":
		case name == "consumer":
			spec["consumerRef"] = map[string]any{"name": "a"}
		case name == "rsa_public_key":
			spec[name] = textOf(value)
		case name == "name" && isVault:
			spec["backend"] = value
		case name == "service" || name == "upstream" || name == "set":
			if uuid.Validate(id) != nil {
				return "a reference by something else than an id"
			}
		default:
			spec[name] = withTexts(withoutLuaTables(value))
		}
	}
	if _, isTarget := obj.(*configurationv1alpha1.KongTarget); isTarget && entity["upstream"] == nil {
		return "a target of no upstream"
	}
	completeSpec(spec)
	object := map[string]any{"spec": spec}
	if _, isConsumer := obj.(*configurationv1.KongConsumer); isConsumer {
		object = spec // its fields are at the root
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return err.Error()
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(obj); err != nil {
		return "an unknown field or another type"
	}
	return ""
}

// textOf is a value, or the file beside the verdicts that stands for it.
func textOf(value any) any {
	text, _ := value.(string)
	if name, isFile := strings.CutPrefix(text, "@pem:"); isFile {
		if read, err := os.ReadFile(filepath.Join(filepath.Dir(gatewayVerdicts), "pem", name)); err == nil {
			return string(read)
		}
	}
	return value
}

// completeSpec fills in what the CRD requires and the gateway has a default for.
func completeSpec(spec map[string]any) {
	if spec["url"] != nil && spec["host"] == nil {
		spec["host"] = "unused"
	}
	if (spec["hash_on"] == "cookie" || spec["hash_fallback"] == "cookie") && spec["hash_on_cookie_path"] == nil {
		spec["hash_on_cookie_path"] = "/"
	}
	checks, ok := spec["healthchecks"].(map[string]any)
	if !ok {
		return
	}
	complete := func(section any, defaults map[string]any) map[string]any {
		given, ok := section.(map[string]any)
		if !ok {
			return map[string]any{}
		}
		for name, value := range defaults {
			if given[name] == nil {
				given[name] = value
			}
		}
		return given
	}
	complete(checks, map[string]any{"threshold": 0})
	active := complete(checks["active"], map[string]any{
		"type": "http", "timeout": 1, "concurrency": 10, "http_path": "/", "https_verify_certificate": true,
	})
	passive := complete(checks["passive"], map[string]any{"type": "http"})
	complete(active["healthy"], map[string]any{"interval": 0, "successes": 0})
	complete(active["unhealthy"], map[string]any{"interval": 0, "http_failures": 0, "tcp_failures": 0, "timeouts": 0})
	complete(passive["healthy"], map[string]any{"successes": 0})
	complete(passive["unhealthy"], map[string]any{"http_failures": 0, "tcp_failures": 0, "timeouts": 0})
}

// withoutLuaTables makes empty tables, which Lua cannot tell from lists, null.
func withoutLuaTables(value any) any {
	if table, ok := value.(map[string]any); ok && len(table) == 0 {
		return nil
	}
	return value
}

// withTexts puts the certificates and keys in place of their names.
func withTexts(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = withTexts(member)
		}
	case string:
		if name, isName := strings.CutPrefix(value, "@pem:"); isName {
			text, err := os.ReadFile(filepath.Join(filepath.Dir(gatewayVerdicts), "pem", name))
			if err != nil {
				return err.Error()
			}
			return string(text)
		}
	}
	return value
}

// disagreementOf says where the rules and the gateway differ; empty where they agree.
func disagreementOf(verdict gatewayVerdict, problems field.ErrorList) string {
	switch {
	case verdict.Valid && len(problems) > 0:
		return fmt.Sprintf("the gateway takes it, the rules say %v", problems)
	case !verdict.Valid && len(problems) == 0:
		return "the rules take it, the gateway says " + verdict.Message
	case verdict.Valid:
		return ""
	}
	for _, problem := range problems {
		top, _, _ := strings.Cut(strings.TrimPrefix(problem.Field, "spec."), "[")
		top, _, _ = strings.Cut(top, ".")
		top = strings.TrimSuffix(top, "Ref")
		if top == "backend" {
			top = "name" // of a vault
		}
		if _, named := verdict.Fields[top]; named || verdict.Fields["@entity"] != nil || top == "url" {
			return ""
		}
	}
	return fmt.Sprintf("the gateway says %s, the rules say %v", verdict.Message, problems)
}
