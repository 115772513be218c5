package builder

import configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"

// Consumer builds a KongConsumer. Konnect needs its ControlPlane.
type Consumer struct {
	base[configurationv1.KongConsumer]
}

// NewConsumer starts a KongConsumer; name is username too.
func NewConsumer(name string) *Consumer {
	c := &Consumer{}
	start(&c.base, name)
	return c.Username(name)
}

// Username sets username, where it is to differ from the object's name. An empty one
// leaves the consumer to its CustomID.
func (c *Consumer) Username(username string) *Consumer {
	c.obj.Username = optional(username)
	return c
}
