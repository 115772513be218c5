// Package report shows results as text or Markdown and keeps the generated part of a
// document up to date.
package report

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/matrix"
)

// none stands for what there is no figure for.
const none = "–"

// table is a heading and rows of equal length, the first of which names the columns.
type table struct {
	title string
	rows  [][]string
	notes []string
}

func methods() []string {
	return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
}

// tables has one for each amount of work and set of conditions, in the order of the results,
// and one of the targets where something can be said about them.
func tables(results []matrix.Result) []*table {
	var out []*table
	byTitle := map[string]*table{}
	for i := range results {
		r := &results[i]
		name := title(r.Work.Services, r.Conditions)
		t := byTitle[name]
		if t == nil {
			t = &table{title: name, rows: [][]string{header(r.Conditions)}}
			byTitle[name] = t
			out = append(out, t)
		}
		t.add(r)
	}
	if t := targets(results); len(t.rows) > 1 {
		out = append(out, t)
	}
	return out
}

func title(n int, c konnectserver.Conditions) string {
	text := fmt.Sprintf("%s services with a route each, latency %s", thousands(n), milliseconds(c.Latency))
	switch {
	case c.Limit > 0 && c.Headers:
		text += fmt.Sprintf(", %d requests/s announced by headers", c.Limit)
	case c.Limit > 0:
		text += fmt.Sprintf(", %d requests/s not announced", c.Limit)
	}
	return text
}

func header(c konnectserver.Conditions) []string {
	columns := append([]string{"contestant", "scenario", "calls"}, methods()...)
	columns = append(columns, "429", "wall s", "CPU s", "peak MB", "server CPU s")
	if c.Limit > 0 {
		columns = append(columns, "429 %", "budget used %")
	}
	return columns
}

func (t *table) add(r *matrix.Result) {
	row := []string{r.Contestant, cmp.Or(string(r.Scenario), none)}
	base, _, _ := strings.Cut(r.Contestant, "/")
	switch note := contestant.Note(r.Contestant, r.Scenario); {
	case r.Err != nil:
		row = append(row, "not run")
		t.note(fmt.Sprintf("%s: not run: %v.", r.Contestant, r.Err))
	case note != "":
		row[1] += "*"
		t.note(fmt.Sprintf("*%s: %s.", base, note))
	}
	if r.Err == nil {
		row = append(row, figures(r)...)
	}
	for len(row) < len(t.rows[0]) {
		row = append(row, none)
	}
	t.rows = append(t.rows, row)
}

func (t *table) note(text string) {
	if !slices.Contains(t.notes, text) {
		t.notes = append(t.notes, text)
	}
}

func figures(r *matrix.Result) []string {
	out := []string{strconv.Itoa(r.Counts.Calls())}
	for _, method := range methods() {
		out = append(out, strconv.Itoa(r.Counts.Methods[method]))
	}
	out = append(out, strconv.Itoa(r.Counts.Refused), seconds(r.Usage.Wall), seconds(r.Usage.CPU),
		strconv.FormatFloat(megabytes(r), 'f', 0, 64), seconds(r.Counts.CPU))
	if r.Conditions.Limit > 0 {
		out = append(out, percent(refusedShare(r)), percent(budgetShare(r)))
	}
	return out
}

func megabytes(r *matrix.Result) float64 { return float64(r.Usage.PeakMemory) / 1e6 }

// refusedShare is the part of the answers that are 429.
func refusedShare(r *matrix.Result) float64 {
	return float64(r.Counts.Refused) / float64(max(r.Counts.Calls(), 1))
}

// budgetShare is the part of what the limit let through in the seconds of the clock from the
// first request to the last. The first and the last second count in full.
func budgetShare(r *matrix.Result) float64 {
	return float64(r.Counts.Calls()-r.Counts.Refused) / float64(max(r.Conditions.Limit*r.Counts.Windows, 1))
}

// Text writes aligned columns.
func Text(w io.Writer, results []matrix.Result) error {
	for _, t := range tables(results) {
		if _, err := fmt.Fprintf(w, "\n%s\n\n", t.title); err != nil {
			return err
		}
		columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, row := range t.rows {
			if _, err := fmt.Fprintln(columns, strings.Join(row, "\t")); err != nil {
				return err
			}
		}
		if err := columns.Flush(); err != nil {
			return err
		}
		for _, note := range t.notes {
			if _, err := fmt.Fprintln(w, note); err != nil {
				return err
			}
		}
	}
	return nil
}

// Markdown writes tables under headings of the third level.
func Markdown(w io.Writer, results []matrix.Result) error {
	for _, t := range tables(results) {
		if _, err := fmt.Fprintf(w, "### %s\n\n%s\n", t.title, t.markdown()); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) markdown() string {
	var out strings.Builder
	for i, row := range t.rows {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = escaped(cell)
		}
		fmt.Fprintf(&out, "| %s |\n", strings.Join(cells, " | "))
		if i == 0 {
			fmt.Fprintf(&out, "|%s\n", strings.Repeat("---|", len(row)))
		}
	}
	for _, note := range t.notes {
		fmt.Fprintf(&out, "\n%s\n", escaped(note))
	}
	return out.String()
}

func escaped(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "\n", " ").Replace(text)
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) }

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) }

func milliseconds(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }

// thousands groups digits, as in 10 000.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits
}
