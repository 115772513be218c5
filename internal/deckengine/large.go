package deckengine

import (
	"fmt"

	"github.com/google/uuid"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// Large returns a state file of n services, each with a route of its own, a plugin, an
// upstream with a target, a consumer with a key, and a certificate with a name: nine
// entities. Names and IDs depend on n alone, certificates are new in each call.
func Large(n int) ([]byte, error) {
	type entity = map[string]any
	var services, upstreams, consumers, certificates []entity
	for i := range n {
		name := fmt.Sprintf("large-%05d", i)
		host := name + ".example"
		pair := konnecttest.SelfSigned(host)
		services = append(services, entity{
			"name": name, "host": host, "retries": i % 10,
			"routes":  []entity{{"name": name, "paths": []string{"/" + name}, "protocols": []string{"https"}}},
			"plugins": []entity{{"name": "rate-limiting", "config": entity{"minute": 1 + i, "policy": "local"}}},
		})
		upstreams = append(upstreams, entity{
			"name": host, "slots": 100 + i, "targets": []entity{{"target": fmt.Sprintf("10.%d.%d.%d:8080", i>>16&0xff, i>>8&0xff, i&0xff)}},
		})
		consumers = append(consumers, entity{
			"username": name, "keyauth_credentials": []entity{{"key": "example-key-" + name}},
		})
		certificates = append(certificates, entity{
			"id": uuid.NewSHA1(uuid.NameSpaceDNS, []byte(host)).String(), "cert": pair.Certificate, "key": pair.PrivateKey,
			"snis": []entity{{"name": host}},
		})
	}
	return yaml.Marshal(entity{
		"_format_version": "3.0", "services": services, "upstreams": upstreams, "consumers": consumers, "certificates": certificates,
	})
}

// LargeEntities is how many entities Large has for each service.
const LargeEntities = 9
