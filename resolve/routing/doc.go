// Package routing tells which route takes a request, and why: what a gateway does
// with the routes of one control plane, worked out from objects or from entities
// without a gateway.
//
// Routes come from [FromObjects] or [FromEntities]. [New] makes a [Router] of them, in
// the flavor and with the priorities of the gateway that is meant. [Router.Match] says
// what becomes of a request, [Router.Explain] why, and [Router.Lint] finds routes that
// are legal and probably not meant.
//
// The gateway orders routes in a way that its documentation does not tell: see
// [Original]. Regular expressions are matched as the gateway's engine does; those of
// which that is not possible here are refused by New.
package routing
