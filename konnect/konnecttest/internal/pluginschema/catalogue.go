package pluginschema

import "sync"

// Catalogue is what a server knows of plugins: those of a generation, and further ones. It is
// safe for parallel use, and its schemas are not to be changed.
type Catalogue struct {
	generation string
	mu         sync.RWMutex
	known      map[string]*Schema
}

// NewCatalogue returns the plugins of a generation.
func NewCatalogue(generation string) *Catalogue {
	return &Catalogue{generation: generation, known: map[string]*Schema{}}
}

// Schema is that of a plugin; nil if there is none on Konnect.
func (c *Catalogue) Schema(name string) *Schema {
	c.mu.RLock()
	schema, known := c.known[name]
	c.mu.RUnlock()
	if known {
		return schema
	}
	schema, err := Load(c.generation, name)
	if err != nil || schema == nil || schema.Elsewhere {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if already, known := c.known[name]; known {
		return already
	}
	c.known[name] = schema
	return schema
}

// Set adds a plugin, or gives one another schema.
func (c *Catalogue) Set(schema *Schema) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[schema.Name] = schema
}
