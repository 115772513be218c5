package crd

// Finalizer is what a controller puts on an object before the first write to
// Konnect, and takes off once the entity is gone. It is the Kong operator's own, so
// that either can take over from the other.
const Finalizer = "gateway.konghq.com/konnect-cleanup"
