// Command crddiff compares the CRDs that are generated from this module's types with
// the official ones of the Kong operator, and fails when they differ in effect.
//
// Compared are names, scope, versions, columns, subresources, labels, annotations and,
// field by field, the whole schema, descriptions aside. Two rules are the same when they
// accept the same objects: where their texts differ, that is proved by going through all
// situations that the fields they look at can be in.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

// officialFolder is where the official definitions are by default.
const officialFolder = "../../../shared/reference/crds"

func main() {
	folder := flag.String("official", officialFolder, "`folder` with the official definitions")
	showRules := flag.Bool("rules", false, "list the rules whose texts differ but whose effect does not")
	flag.Parse()
	same, err := run(os.Stdout, *folder, *showRules)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || !same {
		os.Exit(1)
	}
}

// run reports to w and tells whether all that differs is justified.
func run(w io.Writer, folder string, showRules bool) (bool, error) {
	official, err := readFolder(folder)
	if err != nil {
		return false, err
	}
	ours, err := readDocuments(manifest.CRDs())
	if err != nil {
		return false, err
	}
	c := compare(ours, official)
	open, stale := judge(c.Differences, justified())
	return len(open)+len(stale) == 0, c.write(w, open, stale, showRules)
}

// write reports a comparison.
func (c *comparison) write(w io.Writer, open []difference, stale []string, showRules bool) error {
	var report strings.Builder
	if showRules {
		for _, n := range c.Notes {
			fmt.Fprintln(&report, n)
		}
	}
	for _, d := range open {
		fmt.Fprintln(&report, "DIFFERS", d)
	}
	for _, path := range stale {
		fmt.Fprintln(&report, "JUSTIFIED, BUT THE SAME:", path)
	}
	fmt.Fprintf(&report, "%d definitions with %d versions and %d fields compared.\n", c.Definitions, c.Versions, c.Fields)
	fmt.Fprintf(&report, "%d rules: %d have the official text, %d another one and the same effect; %d official ones have no effect.\n",
		c.Rules, c.Rules-c.reworded(), c.reworded(), len(c.Notes)-c.reworded())
	fmt.Fprintf(&report, "%d differences, of which %d are justified.\n", len(c.Differences), len(c.Differences)-len(open))
	_, err := io.WriteString(w, report.String())
	return err
}

// reworded counts the rules of ours that are proved equal to an official one.
func (c *comparison) reworded() int {
	count := 0
	for _, n := range c.Notes {
		if n.Ours != "" {
			count++
		}
	}
	return count
}
