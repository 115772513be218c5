package deckengine

import (
	"context"
	"fmt"
	"net/http"

	"github.com/kong/go-database-reconciler/pkg/dump"
	"github.com/kong/go-database-reconciler/pkg/konnect"
	"github.com/kong/go-database-reconciler/pkg/schema"
	"github.com/kong/go-database-reconciler/pkg/state"
	"github.com/kong/go-database-reconciler/pkg/utils"
	"github.com/kong/go-kong/kong"
)

// Server is where a Konnect answers.
type Server struct{ URL, Token string }

// Engine works on one control plane. It reads schemas once, as one run of decK does.
type Engine struct {
	client       *kong.Client
	schemas      *schema.Registry
	controlPlane string
	parallelism  int
}

// Connect looks the control plane up by name; parallelism is how many writes are under
// way at once, ten by decK's default.
func Connect(ctx context.Context, server Server, controlPlane string, parallelism int) (*Engine, error) {
	headers := []string{"Authorization:Bearer " + server.Token}
	id, err := findControlPlane(ctx, server.URL, headers, controlPlane)
	if err != nil {
		return nil, err
	}
	httpClient, err := utils.HTTPClientWithOpts(utils.HTTPClientOptions{})
	if err != nil {
		return nil, err
	}
	client, err := utils.GetKongClient(utils.KongClientConfig{
		Address:    server.URL + "/v2/control-planes/" + id + "/core-entities",
		HTTPClient: httpClient, Headers: headers, Retryable: true,
	})
	if err != nil {
		return nil, err
	}
	client.SetKonnectFlag(true)
	return &Engine{
		client: client, schemas: schema.NewRegistry(client, true), controlPlane: controlPlane, parallelism: parallelism,
	}, nil
}

func findControlPlane(ctx context.Context, address string, headers []string, name string) (string, error) {
	client, err := utils.GetKonnectClient(&http.Client{}, utils.KonnectConfig{Address: address, Headers: headers})
	if err != nil {
		return "", err
	}
	for page := new(konnect.ListOpt); page != nil; {
		if page.Page == 0 {
			page = nil // the first page is asked for without parameters
		}
		planes, next, err := client.RuntimeGroups.List(ctx, page)
		if err != nil {
			return "", fmt.Errorf("find control plane %q: %w", name, err)
		}
		for _, plane := range planes {
			if plane.Name != nil && *plane.Name == name && plane.ID != nil {
				return *plane.ID, nil
			}
		}
		page = next
	}
	return "", fmt.Errorf("find control plane %q: there is none", name)
}

// config is what decK reads: of entities without select tags all, the custom ones included.
func (e *Engine) config(selectTags []string) dump.Config {
	return dump.Config{
		KonnectControlPlane:                  e.controlPlane,
		SelectorTags:                         selectTags,
		SchemaRegistry:                       e.schemas,
		IsConsumerGroupScopedPluginSupported: true,
		CustomEntityTypes:                    []string{"degraphql_routes", dump.GraphQLRLCostDecorationEntityType},
		SkipCustomEntitiesWithSelectorTags:   true,
	}
}

// current reads what the control plane holds.
func (e *Engine) current(ctx context.Context, config dump.Config) (*state.KongState, error) {
	raw, err := dump.Get(ctx, e.client, config)
	if err != nil {
		return nil, fmt.Errorf("read the control plane: %w", err)
	}
	return state.Get(raw)
}
