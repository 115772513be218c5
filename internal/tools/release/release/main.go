// Command release checks whether a version can be released and prints what that takes.
// With -tag it does it: it puts the version into CHANGELOG.md and into the go.mod files
// of the modules that programs import, commits that, and tags each of them. It never
// pushes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/konnectkit/konnectkit/internal/tools/release/repository"
)

// release is one version of all modules that programs import.
type release struct {
	repository.Repository
	version string // vX.Y.Z
	date    string // of today, as the changelog writes it
	out     io.Writer
}

func main() {
	if err := run(context.Background(), os.Stdout, os.Args[1:], time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, arguments []string, now time.Time) error {
	r := release{out: out, date: now.UTC().Format(time.DateOnly)}
	tag := false
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&r.Root, "root", ".", "")
	flags.BoolVar(&tag, "tag", false, "")
	var rest []string
	for len(arguments) > 0 {
		if err := flags.Parse(arguments); err != nil {
			return fmt.Errorf("usage: .ci/release [--tag] vX.Y.Z: %w", err)
		}
		if arguments = flags.Args(); len(arguments) > 0 {
			rest, arguments = append(rest, arguments[0]), arguments[1:]
		}
	}
	if len(rest) != 1 {
		return errors.New("usage: .ci/release [--tag] vX.Y.Z")
	}
	r.version = rest[0]
	return r.run(ctx, tag)
}

func (r release) run(ctx context.Context, tag bool) error {
	problems, err := r.problems(ctx)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s cannot be released:\n- %s", r.version, strings.Join(problems, "\n- "))
	}
	steps, err := r.steps()
	if err != nil {
		return err
	}
	for _, step := range steps {
		if _, err := fmt.Fprintln(r.out, "-", step.text); err != nil {
			return err
		}
		if !tag {
			continue
		}
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s, after the steps above were done: %w", step.text, err)
		}
	}
	if !tag {
		_, err = fmt.Fprintln(r.out, "Nothing has been done: --tag does it.")
		return err
	}
	_, err = fmt.Fprintf(r.out, "Nothing has been pushed: git push --atomic origin %s %s\n", branch, strings.Join(r.tags(), " "))
	return err
}

func (r release) tags() []string {
	var tags []string
	for _, module := range repository.Published() {
		tags = append(tags, repository.Tag(module, r.version))
	}
	return tags
}
