// Package page shows in a browser what an in-memory Konnect holds: control planes, their entities
// and how these refer to each other, what looks after each, the latest requests, and which route
// takes a request. It is rendered by the server, without scripts and without anything from outside.
package page
