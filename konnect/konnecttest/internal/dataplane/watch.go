package dataplane

import (
	"context"
	"errors"
	"io"
	"net/http/httptrace"
	"sync"
	"time"
)

var errReadTimeout = errors.New("the target takes longer than read_timeout")

// watch ends a request to a target that says nothing for too long: once all has been sent,
// and between two reads.
type watch struct {
	cancel context.CancelCauseFunc
	limit  time.Duration

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

// newWatch returns the context that the request has to have, too.
func newWatch(ctx context.Context, limit time.Duration) (context.Context, *watch) {
	w := &watch{limit: limit}
	ctx, w.cancel = context.WithCancelCause(ctx)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { w.wait() },
	}), w
}

// wait starts the clock.
func (w *watch) wait() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped:
	case w.timer == nil:
		w.timer = time.AfterFunc(w.limit, func() { w.cancel(errReadTimeout) })
	default:
		w.timer.Reset(w.limit)
	}
}

// rest stops the clock until the next wait.
func (w *watch) rest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

func (w *watch) stop() {
	w.mu.Lock()
	w.stopped = true
	if w.timer != nil {
		w.timer.Stop()
	}
	w.mu.Unlock()
	w.cancel(context.Canceled)
}

// body watches the reads of an answer, and calls done at its end. A connection that has
// changed its protocol stays one that can be written to.
func (w *watch) body(body io.ReadCloser, done func()) io.ReadCloser {
	w.rest()
	watched := &watchedBody{ReadCloser: body, watch: w, done: done}
	if writer, ok := body.(io.Writer); ok {
		return &watchedTunnel{watchedBody: watched, Writer: writer}
	}
	return watched
}

type watchedBody struct {
	io.ReadCloser
	watch *watch
	done  func()
	once  sync.Once
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.watch.wait()
	defer b.watch.rest()
	return b.ReadCloser.Read(p)
}

func (b *watchedBody) Close() error {
	defer b.once.Do(b.done)
	return b.ReadCloser.Close()
}

type watchedTunnel struct {
	*watchedBody
	io.Writer
}
