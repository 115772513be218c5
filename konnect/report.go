package konnect

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/konnectkit/konnectkit/internal/printable"
)

// Report tells what a call did, one Change per object in dependency order
// (reverse for Delete), pruned entities last.
type Report struct {
	// Changes in the order in which they depend on each other.
	Changes []Change `json:"changes"`
	// Warnings are what is legal and probably not meant, by object.
	Warnings []Warning `json:"warnings,omitempty"`
	// Reads and Writes count the calls to Konnect, repeated attempts aside.
	Reads  int `json:"reads"`
	Writes int `json:"writes"`
}

// String returns a table with one line per object, the errors and a summary.
func (r *Report) String() string {
	if r == nil {
		return ""
	}
	var text strings.Builder
	writeTable(&text, r.Changes)
	text.WriteString(warningLines(r.Warnings))
	fmt.Fprintf(&text, "\n%s; %s, %s\n", summary(r.Changes), count(r.Reads, "read"), count(r.Writes, "write"))
	return text.String()
}

func writeTable(text *strings.Builder, changes []Change) {
	table := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "ACTION\tKIND\tOBJECT\tNAME\tKONNECT ID\tPROGRAMMED")
	for _, c := range changes {
		cells := []string{
			string(c.Action), c.Key.Kind, c.Key.Namespace + "/" + c.Key.Name, orDash(c.Name), orDash(c.KonnectID), strconv.FormatBool(c.Programmed),
		}
		for i, cell := range cells {
			cells[i] = printable.Line(cell)
		}
		_, _ = fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	_ = table.Flush()
	var notes []string
	for _, c := range changes {
		if c.Err != nil {
			notes = append(notes, fmt.Sprintf("%s: %v", c.Action, printable.Error(c.Err)))
		}
		if c.Action == ActionObserved {
			for _, f := range c.Fields {
				notes = append(notes, fmt.Sprintf("drift: %s: %s", c.Key, f))
			}
		}
		for _, f := range c.Deviations {
			notes = append(notes, fmt.Sprintf("note: %s: konnect holds something else than it was sent: %s", c.Key, f))
		}
	}
	if len(notes) > 0 {
		text.WriteString("\n" + strings.Join(notes, "\n") + "\n")
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// summary counts the changes by action: "1 created, 2 unchanged".
func summary(changes []Change) string {
	order := []Action{
		ActionCreated, ActionUpdated, ActionAdopted, ActionDeleted, ActionReleased, ActionUnchanged, ActionObserved, ActionRetained, ActionSkipped, ActionFailed,
	}
	counts := map[Action]int{}
	for _, c := range changes {
		counts[c.Action]++
	}
	var parts []string
	for _, action := range order {
		if counts[action] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[action], action))
		}
	}
	if len(parts) == 0 {
		return "nothing to do"
	}
	return strings.Join(parts, ", ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
