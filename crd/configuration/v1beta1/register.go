package v1beta1

import "k8s.io/apimachinery/pkg/runtime/schema"

// GroupVersion is the API group and version of this package's kinds.
var GroupVersion = schema.GroupVersion{Group: "configuration.konghq.com", Version: "v1beta1"}
