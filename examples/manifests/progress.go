package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/konnectkit/konnectkit/konnect"
)

const (
	terminalInterval = 100 * time.Millisecond
	lineInterval     = 5 * time.Second
)

// progress tells people that long work goes on: on a terminal as a line that is
// rewritten, elsewhere as a line now and then.
type progress struct {
	out      io.Writer
	verbose  bool
	terminal bool
	now      func() time.Time
	printed  time.Time

	requests, done, total int
	wait                  string
}

func newProgress(out io.Writer, verbose bool, now func() time.Time) *progress {
	return &progress{out: out, verbose: verbose, terminal: isTerminal(out), now: now, printed: now()}
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// observe is called for one event at a time.
func (p *progress) observe(event konnect.Event) {
	if wait, ok := event.(konnect.WaitEvent); ok && wait.Duration < time.Second {
		return // requests that keep their pace are no news
	}
	if p.verbose {
		fmt.Fprintln(p.out, event)
		return
	}
	p.wait = ""
	switch e := event.(type) {
	case konnect.RequestEvent:
		p.requests++
	case konnect.WaitEvent:
		p.wait = fmt.Sprintf(", waiting for %s: %s", e.Duration.Round(time.Second), e.Reason)
	case konnect.ProgressEvent:
		p.done, p.total = e.Done, e.Total
	}
	interval := lineInterval
	if p.terminal {
		interval = terminalInterval
	}
	if now := p.now(); now.Sub(p.printed) >= interval {
		p.printed = now
		p.print()
	}
}

func (p *progress) print() {
	line := fmt.Sprintf("%d of %d objects, %d requests%s", p.done, p.total, p.requests, p.wait)
	if p.total == 0 { // nothing is finished while Konnect is being read
		line = fmt.Sprintf("reading, %d requests%s", p.requests, p.wait)
	}
	if p.terminal {
		fmt.Fprintf(p.out, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(p.out, line)
}

// end makes room for what is printed next.
func (p *progress) end() {
	if p.terminal && !p.verbose {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
