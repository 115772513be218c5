// Package konnectserver runs the in-memory Konnect in a process of its own, so that its
// memory and CPU time are not those of a contestant. The driver talks to it over the
// process's standard input and output.
package konnectserver

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/rpc"
	"net/rpc/jsonrpc"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/konnectkit/konnectkit/bench/internal/measure"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const serviceName = "Konnect"

// Conditions are those under which a server answers.
type Conditions struct {
	Latency time.Duration
	// Limit is in requests a second, in fixed windows of a second; 0 means none.
	Limit int
	// Headers says whether answers announce the limit.
	Headers bool
}

// Address is where a contestant finds the server.
type Address struct{ URL, Token string }

// Counts are what the server saw since they were reset. They are exact.
type Counts struct {
	Methods map[string]int
	// Refused are the answers 429.
	Refused int
	// Windows are the seconds of the clock from the first request to the last.
	Windows int
	// CPU is what the server's process used itself.
	CPU time.Duration
}

// Calls is the number of all requests.
func (c Counts) Calls() int {
	n := 0
	for _, count := range c.Methods {
		n += count
	}
	return n
}

// Reads are the GET requests, Writes all others.
func (c Counts) Reads() int { return c.Methods[http.MethodGet] }

// Writes are the requests that may change something.
func (c Counts) Writes() int { return c.Calls() - c.Reads() }

// Serve is the whole of the server's process. It ends when its input does.
func Serve(in io.Reader, out io.Writer) error {
	debug.SetGCPercent(400) // the cores are for the contestants
	server := konnecttest.NewServer(
		konnecttest.WithDeckReads(), konnecttest.WithRequestLogLimit(0),
		konnecttest.WithEntityLimit("services", 0), konnecttest.WithEntityLimit("routes", 0),
	)
	h := &host{server: server}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	web := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = web.Serve(listener) }() // ends when it is closed below
	h.address = Address{URL: "http://" + listener.Addr().String(), Token: server.Token}

	methods := rpc.NewServer()
	if err := methods.RegisterName(serviceName, (*Methods)(h)); err != nil {
		return fmt.Errorf("offer the server's methods: %w", err)
	}
	methods.ServeCodec(jsonrpc.NewServerCodec(stdio{in, out}))
	return web.Close()
}

type host struct {
	server  *konnecttest.Server
	address Address

	lock        sync.Mutex
	first, last time.Time
	cpu         time.Duration // at the last reset
}

// ServeHTTP notes when requests come and hands them on.
func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	h.lock.Lock()
	if h.first.IsZero() {
		h.first = now
	}
	h.last = now
	h.lock.Unlock()
	h.server.ServeHTTP(w, r)
}

// Methods are what the driver may ask of the server's process.
type Methods host

// Nothing is sent where there is nothing to say.
type Nothing struct{}

// Address tells where contestants find the server.
func (m *Methods) Address(_ Nothing, out *Address) error {
	*out = m.address
	return nil
}

// Begin sets the conditions and every count to zero.
func (m *Methods) Begin(conditions Conditions, _ *Nothing) error {
	m.server.SetLatency(conditions.Latency)
	m.server.SetRateLimit(conditions.Limit, conditions.Headers)
	m.server.ResetLog()
	m.lock.Lock()
	defer m.lock.Unlock()
	m.first, m.last, m.cpu = time.Time{}, time.Time{}, measure.OwnCPU()
	return nil
}

// Counts tells what happened since Begin.
func (m *Methods) Counts(_ Nothing, out *Counts) error {
	out.Methods = map[string]int{}
	for operation, n := range m.server.Operations() {
		method, _, _ := strings.Cut(operation, " ")
		out.Methods[method] += n
	}
	out.Refused = m.server.CountStatus(http.StatusTooManyRequests)
	m.lock.Lock()
	defer m.lock.Unlock()
	out.CPU = measure.OwnCPU() - m.cpu
	if !m.first.IsZero() {
		out.Windows = int(m.last.Unix()-m.first.Unix()) + 1
	}
	return nil
}

type stdio struct {
	io.Reader
	io.Writer
}

// Close does nothing: the process ends with its input.
func (stdio) Close() error { return nil }
