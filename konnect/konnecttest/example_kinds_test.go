package konnecttest_test

import (
	"fmt"
	"strings"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func ExampleWithPasswords() {
	for _, form := range []konnecttest.PasswordForm{konnecttest.PasswordHashed, konnecttest.PasswordOmitted} {
		srv := konnecttest.NewServer(konnecttest.WithPasswords(form))
		id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
		consumer := map[string]any{"id": "0a54e8a2-64a4-4d9e-9a9a-6a1f4ad5a1de", "username": "alice"}
		_, _ = srv.Put(id, "consumers", consumer)
		stored, err := srv.Put(id, "basic-auths", map[string]any{
			"username": "alice", "password": "example", "consumer": map[string]any{"id": consumer["id"]},
		})
		fmt.Println(len(stored["password"].(string)), "digits are stored", err)
	}
	// Output:
	// 40 digits are stored <nil>
	// 40 digits are stored <nil>
}

func ExampleWithMemberAddedTwice() {
	for _, status := range []int{400, 201} {
		srv := konnecttest.NewServer(konnecttest.WithMemberAddedTwice(status))
		id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
		_, _ = srv.Put(id, "consumers", map[string]any{"username": "alice"})
		_, _ = srv.Put(id, "consumer_groups", map[string]any{"name": "gold"})
		entities := "/v2/control-planes/" + id + "/core-entities"
		for range 2 {
			call(srv, "POST", entities+"/consumer_groups/gold/consumers", `{"consumer":"alice"}`)
		}
	}
	// Output:
	// POST 201
	// POST 400
	// POST 201
	// POST 201
}

func ExampleWithSecretsShown() {
	for _, opts := range [][]konnecttest.Option{nil, {konnecttest.WithSecretsShown()}} {
		srv := konnecttest.NewServer(opts...)
		id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
		entities := "/v2/control-planes/" + id + "/core-entities"
		call(srv, "PUT", entities+"/consumers/alice", `{}`)
		call(srv, "POST", entities+"/consumers/alice/key-auth", `{"key":"example-key"}`)
		fmt.Println(string(srv.Requests()[1].Body), srv.ControlPlane("cp").Entities["key-auths"][0]["key"])
	}
	// Output:
	// PUT 200
	// POST 201
	// {"key":"[redacted]"} [redacted]
	// PUT 200
	// POST 201
	// {"key":"example-key"} example-key
}

func ExampleSelfSigned() {
	srv := konnecttest.NewServer()
	id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
	pair, other := konnecttest.SelfSigned("echo.example"), konnecttest.SelfSigned()
	_, err := srv.Put(id, "certificates", map[string]any{"cert": pair.Certificate, "key": other.PrivateKey})
	fmt.Println(err)
	stored, err := srv.Put(id, "certificates", map[string]any{"cert": pair.Certificate, "key": pair.PrivateKey})
	fmt.Println(strings.HasPrefix(stored["cert"].(string), "-----BEGIN CERTIFICATE-----"), err)
	// Output:
	// put certificates: validation error; entity: certificate does not match key
	// true <nil>
}

func ExampleSelfSignedCA() {
	srv := konnecttest.NewServer()
	id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
	stored, err := srv.Put(id, "ca_certificates", map[string]any{"cert": konnecttest.SelfSignedCA("example").Certificate})
	fmt.Println(len(stored["cert_digest"].(string)), err)
	// Output: 64 <nil>
}

func ExampleWithOlderPlugins() {
	for _, opts := range [][]konnecttest.Option{nil, {konnecttest.WithOlderPlugins()}} {
		srv := konnecttest.NewServer(opts...)
		id, _ := srv.AddControlPlane("", map[string]any{"name": "cp"})
		plugin, err := srv.Put(id, "plugins", map[string]any{"name": "key-auth"})
		fmt.Println(plugin["config"].(map[string]any)["hide_credentials"], err)
		_, err = srv.Put(id, "plugins", map[string]any{"name": "cors", "config": map[string]any{"origin": "*"}})
		fmt.Println(err)
	}
	// Output:
	// true <nil>
	// put plugins: validation error; config.origin: unknown field
	// false <nil>
	// put plugins: validation error; config.origin: unknown field
}

// A custom plugin, whose schema is there before it is used.
func ExampleServer_SetPluginSchema() {
	srv := konnecttest.NewServer()
	_ = srv.SetPluginSchema("greeter", []byte(`{"fields": [{"config": {"type": "record", "fields": [
		{"greeting": {"type": "string", "required": true, "one_of": ["hello", "welcome"]}}, {"times": {"type": "integer", "default": 1}}]}}]}`))
	id, _ := srv.AddControlPlane("", map[string]any{"name": "team-a"})
	plugins := "/v2/control-planes/" + id + "/core-entities/plugins"
	call(srv, "POST", plugins, `{"name":"greeter","config":{"greeting":"ahoy"}}`)
	call(srv, "POST", plugins, `{"name":"greeter","config":{"greeting":"hello"}}`)
	fmt.Println(srv.Entities(id, "plugins")[0]["config"])
	fmt.Println(srv.SetPluginSchema("greeter", []byte(`{}`)))
	// Output:
	// POST 400
	// POST 201
	// map[greeting:hello times:1]
	// read the schema of plugin greeter: fields has no config of type record
}
