// Konnect-server runs an in-memory Konnect on a loopback port, for programs that are to
// be tried without a Konnect account, and shows what it holds on a page. What it holds is
// gone when it ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/konnectkit/konnectkit/examples/konnect-server/internal/page"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const usage = `Usage: konnect-server [flags]

Runs an empty in-memory Konnect until Ctrl-C. Standard output is for a shell: it sets
the variables by which the other examples find the server. In a browser the same address
shows what the server holds, the latest requests, and which route takes a request.

  --addr HOST:PORT    loopback address to listen on, port 0 for a free one
                      (default 127.0.0.1:8080)
  --latency DURATION  delay of each answer, such as 50ms (default none)
  --rate-limit N      requests a second for each token; what is more is answered 429
                      (default 0, no limit)
  --deck              serve what decK reads beyond the published API as well
  --log               print a line for each request to standard error
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("konnect-server", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {} // help goes to standard output, and a mistake is one line
	addr := flags.String("addr", "127.0.0.1:8080", "")
	latency := flags.Duration("latency", 0, "")
	rateLimit := flags.Int("rate-limit", 0, "")
	deck := flags.Bool("deck", false, "")
	logRequests := flags.Bool("log", false, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		return 64
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "konnect-server: unexpected argument %q\n", flags.Arg(0))
		return 64
	}

	opts := []konnecttest.Option{
		konnecttest.WithLatency(*latency),
		konnecttest.WithRateLimit(*rateLimit, true),
		konnecttest.WithRequestLogLimit(page.RequestLogLimit), // it may run for long
	}
	if *deck {
		opts = append(opts, konnecttest.WithDeckReads())
	}
	konnect := konnecttest.NewServer(opts...)
	handler := page.Guard(pageAndAPI(konnect))
	if *logRequests {
		handler = logged(handler, slog.New(slog.NewTextHandler(stderr, nil)))
	}
	started := func(url string) {
		fmt.Fprintf(stdout, "# in a browser: %s/\nexport KONNECT_SERVER_URL=%[1]s\nexport KONNECT_TOKEN=%s\n", url, konnect.Token)
	}
	if err := serve(ctx, *addr, handler, started); err != nil {
		fmt.Fprintln(stderr, "konnect-server:", err)
		return 1
	}
	return 0
}

// pageAndAPI serves the page at its own paths, and the API at all others.
func pageAndAPI(konnect *konnecttest.Server) http.Handler {
	pages := page.New(konnect)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, page.Base) {
			pages.ServeHTTP(w, r)
			return
		}
		konnect.ServeHTTP(w, r)
	})
}

// serve answers requests until ctx ends.
func serve(ctx context.Context, addr string, handler http.Handler, started func(url string)) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	if at, ok := listener.Addr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() {
		return errors.Join(fmt.Errorf("%s is not a loopback address; the token is no secret", addr), listener.Close())
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	started("http://" + listener.Addr().String())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	// Requests under way get their answers, unless they take too long.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return server.Close()
	}
	return nil
}

// logged writes a record for each answer.
func logged(next http.Handler, logger *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, answer := time.Now(), &answer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		logger.InfoContext(r.Context(), "request", "method", r.Method, "path", r.URL.RequestURI(),
			"status", answer.status, "duration", time.Since(start).Round(time.Microsecond))
	})
}

// answer remembers the status of an answer.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}
