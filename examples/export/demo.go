package main

import (
	"fmt"
	"io"

	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const demo = "demo"

// open returns a client of the Konnect that the environment names, or of an in-memory one
// that somebody has filled by hand.
func open(getenv func(string) string, o *options, notes io.Writer) (client *konnect.Client, stop func(), err error) {
	var settings []konnect.Option
	if connect.IsSet(getenv) {
		settings, stop, err = connect.FromEnvironment(getenv, notes)
	} else {
		var server *konnecttest.Server
		if server, stop, err = connect.InMemory(notes); err == nil {
			settings = connect.Options(server)
			err = fill(server)
		}
		if o.plane == "" {
			o.plane = demo
		}
	}
	if err == nil {
		client, err = konnect.NewClient(append(settings, konnect.WithOwner(o.owner))...)
	}
	if err != nil && stop != nil {
		stop()
	}
	return client, stop, err
}

// filling is a control plane that is filled; the first error ends it.
type filling struct {
	server *konnecttest.Server
	plane  string
	count  int
	err    error
}

// put stores an entity, and returns a reference to it. Its ID is the same in each run.
func (f *filling) put(collection string, entity map[string]any) map[string]any {
	if f.err != nil {
		return nil
	}
	f.count++
	entity["id"] = fmt.Sprintf("00000000-0000-4000-8000-%012d", f.count)
	_, f.err = f.server.Put(f.plane, collection, entity)
	return map[string]any{"id": entity["id"]}
}

func fill(server *konnecttest.Server) error {
	f := &filling{server: server}
	f.plane, f.err = server.AddControlPlane("", map[string]any{"id": "00000000-0000-4000-8000-000000000000", "name": demo})
	f.put("upstreams", map[string]any{"name": "orders.internal"})
	f.put("targets", map[string]any{"target": "10.0.0.1:8080", "upstream": map[string]any{"id": "00000000-0000-4000-8000-000000000001"}})
	orders := f.put("services", map[string]any{"name": "Orders", "host": "orders.internal", "retries": 3, "tags": []string{"team:shop"}})
	f.put("routes", map[string]any{"name": "orders", "paths": []string{"/orders"}, "service": orders})
	f.put("plugins", map[string]any{"name": "rate-limiting", "service": orders, "config": map[string]any{
		"minute": 100, "policy": "redis", "redis": map[string]any{"host": "redis.internal", "password": "example-password"},
	}})
	users := f.put("services", map[string]any{"name": "users", "host": "users.example.com"})
	f.put("routes", map[string]any{"paths": []string{"/users"}, "service": users})
	f.put("plugins", map[string]any{"name": "key-auth", "service": users})
	alice := f.put("consumers", map[string]any{"username": "alice"})
	f.put("key-auths", map[string]any{"key": "example-key", "consumer": alice})
	f.put("basic-auths", map[string]any{"username": "alice", "password": "example-password", "consumer": alice})
	f.put("services", map[string]any{"name": "legacy", "host": "legacy.example.com", "tags": []string{"managed-by:deck"}})
	return f.err
}
