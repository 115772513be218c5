package konnect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// controlPlaneKind binds KonnectGatewayControlPlane to /v2/control-planes.
func controlPlaneKind() binding {
	return &kind[*konnectv1alpha2.KonnectGatewayControlPlane]{
		traits: traits{
			groupKind:         crd.ControlPlaneGroupKind(),
			nameField:         "spec.createControlPlaneRequest.name",
			nameKey:           "name",
			serverID:          true,
			referrerCondition: crd.ConditionControlPlaneRefValid,
			noun:              "ControlPlane",
			immutable:         []string{"cluster_type", "cloud_gateway"},
			group:             controlPlaneGroup(),
			fields: []canon.Field{
				{Name: "name"},
				{Name: "description", Default: ""},
				{Name: "cluster_type", Default: konnectv1alpha2.ClusterTypeControlPlane},
				{Name: "auth_type", Default: string(components.AuthTypePinnedClientCerts)},
				{Name: "cloud_gateway", Default: false},
				{Name: "proxy_urls", Set: true},
				{Name: "labels", Subset: true},
			},
		},
		name:        controlPlaneName,
		mirror:      mirrorID,
		clusterType: (*konnectv1alpha2.KonnectGatewayControlPlane).ClusterType,
		check:       checkControlPlane,
		payload:     controlPlanePayload,
		project:     liftConfig,
		status:      controlPlaneStatus,
	}
}

func controlPlaneName(c *konnectv1alpha2.KonnectGatewayControlPlane) string {
	request := c.Spec.CreateControlPlaneRequest
	if request == nil {
		return ""
	}
	return request.Name
}

func mirrorID(c *konnectv1alpha2.KonnectGatewayControlPlane) string {
	if !c.IsMirror() || c.Spec.Mirror == nil {
		return ""
	}
	return c.Spec.Mirror.Konnect.ID
}

func controlPlanePayload(c *konnectv1alpha2.KonnectGatewayControlPlane, in inputs) (any, error) {
	request := c.Spec.CreateControlPlaneRequest
	if request == nil {
		return nil, errors.New("spec.createControlPlaneRequest is not set")
	}
	payload := components.CreateControlPlaneRequest{
		Name:         request.Name,
		Description:  request.Description,
		ClusterType:  (*components.CreateControlPlaneRequestClusterType)(request.ClusterType),
		AuthType:     (*components.AuthType)(request.AuthType),
		CloudGateway: request.CloudGateway,
		Labels:       in.labels,
	}
	if !in.givenOnly { // what is left out of a PATCH stays
		payload.Description = cmp.Or(payload.Description, new(""))
		payload.AuthType = cmp.Or(payload.AuthType, components.AuthTypePinnedClientCerts.ToPointer())
	}
	for _, u := range request.ProxyURLs {
		payload.ProxyUrls = append(payload.ProxyUrls, components.ProxyURL{Host: u.Host, Port: u.Port, Protocol: u.Protocol})
	}
	return payload, nil
}

// liftConfig brings what Konnect keeps in config to the level of the request.
func liftConfig(observed canon.Object) canon.Object {
	lifted := maps.Clone(observed)
	if config, ok := observed["config"].(map[string]any); ok {
		for _, name := range []string{"cluster_type", "auth_type", "cloud_gateway", "proxy_urls", "control_plane_endpoint", "telemetry_endpoint"} {
			lifted[name] = config[name]
		}
	}
	return lifted
}

func controlPlaneStatus(c *konnectv1alpha2.KonnectGatewayControlPlane, observed canon.Object) {
	text := func(name string) string { value, _ := observed[name].(string); return value }
	c.Status.ClusterType = text("cluster_type")
	c.Status.Endpoints = nil
	if endpoint, telemetry := text("control_plane_endpoint"), text("telemetry_endpoint"); endpoint != "" && telemetry != "" {
		c.Status.Endpoints = &konnectv1alpha2.KonnectEndpoints{ControlPlane: endpoint, Telemetry: telemetry}
	}
}

const (
	maxMembers     = 256
	maxMemberBatch = 50
)

