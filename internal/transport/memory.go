package transport

import (
	"sync"
	"time"
)

// Memory remembers texts by key. What was not asked for within an hour is forgotten, as
// what belongs to tokens that were renewed is never asked for again. Its zero value is
// ready to use.
type Memory struct {
	lock  sync.Mutex
	known map[string]*memory
}

type memory struct {
	text     string
	lastUsed time.Time
}

// Get returns the text of a key; empty for none.
func (m *Memory) Get(key string) string {
	m.lock.Lock()
	defer m.lock.Unlock()
	known := m.known[key]
	if known == nil {
		return ""
	}
	known.lastUsed = time.Now()
	return known.text
}

// Put remembers a text.
func (m *Memory) Put(key, text string) {
	m.lock.Lock()
	defer m.lock.Unlock()
	now := time.Now()
	for key, known := range m.known {
		if now.Sub(known.lastUsed) >= forgottenAfter {
			delete(m.known, key)
		}
	}
	if m.known == nil {
		m.known = map[string]*memory{}
	}
	m.known[key] = &memory{text, now}
}
