package builder

import (
	"cmp"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// GatewayControlPlane builds a KonnectGatewayControlPlane: one that is created,
// a group with Group or Members, or a mirror with Mirror.
type GatewayControlPlane struct {
	base[konnectv1alpha2.KonnectGatewayControlPlane]

	// requested are the fields of createControlPlaneRequest that methods have
	// set, in order; a mirror has none of them.
	requested []string
}

// NewGatewayControlPlane starts a KonnectGatewayControlPlane; name is
// spec.createControlPlaneRequest.name too.
func NewGatewayControlPlane(name string) *GatewayControlPlane {
	c := &GatewayControlPlane{}
	start(&c.base, name)
	c.obj.Spec.CreateControlPlaneRequest = &konnectv1alpha2.CreateControlPlaneRequest{Name: name}
	return c
}

// requestPath is the path of a field of spec.createControlPlaneRequest.
func requestPath(name string) *field.Path {
	return field.NewPath("spec", "createControlPlaneRequest", name)
}

// request returns spec.createControlPlaneRequest to set name in.
func (c *GatewayControlPlane) request(name string) *konnectv1alpha2.CreateControlPlaneRequest {
	if !slices.Contains(c.requested, name) {
		c.requested = append(c.requested, name)
	}
	if c.obj.Spec.CreateControlPlaneRequest == nil { // in a zero value
		c.obj.Spec.CreateControlPlaneRequest = &konnectv1alpha2.CreateControlPlaneRequest{}
	}
	return c.obj.Spec.CreateControlPlaneRequest
}

// CreateControlPlaneRequest replaces spec.createControlPlaneRequest as a whole.
// An empty name in it stands for the object's name.
func (c *GatewayControlPlane) CreateControlPlaneRequest(request konnectv1alpha2.CreateControlPlaneRequest) *GatewayControlPlane {
	c.request("name")
	c.obj.Spec.CreateControlPlaneRequest = request.DeepCopy()
	c.obj.Spec.CreateControlPlaneRequest.Name = cmp.Or(request.Name, c.obj.GetName())
	return c
}

// SpecName sets the name in Konnect, 2 to 256 characters, where it is to differ
// from the object's name.
func (c *GatewayControlPlane) SpecName(name string) *GatewayControlPlane {
	c.request("name").Name = name
	return c
}

// Description sets createControlPlaneRequest.description, at most 2048 characters.
func (c *GatewayControlPlane) Description(description string) *GatewayControlPlane {
	c.request("description").Description = &description
	return c
}

// ClusterType sets createControlPlaneRequest.cluster_type; Group and
// IngressController are short for it.
func (c *GatewayControlPlane) ClusterType(clusterType string) *GatewayControlPlane {
	c.request("cluster_type").ClusterType = &clusterType
	return c
}

// Group makes the control plane a group; see Members.
func (c *GatewayControlPlane) Group() *GatewayControlPlane {
	return c.ClusterType(konnectv1alpha2.ClusterTypeControlPlaneGroup)
}

// IngressController makes the control plane that of a Kong ingress controller
// (KIC), which alone writes to it.
func (c *GatewayControlPlane) IngressController() *GatewayControlPlane {
	return c.ClusterType(konnectv1alpha2.ClusterTypeIngressController)
}

// AuthType sets createControlPlaneRequest.auth_type of data planes:
// pinned_client_certs or pki_client_certs.
func (c *GatewayControlPlane) AuthType(authType string) *GatewayControlPlane {
	c.request("auth_type").AuthType = &authType
	return c
}

// AuthTypePinnedClientCerts lets data planes in by certificates that are registered.
func (c *GatewayControlPlane) AuthTypePinnedClientCerts() *GatewayControlPlane {
	return c.AuthType("pinned_client_certs")
}

// AuthTypePKIClientCerts lets data planes in by certificates of a registered authority.
func (c *GatewayControlPlane) AuthTypePKIClientCerts() *GatewayControlPlane {
	return c.AuthType("pki_client_certs")
}

// CloudGateway sets createControlPlaneRequest.cloud_gateway: whether data planes
// run in Konnect's own cloud.
func (c *GatewayControlPlane) CloudGateway(cloud bool) *GatewayControlPlane {
	c.request("cloud_gateway").CloudGateway = &cloud
	return c
}

// ProxyURLs replaces createControlPlaneRequest.proxy_urls, at most 5.
func (c *GatewayControlPlane) ProxyURLs(urls ...konnectv1alpha2.ProxyURL) *GatewayControlPlane {
	c.request("proxy_urls").ProxyURLs = listOf(urls)
	return c
}

// ProxyURL adds one to createControlPlaneRequest.proxy_urls; the port is 1 to 65535.
func (c *GatewayControlPlane) ProxyURL(protocol, host string, port int) *GatewayControlPlane {
	request := c.request("proxy_urls")
	path := requestPath("proxy_urls").Index(len(request.ProxyURLs)).Child("port")
	request.ProxyURLs = append(request.ProxyURLs, konnectv1alpha2.ProxyURL{
		Protocol: protocol, Host: host, Port: *c.number(path, port, 1, maxPort),
	})
	return c
}

// KonnectLabels replaces createControlPlaneRequest.labels, the labels in
// Konnect, at most 40. Labels are those of the object.
func (c *GatewayControlPlane) KonnectLabels(labels map[string]string) *GatewayControlPlane {
	c.request("labels").Labels = maps.Clone(labels)
	return c
}

// KonnectLabel adds one to createControlPlaneRequest.labels.
func (c *GatewayControlPlane) KonnectLabel(key, value string) *GatewayControlPlane {
	request := c.request("labels")
	request.Labels = with(request.Labels, key, value)
	return c
}

// Mirror makes the object a mirror of the control plane that has this Konnect
// ID, a lower-case UUID. A mirror is only read: what it would be created with is
// left out, and setting any of it is a mistake.
func (c *GatewayControlPlane) Mirror(id string) *GatewayControlPlane {
	c.obj.Spec.Mirror = &konnectv1alpha2.MirrorSpec{Konnect: konnectv1alpha2.MirrorKonnect{ID: id}}
	return c.Source(konnectv1alpha2.SourceMirror)
}

// Members replaces spec.members, the control planes of a group by the names of
// their objects in the same namespace. It makes the control plane a group unless
// ClusterType says otherwise, which is a mistake.
func (c *GatewayControlPlane) Members(names ...string) *GatewayControlPlane {
	c.obj.Spec.Members = nil
	for _, name := range names {
		c.obj.Spec.Members = append(c.obj.Spec.Members, konnectv1alpha2.MemberRef{Name: name})
	}
	return c
}

// Auth sets spec.konnect.authRef to a KonnectAPIAuthConfiguration of the same
// namespace.
func (c *GatewayControlPlane) Auth(name string) *GatewayControlPlane {
	return c.auth(konnectv1alpha2.KonnectAPIAuthConfigurationRef{Name: name})
}

// AuthIn is like Auth for another namespace, which needs a KongReferenceGrant there.
func (c *GatewayControlPlane) AuthIn(namespace, name string) *GatewayControlPlane {
	return c.auth(konnectv1alpha2.KonnectAPIAuthConfigurationRef{Name: name, Namespace: &namespace})
}

func (c *GatewayControlPlane) auth(ref konnectv1alpha2.KonnectAPIAuthConfigurationRef) *GatewayControlPlane {
	return c.Konnect(konnectv1alpha2.KonnectConfiguration{APIAuthConfigurationRef: ref})
}

// finish gives a group its type, and takes from a mirror what it cannot have.
func (c *GatewayControlPlane) finish(obj *konnectv1alpha2.KonnectGatewayControlPlane) field.ErrorList {
	spec := &obj.Spec
	if spec.Source != konnectv1alpha2.SourceMirror {
		if request := spec.CreateControlPlaneRequest; len(spec.Members) > 0 && request.ClusterType == nil {
			request.ClusterType = new(konnectv1alpha2.ClusterTypeControlPlaneGroup)
		}
		return incomplete(spec.CreateControlPlaneRequest)
	}
	spec.CreateControlPlaneRequest = nil
	var errs field.ErrorList
	for _, name := range c.requested {
		errs = append(errs, field.Forbidden(requestPath(name), "a mirror is only read"))
	}
	return errs
}

// incomplete reports what a request lacks.
func incomplete(request *konnectv1alpha2.CreateControlPlaneRequest) field.ErrorList {
	errs := missing(request.Name, requestPath("name"))
	for i, proxy := range request.ProxyURLs {
		path := requestPath("proxy_urls").Index(i)
		errs = append(errs, missing(proxy.Host, path.Child("host"))...)
		errs = append(errs, missing(proxy.Protocol, path.Child("protocol"))...)
	}
	return errs
}
