package deckengine

import (
	"fmt"
	"strings"
	"sync"
)

// printed collects what the engine prints, from several goroutines.
type printed struct {
	lock sync.Mutex
	all  []string
}

func (p *printed) add(words ...any) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.all = append(p.all, strings.TrimSpace(fmt.Sprintln(words...)))
}
