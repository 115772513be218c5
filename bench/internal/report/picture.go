package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/matrix"
)

// Measures of the picture, in its own units.
const (
	pictureWidth = 880
	margin       = 20
	rowHeight    = 24
	barHeight    = 14
	labelWidth   = 110
	valueWidth   = 60
	panelWidth   = (pictureWidth - 3*margin) / 2
	barWidth     = panelWidth - labelWidth - valueWidth
)

// pictureStyle has the colours for both preferences of whoever looks at the picture.
const pictureStyle = `
text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 }
.panel { font-weight: 600 }
.value { font-variant-numeric: tabular-nums }
.back { fill: #ffffff; stroke: #d1d9e0 }
.bar { fill: #8c959f }
.ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .back { fill: #0d1117; stroke: #3d444d }
  .bar { fill: #9198a1 }
  .ours { fill: #4493f8 }
}
`

// quantity is what a panel of the picture shows of each result.
type quantity struct {
	name  string
	value func(*matrix.Result) float64
	text  func(*matrix.Result) string
}

func quantities() []quantity {
	return []quantity{
		{"HTTP calls", func(r *matrix.Result) float64 { return float64(r.Counts.Calls()) }, func(r *matrix.Result) string { return thousands(r.Counts.Calls()) }},
		{"seconds", func(r *matrix.Result) float64 { return r.Usage.Wall.Seconds() }, func(r *matrix.Result) string { return seconds(r.Usage.Wall) }},
	}
}

// Picture draws the calls and the time of all contestants that create 1 000 services and
// look at them again, at 20 ms and without a rate limit, as SVG. It fails for results without these.
func Picture(w io.Writer, results []matrix.Result) error {
	conditions := konnectserver.Conditions{Latency: quick}
	shown := slices.DeleteFunc(slices.Clone(results), func(r matrix.Result) bool {
		return r.Err != nil || r.Work.Services != pictured || r.Conditions != conditions
	})
	var panels []panel
	for _, scenario := range []contestant.Scenario{contestant.Cold, contestant.NoOp} {
		of := slices.DeleteFunc(slices.Clone(shown), func(r matrix.Result) bool { return r.Scenario != scenario })
		if len(of) == 0 {
			return fmt.Errorf("picture: no results of %s with %d services at %s and no limit", scenario, pictured, quick)
		}
		panels = append(panels, panel{scenario, of})
	}
	rows := max(len(panels[0].results), len(panels[1].results))
	height := 3*margin + len(quantities())*((rows+1)*rowHeight+margin)
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="title">`+"\n", pictureWidth, height)
	heading := title(pictured, conditions)
	fmt.Fprintf(&svg, "<title id=\"title\">%s: calls and seconds</title>\n<style>%s</style>\n", text(heading), pictureStyle)
	fmt.Fprintf(&svg, `<rect class="back" x="0.5" y="0.5" width="%d" height="%d" rx="6"/>`+"\n", pictureWidth-1, height-1)
	fmt.Fprintf(&svg, `<text class="title" x="%d" y="%d">%s</text>`+"\n", margin, 30, text(heading))
	for i, p := range panels {
		p.draw(&svg, margin+i*(panelWidth+margin), 2*margin+rowHeight/2)
	}
	svg.WriteString("</svg>\n")
	_, err := io.WriteString(w, svg.String())
	return err
}

// pictured is the number of services that the picture is about.
const pictured = 1000

// panel shows one scenario.
type panel struct {
	scenario contestant.Scenario
	results  []matrix.Result
}

// caption says what a scenario is to those that do not know its name.
func caption(s contestant.Scenario) string {
	if s == contestant.Cold {
		return "everything is new"
	}
	return "nothing has changed"
}

func (p panel) draw(svg *strings.Builder, x, y int) {
	for _, m := range quantities() {
		y += rowHeight
		fmt.Fprintf(svg, `<text class="panel" x="%d" y="%d">%s: %s</text>`+"\n", x, y, text(caption(p.scenario)), m.name)
		longest := 0.0
		for i := range p.results {
			longest = max(longest, m.value(&p.results[i]))
		}
		for i := range p.results {
			r := &p.results[i]
			y += rowHeight
			class := "bar"
			if r.Contestant == ours {
				class = "bar ours"
			}
			width := max(1, m.value(r)/max(longest, 1e-9)*barWidth)
			fmt.Fprintf(svg, `<text x="%d" y="%d">%s</text>`, x, y, text(r.Contestant))
			fmt.Fprintf(svg, `<rect class="%s" x="%d" y="%d" width="%s" height="%d" rx="2"/>`,
				class, x+labelWidth, y-barHeight+2, strconv.FormatFloat(width, 'f', 1, 64), barHeight)
			fmt.Fprintf(svg, `<text class="value" x="%s" y="%d">%s</text>`+"\n",
				strconv.FormatFloat(float64(x+labelWidth)+width+6, 'f', 1, 64), y, m.text(r))
		}
		y += margin
	}
}

// text escapes what stands between tags.
func text(s string) string {
	var out strings.Builder
	if err := xml.EscapeText(&out, []byte(s)); err != nil { // a builder takes everything
		return ""
	}
	return out.String()
}
