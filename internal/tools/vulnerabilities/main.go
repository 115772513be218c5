// Command vulnerabilities runs govulncheck over the modules whose folders are its
// arguments, and fails when they call vulnerable code. Where the database cannot be
// reached, it says so and succeeds, unless -required is given.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/vuln/scan"
)

// official is the Go project's database.
const official = "https://vuln.go.dev"

// probeTimeout keeps a network that drops packages from holding up the gate.
const probeTimeout = 10 * time.Second

type check struct {
	database string
	required bool
	modules  []string
	timeout  time.Duration
}

func main() {
	c := check{timeout: probeTimeout}
	flag.StringVar(&c.database, "db", official, "URL of the vulnerability database")
	flag.BoolVar(&c.required, "required", false, "fail where the database cannot be reached")
	flag.Parse()
	c.modules = flag.Args()
	if err := c.run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "vulnerabilities:", err)
		os.Exit(1)
	}
}

func (c check) run(ctx context.Context, out io.Writer) error {
	if err := probe(ctx, c.database, c.timeout); err != nil {
		if c.required {
			return fmt.Errorf("reach vulnerability database: %w", err)
		}
		_, err = fmt.Fprintf(out, "skipped: the vulnerability database cannot be reached: %v\n", err)
		return err
	}
	var failed []error
	for _, module := range c.modules {
		if _, err := fmt.Fprintln(out, module); err != nil {
			return err
		}
		if err := c.scan(ctx, out, module); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", module, err))
		}
	}
	return errors.Join(failed...)
}

// scan fails on findings and on whatever keeps govulncheck from finding any.
func (c check) scan(ctx context.Context, out io.Writer, module string) error {
	command := scan.Command(ctx, "-C", module, "-db", c.database, "./...")
	command.Stdout, command.Stderr = out, out
	if err := command.Start(); err != nil {
		return err
	}
	return command.Wait()
}

// probe reports why a database cannot be read, nil if it can be. It reads what
// govulncheck reads first, with the proxy settings that govulncheck uses.
func probe(ctx context.Context, database string, timeout time.Duration) error {
	if location, err := url.Parse(database); err != nil || location.Scheme == "file" {
		return err // A folder needs no network: govulncheck says what is wrong with it.
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	address := strings.TrimRight(database, "/") + "/index/modules.json.gz"
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, address, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("HEAD %s: %s", address, response.Status)
	}
	return nil
}
