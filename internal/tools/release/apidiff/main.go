// Command apidiff compares the API of the modules that programs import with their last
// releases. Its argument is the root of the repository; it fails on incompatible
// changes that the changelog does not announce.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/konnectkit/konnectkit/internal/tools/release/api"
	"github.com/konnectkit/konnectkit/internal/tools/release/repository"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: apidiff <root of the repository>")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Stdout, repository.Repository{Root: os.Args[1]}); err != nil {
		fmt.Fprintln(os.Stderr, "apidiff:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, r repository.Repository) error {
	var problems []string
	for _, module := range repository.Published() {
		found, err := api.Compare(ctx, out, r, module, "")
		if err != nil {
			return err
		}
		problems = append(problems, found...)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d changes break programs:\n%s", len(problems), strings.Join(problems, "\n"))
	}
	return nil
}
