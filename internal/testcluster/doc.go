// Package testcluster runs a real kube-apiserver on a real etcd for tests: the API
// server that decides what a custom resource may be, without nodes and controllers.
//
// Both programs are built from source by the modules internal/tools/apiserver and
// internal/tools/etcd, once, into the user's cache folder. That takes minutes; after it
// a cluster is up within seconds. KUBEBUILDER_ASSETS names a folder that has them already.
// Kubectl builds the kubectl of the same version.
//
// They listen on loopback only, and end with the process that started them, however that ends.
package testcluster