func controlPlaneGroup() *relation {
	change := func(path string) func(context.Context, *account, string, []string) error {
		return func(ctx context.Context, a *account, id string, members []string) error {
			body := components.GroupMembership{Members: []components.Members{}}
			for _, id := range members {
				body.Members = append(body.Members, components.Members{ID: id})
			}
			raw, err := json.Marshal(body)
			if err != nil {
				return err
			}
			_, err = a.send(ctx, http.MethodPost, controlPlanePath(id)+"/group-memberships/"+path, nil, raw)
			return err
		}
	}
	return &relation{
		clusterType: konnectv1alpha2.ClusterTypeControlPlaneGroup,
		field:       "spec.members",
		batch:       maxMemberBatch,
		list:        func(ctx context.Context, a *account, id string) ([]string, error) { return a.listMembers(ctx, id) },
		add:         change("add"),
		remove:      change("remove"),
	}
}

// holdsEntities returns why a control plane of the type holds no entities; empty
// when it does.
func holdsEntities(clusterType string) string {
	switch clusterType {
	case konnectv1alpha2.ClusterTypeControlPlaneGroup:
		return "is a control plane group, which holds no entities of its own"
	case konnectv1alpha2.ClusterTypeIngressController:
		return "is a control plane of an ingress controller, which konnect lets nobody else write to"
	default:
		return ""
	}
}

func checkControlPlane(c *konnectv1alpha2.KonnectGatewayControlPlane) field.ErrorList {
	var problems field.ErrorList
	spec := field.NewPath("spec")
	switch {
	case len(c.Spec.Members) > maxMembers:
		problems = append(problems, field.TooMany(spec.Child("members"), len(c.Spec.Members), maxMembers))
	case len(c.Spec.Members) > 0 && !c.IsMirror() && c.ClusterType() != konnectv1alpha2.ClusterTypeControlPlaneGroup:
		problems = append(problems, field.Forbidden(spec.Child("members"), "only a control plane group has members"))
	}
	request, path := c.Spec.CreateControlPlaneRequest, spec.Child("createControlPlaneRequest")
	if request == nil {
		return problems
	}
	if n := utf8.RuneCountInString(request.Name); n < 2 || n > 256 || strings.TrimSpace(request.Name) == "" {
		problems = append(problems, field.Invalid(path.Child("name"), request.Name, "must be 2 to 256 characters, not all blank, for konnect"))
	}
	if utf8.RuneCountInString(deref(request.Description)) > 2048 {
		problems = append(problems, field.TooLong(path.Child("description"), "", 2048))
	}
	problems = append(problems, checkEnum(path.Child("auth_type"), request.AuthType, []string{"pinned_client_certs", "pki_client_certs"})...)
	return append(append(problems, checkProxyURLs(path.Child("proxy_urls"), request.ProxyURLs)...), checkLabels(path.Child("labels"), request.Labels)...)
}

func checkProxyURLs(path *field.Path, urls []konnectv1alpha2.ProxyURL) field.ErrorList {
	var problems field.ErrorList
	if len(urls) > 5 {
		problems = append(problems, field.TooMany(path, len(urls), 5))
	}
	for i, u := range urls {
		path := path.Index(i)
		if n := utf8.RuneCountInString(u.Host); n < 1 || n > 120 {
			problems = append(problems, field.Invalid(path.Child("host"), u.Host, "must be 1 to 120 characters for konnect"))
		}
		if u.Port < 1 {
			problems = append(problems, field.Invalid(path.Child("port"), u.Port, "must be at least 1 for konnect"))
		}
		if n := utf8.RuneCountInString(u.Protocol); n < 1 || n > 32 {
			problems = append(problems, field.Invalid(path.Child("protocol"), u.Protocol, "must be 1 to 32 characters for konnect"))
		}
		if slices.Contains(urls[:i], u) {
			problems = append(problems, field.Duplicate(path, u.Host))
		}
	}
	return problems
}

func checkLabels(path *field.Path, labels map[string]string) field.ErrorList {
	var problems field.ErrorList
	pattern := regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$`)
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		path := path.Key(printable.Line(key))
		switch {
		case isMarkKey(key):
			problems = append(problems, field.Invalid(path, key, "is reserved for the marks of konnectkit"))
		case strings.HasPrefix(key, "kuma"):
			problems = append(problems, field.Invalid(path, key, "must not start with kuma for konnect"))
		case !pattern.MatchString(labels[key]):
			problems = append(problems, field.Invalid(path, labels[key], "konnect accepts letters, digits, dots, dashes and underscores, with a letter or digit at both ends"))
		}
	}
	return problems
}
