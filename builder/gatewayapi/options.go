package gatewayapi

import gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

// Option changes what Translate does.
type Option func(*options)

type options struct {
	strict          bool
	validBackends   bool
	sharedListeners bool
	controller      gatewayv1.GatewayController
}

// Strict refuses the rules of which Translate would warn that they match more than they
// say, such as the value of a header in any case.
func Strict() Option { return func(o *options) { o.strict = true } }

// WithValidBackends sends the requests of a rule to those of its backends that exist and
// may be referred to. Without it a rule that has some of them and some others is refused,
// because the share of the others cannot be answered with 500, as it should be.
func WithValidBackends() Option { return func(o *options) { o.validBackends = true } }

// WithSharedListeners takes routes that are attached to one of two listeners that a
// gateway cannot tell apart, since they differ in their port alone: the route serves both,
// with a warning. Without it such a route's rules are refused.
func WithSharedListeners() Option { return func(o *options) { o.sharedListeners = true } }

// WithControllerName sets controllerName in the parents of routes.
func WithControllerName(name gatewayv1.GatewayController) Option {
	return func(o *options) { o.controller = name }
}
