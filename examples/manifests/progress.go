package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/konnectkit/konnectkit/konnect"
)

const (
	terminalInterval = 100 * time.Millisecond
	lineInterval     = 5 * time.Second
)

// progress says that long work goes on, or that nothing answers: on a terminal as a line
// that is rewritten, elsewhere as a line now and then.
type progress struct {
	lock     sync.Mutex
	out      io.Writer
	verbose  bool
	terminal bool
	ended    bool
	now      func() time.Time
	// printed and heard are the times of the last line and of the last event.
	printed, heard time.Time

	requests, done, total int
	// wait and trouble are what keeps it from going on.
	wait, trouble string
}

func newProgress(out io.Writer, verbose bool, now func() time.Time) *progress {
	return &progress{out: out, verbose: verbose, terminal: isTerminal(out), now: now, printed: now(), heard: now()}
}

// watch looks now and then whether there is any answer; stop ends that.
func (p *progress) watch() (stop func()) {
	ticker, done := time.NewTicker(lineInterval), make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				p.silence()
			case <-done:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
	}
}

// silence says so when nothing has happened for long.
func (p *progress) silence() {
	p.lock.Lock()
	defer p.lock.Unlock()
	silent := p.now().Sub(p.heard)
	if p.ended || silent < lineInterval {
		return
	}
	p.wait = ""
	p.trouble = fmt.Sprintf(", no answer for %s", silent.Round(time.Second))
	p.print()
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
	p.lock.Lock()
	defer p.lock.Unlock()
	p.heard = p.now()
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
		p.trouble = troubleOf(e)
	case konnect.WaitEvent:
		p.heard = p.heard.Add(e.Duration) // no answer is expected before
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

// troubleOf says what is wrong with the answer to a request; empty when nothing is.
func troubleOf(e konnect.RequestEvent) string {
	switch {
	case e.Err != nil:
		return ", no answer: " + strings.Join(strings.Fields(e.Err.Error()), " ")
	case e.Status == http.StatusTooManyRequests, e.Status >= http.StatusInternalServerError:
		return fmt.Sprintf(", last answer %d %s", e.Status, strings.ToLower(http.StatusText(e.Status)))
	}
	return ""
}

func (p *progress) print() {
	line := fmt.Sprintf("%d of %d objects, %d requests", p.done, p.total, p.requests)
	if p.total == 0 { // nothing is finished while Konnect is being read
		line = fmt.Sprintf("reading, %d requests", p.requests)
	}
	line += p.trouble + p.wait
	if p.terminal {
		fmt.Fprintf(p.out, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(p.out, line)
}

// end makes room for what is printed next.
func (p *progress) end() {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.ended = true
	if p.terminal && !p.verbose {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
