// Manifests provisions the objects of YAML and JSON files in Konnect. It is meant for
// scripts: see usage for its exit codes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// Exit codes; usage describes them.
const (
	exitDone    = 0
	exitFailed  = 1
	exitChanges = 2
	exitUsage   = 64
)

// streams are the standard ones.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// fail prints err, which may have several lines, and returns code.
func (s streams) fail(code int, err error) int {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(s.err, "manifests:", line)
	}
	return code
}

// tell prints what translations warn of, and what was left out: a line, or each thing.
func (s streams) tell(left *leftOut, all bool) {
	for _, warning := range left.warnings {
		fmt.Fprintln(s.err, "manifests: warning:", warning)
	}
	if all {
		for _, line := range left.lines {
			fmt.Fprintln(s.err, "manifests: left out", line)
		}
		return
	}
	if line := left.String(); line != "" {
		fmt.Fprintln(s.err, "manifests:", line)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, s streams) int {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(s.out, usage)
		return exitDone
	case err != nil:
		return s.fail(exitUsage, fmt.Errorf("%w (see --help)", err))
	}
	objects, left, err := read(o, s.in)
	s.tell(left, o.verbose)
	if err != nil {
		return s.fail(exitFailed, err)
	}
	switch {
	case o.translate:
		return printTranslated(objects, s)
	case o.mermaid:
		return draw(ctx, objects, s)
	case o.explain != nil:
		return explain(ctx, o, objects, s)
	}
	return provision(ctx, o, objects, getenv, s)
}
