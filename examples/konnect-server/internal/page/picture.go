package page

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Sizes of a picture, in CSS pixels.
const (
	boxWidth, boxHeight     = 216, 40
	columnStep, rowStep     = boxWidth + 84, boxHeight + 14
	margin, partGap         = 8, 22
	titleColumns, mostBoxes = 24, 200
)

// picture is a graph of references as a vector graphic.
type picture struct {
	Width, Height int
	Boxes         []box
	Arrows        []string  // each the data of an SVG path
	Loose         []*entity // without references; not drawn
	TooMany       int       // number of entities, where they are too many to be drawn
}

type box struct {
	X, Y    int
	Entity  *entity
	Title   string // cut to the box
	Focused bool
}

// Text positions in the box.
func (b box) TextX() int  { return b.X + 10 }
func (b box) KindY() int  { return b.Y + 15 }
func (b box) TitleY() int { return b.Y + 31 }

// Size of all boxes.
func (picture) BoxWidth() int  { return boxWidth }
func (picture) BoxHeight() int { return boxHeight }

// draw makes the picture of these entities. One of them may be in focus.
func draw(entities []*entity, focus *entity) picture {
	if len(entities) > mostBoxes {
		return picture{TooMany: len(entities)}
	}
	parts, loose := components(entities)
	out := picture{Loose: loose}
	top := float64(margin)
	for _, part := range parts {
		out.add(part, top, focus)
		top += part.rows*rowStep + partGap
		out.Width = max(out.Width, (len(part.columns)-1)*columnStep+boxWidth+2*margin)
	}
	if len(parts) > 0 {
		out.Height = int(math.Ceil(top)) - partGap
	}
	return out
}

func (p *picture) add(part component, top float64, focus *entity) {
	for _, column := range part.columns {
		for _, v := range column {
			if v.entity != nil {
				p.Boxes = append(p.Boxes, box{
					X: v.left(), Y: int(v.y(top)) - boxHeight/2, Entity: v.entity,
					Title: short(v.entity.Title(), titleColumns), Focused: v.entity == focus,
				})
			}
		}
	}
	for _, e := range part.edges {
		p.Arrows = append(p.Arrows, e.curve(top))
	}
}

func (v *vertex) left() int { return margin + v.column*columnStep }

func (v *vertex) y(top float64) float64 { return top + v.row*rowStep }

// curve goes from the right side of a box to the left side of another, and level through each
// place between them.
func (e edge) curve(top float64) string {
	const head = 7 // of the arrow, which is drawn beyond the end
	var out strings.Builder
	x, y := e.path[0].left()+boxWidth, e.path[0].y(top)
	fmt.Fprintf(&out, "M%d %.1f", x, y)
	for i, v := range e.path[1:] {
		toX, toY := v.left(), v.y(top)
		if i == len(e.path)-2 {
			toX -= head
		}
		half := (toX - x) / 2
		fmt.Fprintf(&out, "C%d %.1f %d %.1f %d %.1f", x+half, y, toX-half, toY, toX, toY)
		x, y = toX, toY
		if v.entity == nil {
			x += boxWidth
			fmt.Fprintf(&out, "H%d", x)
		}
	}
	return out.String()
}

// around are an entity, all that it refers to, all that refers to it, and what else refers to the
// former, such as the plugins of a route's service, but for entities like itself.
func around(e *entity) []*entity {
	down := follow(e, func(e *entity) []reference { return e.Refers })
	out := slices.Concat(down, follow(e, func(e *entity) []reference { return e.ReferredBy }))
	for _, below := range down[1:] {
		for _, r := range below.ReferredBy {
			if r.To.Collection != e.Collection {
				out = append(out, r.To)
			}
		}
	}
	var once []*entity
	for _, e := range out {
		if !slices.Contains(once, e) {
			once = append(once, e)
		}
	}
	return once
}

// follow starts with the entity itself.
func follow(from *entity, references func(*entity) []reference) []*entity {
	out := []*entity{from}
	for i := 0; i < len(out); i++ {
		for _, r := range references(out[i]) {
			if !slices.Contains(out, r.To) {
				out = append(out, r.To)
			}
		}
	}
	return out
}
