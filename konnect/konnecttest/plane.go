package konnecttest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Cluster types that behave in a way of their own.
const (
	clusterPlain   = "CLUSTER_TYPE_CONTROL_PLANE"
	clusterIngress = "CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"
	clusterGroup   = "CLUSTER_TYPE_CONTROL_PLANE_GROUP"

	planeTime = "2006-01-02T15:04:05.000Z"
)

// controlPlane is a control plane with all that is in it.
type controlPlane struct {
	organization string
	seq          uint64
	view         planeView
	encoded      []byte
	created      time.Time
	flavor       RouterFlavor
	tables       map[string]*table
	members      []*controlPlane // of a group, sorted by ID
}

type planeView struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Labels      map[string]string `json:"labels"`
	Config      planeConfig       `json:"config"`
	CreatedAt   string            `json:"created_at"`
	UpdatedAt   string            `json:"updated_at"`
}

type planeConfig struct {
	ControlPlaneEndpoint string     `json:"control_plane_endpoint"`
	TelemetryEndpoint    string     `json:"telemetry_endpoint"`
	ClusterType          string     `json:"cluster_type"`
	AuthType             string     `json:"auth_type"`
	CloudGateway         bool       `json:"cloud_gateway"`
	ProxyURLs            []proxyURL `json:"proxy_urls"`
}

type proxyURL struct {
	Host     string `json:"host"`
	Port     int64  `json:"port"`
	Protocol string `json:"protocol"`
}

func newPlane(set *settings, rows []*collection, organization, id string, now time.Time) *controlPlane {
	prefix := strings.ReplaceAll(id, "-", "")
	prefix = prefix[:min(len(prefix), 10)]
	p := &controlPlane{
		organization: organization, created: now, flavor: set.flavor, tables: map[string]*table{},
		view: planeView{
			ID: id, CreatedAt: now.UTC().Format(planeTime),
			Labels: map[string]string{},
			Config: planeConfig{
				ControlPlaneEndpoint: fmt.Sprintf("https://%s.us.cp.konghq.com", prefix),
				TelemetryEndpoint:    fmt.Sprintf("https://%s.us.tp.konghq.com", prefix),
				ClusterType:          clusterPlain,
				AuthType:             "pinned_client_certs",
				ProxyURLs:            []proxyURL{},
			},
		},
	}
	for _, row := range rows {
		p.tables[row.path] = newTable(row)
	}
	return p
}

// merged is the view with what values name replaced, each field as a whole.
func (v planeView) merged(values object) planeView {
	if s, ok := values["name"].(string); ok {
		v.Name = s
	}
	if s, ok := values["description"].(string); ok {
		v.Description = s
	}
	if labels, ok := values["labels"].(object); ok {
		v.Labels = make(map[string]string, len(labels))
		for key, value := range labels {
			v.Labels[key], _ = value.(string)
		}
	}
	v.Config.AuthType = cmp.Or(text(values, "auth_type"), v.Config.AuthType)
	v.Config.ClusterType = cmp.Or(text(values, "cluster_type"), v.Config.ClusterType)
	if cloud, ok := values["cloud_gateway"].(bool); ok {
		v.Config.CloudGateway = cloud
	}
	if urls, ok := values["proxy_urls"].([]any); ok {
		v.Config.ProxyURLs = make([]proxyURL, 0, len(urls))
		for _, item := range urls {
			u, _ := item.(object)
			port, _ := integer(u["port"])
			v.Config.ProxyURLs = append(v.Config.ProxyURLs, proxyURL{Host: text(u, "host"), Port: port, Protocol: text(u, "protocol")})
		}
	}
	return v
}

// show sets the view and when it changed.
func (p *controlPlane) show(view planeView, now time.Time) {
	if now.Before(p.created) {
		now = p.created
	}
	view.UpdatedAt = now.UTC().Format(planeTime)
	p.view, p.encoded = view, mustEncode(view)
}

func (p *controlPlane) isGroup() bool { return p.view.Config.ClusterType == clusterGroup }

// plane finds a control plane that the organization can see.
func (st *store) plane(organization, id string) *controlPlane {
	p := st.planes[strings.ToLower(id)]
	if p == nil || (organization != "" && p.organization != organization) {
		return nil
	}
	return p
}

func (st *store) addPlane(p *controlPlane) {
	p.seq = st.nextSeq()
	st.planes[p.view.ID] = p
	st.order = append(st.order, p)
}

func (st *store) dropPlane(p *controlPlane) {
	delete(st.planes, p.view.ID)
	st.order = slices.DeleteFunc(st.order, func(other *controlPlane) bool { return other == p })
	for _, group := range st.order {
		group.members = slices.DeleteFunc(group.members, func(m *controlPlane) bool { return m == p })
	}
}

// named finds a control plane by name within an organization.
func (st *store) named(organization, name string) *controlPlane {
	for _, p := range st.order {
		if p.organization == organization && p.view.Name == name {
			return p
		}
	}
	return nil
}

// groupsOf counts the groups that p is a member of.
func (st *store) groupsOf(p *controlPlane) int {
	n := 0
	for _, group := range st.order {
		if slices.Contains(group.members, p) {
			n++
		}
	}
	return n
}
