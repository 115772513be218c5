// Command kindcost counts what each kind costs: the lines that are written by hand for
// it, tests and prose left out. Its argument is the root of the repository, by default
// the working directory.
//
// Which files those are is read from CONTRIBUTING.md, so that its list of what a kind
// touches is complete. Of a file that is the kind's own all lines count; of one that
// kinds share, those that name the kind and the functions that are named after it.
package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/samples"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := run(root, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "kindcost:", err)
		os.Exit(1)
	}
}

// run writes a line for each kind, the cheapest first, and the files of each.
func run(root string, out io.Writer) error {
	list, err := readList(root)
	if err != nil {
		return err
	}
	names, err := samples.Kinds()
	if err != nil {
		return err
	}
	var costs []cost
	for _, name := range names {
		c, err := list.cost(root, newKind(name).among(names))
		if err != nil {
			return err
		}
		costs = append(costs, c)
	}
	slices.SortFunc(costs, func(a, b cost) int { return cmp.Compare(a.total(), b.total()) })
	_, err = io.WriteString(out, text(costs))
	return err
}

func text(costs []cost) string {
	var sums, files strings.Builder
	for _, c := range costs {
		fmt.Fprintf(&sums, "%-28s %5d\n", c.kind, c.total())
		fmt.Fprintf(&files, "\n%s\n", c.kind)
		for _, f := range c.files {
			fmt.Fprintf(&files, "%6d %s\n", f.lines, f.path)
		}
	}
	return sums.String() + files.String()
}
