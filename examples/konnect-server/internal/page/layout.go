package page

import (
	"cmp"
	"slices"
)

// vertex is an entity in a picture, or a place where a long arrow passes a column.
type vertex struct {
	entity     *entity // nil for a place of an arrow
	column     int     // from the left
	row        float64 // of its middle, in rows from the top
	next, prev []*vertex
}

// edge leads from an entity to one that it refers to, over the columns between them.
type edge struct{ path []*vertex }

// component is a part of the graph that nothing connects with the rest.
type component struct {
	columns [][]*vertex
	edges   []edge
	rows    float64
}

// components lays out the entities with references between them, and returns those without. The
// larger parts come first.
func components(entities []*entity) (parts []component, loose []*entity) {
	within := map[*entity]bool{}
	for _, e := range entities {
		within[e] = true
	}
	seen := map[*entity]bool{}
	for _, e := range entities {
		if seen[e] {
			continue
		}
		part := connected(e, within, seen)
		if len(part) == 1 {
			loose = append(loose, e)
			continue
		}
		parts = append(parts, layout(part, within))
	}
	slices.SortStableFunc(parts, func(a, b component) int { return cmp.Compare(b.rows, a.rows) })
	return parts, loose
}

// connected are all entities that references lead to from this one, forth and back.
func connected(from *entity, within, seen map[*entity]bool) []*entity {
	seen[from] = true
	part := []*entity{from}
	for i := 0; i < len(part); i++ {
		for _, r := range slices.Concat(part[i].Refers, part[i].ReferredBy) {
			if within[r.To] && !seen[r.To] {
				seen[r.To] = true
				part = append(part, r.To)
			}
		}
	}
	return part
}

// layout puts what refers to others to the left of them, as far to the right as that allows.
func layout(part []*entity, within map[*entity]bool) component {
	ranks := ranksOf(part, within)
	last := 0
	for _, rank := range ranks {
		last = max(last, rank)
	}
	vertices := map[*entity]*vertex{}
	out := component{columns: make([][]*vertex, last+1)}
	for _, e := range part {
		v := &vertex{entity: e, column: last - ranks[e]}
		vertices[e] = v
		out.columns[v.column] = append(out.columns[v.column], v)
	}
	for _, e := range part {
		to := map[*entity]bool{}
		for _, r := range e.Refers {
			if within[r.To] && !to[r.To] && vertices[r.To].column > vertices[e].column {
				to[r.To] = true
				out.connect(vertices[e], vertices[r.To])
			}
		}
	}
	out.order()
	return out
}

// ranksOf is the length of the longest way from each entity over its references, without the one
// that closes a circle.
func ranksOf(part []*entity, within map[*entity]bool) map[*entity]int {
	ranks, open := map[*entity]int{}, map[*entity]bool{}
	var visit func(e *entity) int
	visit = func(e *entity) int {
		if rank, done := ranks[e]; done {
			return rank
		}
		open[e] = true
		rank := 0
		for _, r := range e.Refers {
			if within[r.To] && !open[r.To] {
				rank = max(rank, visit(r.To)+1)
			}
		}
		open[e] = false
		ranks[e] = rank
		return rank
	}
	for _, e := range part {
		visit(e)
	}
	return ranks
}

// connect adds an edge with a place in every column that it passes, so that it goes around boxes.
func (c *component) connect(from, to *vertex) {
	path := []*vertex{from}
	for column := from.column + 1; column < to.column; column++ {
		place := &vertex{column: column}
		c.columns[column] = append(c.columns[column], place)
		path = append(path, place)
	}
	path = append(path, to)
	for i, v := range path[1:] {
		path[i].next = append(path[i].next, v)
		v.prev = append(v.prev, path[i])
	}
	c.edges = append(c.edges, edge{path})
}

const (
	sweeps      = 6
	placeHeight = 0.4 // of an arrow that passes, in rows
)

// order moves the vertices of a column near to those that they are connected with, column by
// column from left to right and back, and gives each its row.
func (c *component) order() {
	for _, column := range c.columns {
		spread(column, 0)
	}
	for sweep := range sweeps {
		for i := range c.columns {
			column := c.columns[i]
			neighbours := func(v *vertex) []*vertex { return v.prev }
			if sweep%2 == 0 {
				column = c.columns[len(c.columns)-1-i]
				neighbours = func(v *vertex) []*vertex { return v.next }
			}
			wanted := map[*vertex]float64{}
			for _, v := range column {
				wanted[v] = middle(v, neighbours(v))
			}
			slices.SortStableFunc(column, func(a, b *vertex) int { return cmp.Compare(wanted[a], wanted[b]) })
			spread(column, 0)
		}
	}
	for _, column := range c.columns {
		c.rows = max(c.rows, heightOf(column))
	}
	for _, column := range c.columns {
		spread(column, (c.rows-heightOf(column))/2)
	}
}

func middle(v *vertex, neighbours []*vertex) float64 {
	if len(neighbours) == 0 {
		return v.row
	}
	sum := 0.0
	for _, n := range neighbours {
		sum += n.row
	}
	return sum / float64(len(neighbours))
}

func spread(column []*vertex, from float64) {
	for _, v := range column {
		v.row = from + v.height()/2
		from += v.height()
	}
}

func heightOf(column []*vertex) float64 {
	sum := 0.0
	for _, v := range column {
		sum += v.height()
	}
	return sum
}

func (v *vertex) height() float64 {
	if v.entity == nil {
		return placeHeight
	}
	return 1
}
