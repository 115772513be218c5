package config_test

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/crd/scheme"
)

// The controller watches every kind, and writes status and finalizers of those that have
// a status: without the permission it would wait for its cache for ever.
func TestRoleHasEveryKind(t *testing.T) {
	t.Parallel()
	role := readRole(t, "konnectkit-controller")
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	for _, kind := range kinds {
		resource := strings.ToLower(kind.Kind) + "s"
		for _, verb := range []string{"get", "list", "watch"} {
			assert.True(t, allows(role, kind.Group, resource, verb), "%s %s", verb, resource)
		}
		_, hasStatus := reflect.TypeOf(kind.New()).Elem().FieldByName("Status")
		assert.Equal(t, hasStatus, allows(role, kind.Group, resource, "patch"), "patch %s", resource)
		assert.Equal(t, hasStatus, allows(role, kind.Group, resource+"/status", "patch"), "patch %s/status", resource)
	}
}

func readRole(t *testing.T, name string) rbacv1.ClusterRole {
	t.Helper()
	text, err := os.ReadFile("rbac.yaml")
	require.NoError(t, err)
	for document := range bytes.SplitSeq(text, []byte("\n---\n")) {
		var role rbacv1.ClusterRole
		require.NoError(t, yaml.Unmarshal(document, &role))
		if role.Kind == "ClusterRole" && role.Name == name {
			return role
		}
	}
	require.Fail(t, "no such role", name)
	return rbacv1.ClusterRole{}
}

func allows(role rbacv1.ClusterRole, group, resource, verb string) bool {
	return slices.ContainsFunc(role.Rules, func(rule rbacv1.PolicyRule) bool {
		return slices.Contains(rule.APIGroups, group) && slices.Contains(rule.Resources, resource) && slices.Contains(rule.Verbs, verb)
	})
}
