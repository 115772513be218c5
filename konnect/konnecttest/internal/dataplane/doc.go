// Package dataplane is a gateway in memory: it takes HTTP requests as a data plane with the
// entities of one control plane would, and proxies them. It knows entities as JSON alone,
// and nothing of the server that they come from.
package dataplane
