package page

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// drawn are entities of one collection with references from the first to the second of each pair.
func drawn(n int, references ...[2]int) []*entity {
	entities := make([]*entity, n)
	for i := range entities {
		entities[i] = &entity{Collection: "things", Values: konnecttest.Entity{"name": string(rune('a' + i))}}
	}
	for _, r := range references {
		entities[r[0]].refer("field", entities[r[1]])
	}
	return entities
}

func TestColumns(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason   string
		entities []*entity
		columns  [][]string
		loose    int
	}{
		{"what refers is to the left", drawn(3, [2]int{1, 0}, [2]int{2, 1}), [][]string{{"c"}, {"b"}, {"a"}}, 0},
		{"as far to the right as it can be", drawn(4, [2]int{1, 0}, [2]int{2, 1}, [2]int{3, 0}), [][]string{{"c"}, {"b", "d"}, {"a"}}, 0},
		{"a long arrow has a place where it passes", drawn(3, [2]int{0, 1}, [2]int{1, 2}, [2]int{0, 2}), [][]string{{"a"}, {"b", ""}, {"c"}}, 0},
		{"a circle ends", drawn(2, [2]int{0, 1}, [2]int{1, 0}), [][]string{{"a"}, {"b"}}, 0},
		{"what nothing refers to is left out", drawn(3, [2]int{0, 1}), [][]string{{"a"}, {"b"}}, 1},
		{"arrows do not cross without need", drawn(4, [2]int{0, 3}, [2]int{1, 2}, [2]int{0, 2}), [][]string{{"a", "b"}, {"d", "c"}}, 0},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			parts, loose := components(c.entities)
			require.Len(t, parts, 1)
			var columns [][]string
			for _, column := range parts[0].columns {
				var names []string
				for _, v := range column {
					name := ""
					if v.entity != nil {
						name = v.entity.Title()
					}
					names = append(names, name)
				}
				columns = append(columns, names)
			}
			assert.Equal(t, c.columns, columns)
			assert.Len(t, loose, c.loose)
		})
	}
}

func TestPicture(t *testing.T) {
	t.Parallel()
	entities := drawn(5, [2]int{0, 1}, [2]int{2, 1}, [2]int{3, 4})
	p := draw(entities, entities[2])
	assert.Len(t, p.Boxes, 5)
	assert.Len(t, p.Arrows, 3)
	for _, b := range p.Boxes {
		assert.GreaterOrEqual(t, b.X, 0)
		assert.GreaterOrEqual(t, b.Y, 0)
		assert.LessOrEqual(t, b.X+boxWidth, p.Width)
		assert.LessOrEqual(t, b.Y+boxHeight, p.Height)
		assert.Equal(t, b.Entity == entities[2], b.Focused)
	}
	assert.Equal(t, mostBoxes+1, draw(drawn(mostBoxes+1), nil).TooMany)
	assert.Zero(t, draw(nil, nil))
}

// A route's picture has its service, the upstream with its targets, and plugins; not the other routes.
func TestAround(t *testing.T) {
	t.Parallel()
	const route, other, service, upstream, target, plugin, far = 0, 1, 2, 3, 4, 5, 6
	entities := drawn(7, [2]int{route, service}, [2]int{other, service}, [2]int{service, upstream}, [2]int{target, upstream}, [2]int{plugin, route}, [2]int{far, other})
	for _, i := range []int{route, other} {
		entities[i].Collection = "routes"
	}
	assert.ElementsMatch(t, []*entity{entities[route], entities[service], entities[upstream], entities[target], entities[plugin]}, around(entities[route]))
	assert.ElementsMatch(t, entities, around(entities[upstream]))
}
