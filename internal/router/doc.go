// Package router finds the route that takes a request, as the gateway does in its
// flavors traditional_compatible and traditional. It works on the gateway's own
// fields, knows nothing of objects or of Konnect, and needs the standard library
// alone.
package router
