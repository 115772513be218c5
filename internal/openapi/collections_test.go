package openapi_test

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestDeleteLooksIntoEveryCollection holds what Client.Delete reads, before it deletes a
// control plane, against the lists of the document, and puts something into each.
func TestDeleteLooksIntoEveryCollection(t *testing.T) {
	c := readContract(t)
	lists := collectionsOf(c)
	require.Contains(t, lists, "core-entities/services")
	require.Contains(t, lists, "dp-client-certificates")

	server := konnecttest.Start(t)
	client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(server.Token))
	require.NoError(t, err)
	defer client.Close()
	objects := func() []crd.Object { return []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()} }
	report, err := client.Ensure(t.Context(), objects())
	require.NoError(t, err)
	plane := report.Changes[0].KonnectID

	for _, list := range lists {
		collection := regexp.MustCompile(`[^/]+$`).FindString(list)
		stored, err := server.Put(plane, collection, sample(t, server, plane, collection))
		require.NoError(t, err, list)
		server.ResetLog()
		_, err = client.Delete(t.Context(), objects())
		var refused *konnect.OwnershipError
		require.ErrorAs(t, err, &refused, "%s is not looked into", list)
		assert.Zero(t, server.Writes(), list)
		require.NoError(t, server.Delete(plane, collection, stored["id"].(string)))
		removeSample(t, server, plane)
	}

	server.ResetLog()
	_, err = client.Delete(t.Context(), objects())
	require.NoError(t, err)
	var read []string
	for _, req := range server.Requests() {
		if path, found := strings.CutPrefix(req.Path, planes+"/"+plane+"/"); found && req.Method == http.MethodGet {
			read = append(read, path)
		}
	}
	for _, list := range lists {
		assert.Contains(t, read, list)
	}
}

// collectionsOf are the lists right below a control plane.
func collectionsOf(c *contract) []string {
	// Control planes belong to a group without being in it.
	relations := []string{"group-memberships", "group-member-status", "group-status"}
	pattern := regexp.MustCompile(`^` + planes + `/\{controlPlaneId\}/((?:core-entities/)?[^/{}]+)$`)
	var lists []string
	for path, item := range c.document.Paths.PathItems.FromOldest() {
		found := pattern.FindStringSubmatch(path)
		if found != nil && item.Get != nil && !slices.Contains(relations, found[1]) {
			lists = append(lists, found[1])
		}
	}
	return lists
}

// ours marks what is no reason to refuse a deletion.
func ours() []string {
	return []string{"managed-by:konnectkit", "managed-owner:default", "managed-key:7a1d7a3e-0000-5000-8000-000000000001"}
}

// ofConsumer is a credential, of a consumer of its own.
func ofConsumer(t *testing.T, server *konnecttest.Server, plane, collection string) fields {
	t.Helper()
	consumer, err := server.Put(plane, "consumers", fields{"username": "theirs", "tags": ours()})
	require.NoError(t, err)
	segment := map[string]string{"acls": "acls", "jwts": "jwt"}[collection]
	credential := fields{"consumer": fields{"id": consumer["id"]}}
	maps.Copy(credential, credentials()[cmp.Or(segment, strings.TrimSuffix(collection, "s"))])
	return credential
}

// sample is an entity of a collection. What it refers to is in another of the list.
func sample(t *testing.T, server *konnecttest.Server, plane, collection string) fields {
	t.Helper()
	switch collection {
	case "services":
		return fields{"name": "theirs", "host": "a.example.com"}
	case "routes":
		return fields{"name": "theirs", "paths": []string{"/"}}
	case "upstreams":
		return fields{"name": "theirs"}
	case "targets":
		upstream, err := server.Put(plane, "upstreams", fields{"name": "theirs", "tags": ours()})
		require.NoError(t, err)
		return fields{"target": "a.example.com:80", "upstream": fields{"id": upstream["id"]}}
	case "plugins":
		return fields{"name": "cors"}
	case "consumers":
		return fields{"username": "theirs"}
	case "key-auths", "basic-auths", "hmac-auths", "jwts", "acls":
		return ofConsumer(t, server, plane, collection)
	case "certificates":
		return fields{"cert": "{vault://env/cert}", "key": "{vault://env/key}"}
	case "ca_certificates":
		return fields{"cert": konnecttest.SelfSignedCA("theirs").Certificate}
	case "dp-client-certificates":
		return fields{"cert": konnecttest.SelfSigned().Certificate}
	case "snis":
		pair := sample(t, server, plane, "certificates")
		pair["tags"] = ours()
		certificate, err := server.Put(plane, "certificates", pair)
		require.NoError(t, err)
		return fields{"name": "theirs", "certificate": fields{"id": certificate["id"]}}
	case "keys":
		return fields{"kid": "1", "jwk": jwk}
	case "vaults":
		return fields{"name": "env", "prefix": "theirs"}
	default:
		return fields{"name": "theirs"}
	}
}

// removeSample removes what a sample needed.
func removeSample(t *testing.T, server *konnecttest.Server, plane string) {
	t.Helper()
	for _, collection := range []string{"upstreams", "consumers", "certificates"} {
		for _, parent := range server.Entities(plane, collection) {
			require.NoError(t, server.Delete(plane, collection, parent["id"].(string)))
		}
	}
}
