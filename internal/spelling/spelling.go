// Package spelling finds the known word that a misspelled one was meant to be.
package spelling

// Nearest returns the known word with the least distance to word, the first of
// equals; empty where nothing is known.
func Nearest(word string, known []string) string {
	nearest, least := "", -1
	for _, candidate := range known {
		if distance := Distance(word, candidate); least < 0 || distance < least {
			nearest, least = candidate, distance
		}
	}
	return nearest
}

// Distance counts the characters to insert, delete, replace or swap with their
// neighbour that make a into b.
func Distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	var beforeLast, last []int
	for i := range len(from) + 1 {
		row := make([]int, len(to)+1)
		for j := range row {
			switch {
			case i == 0 || j == 0:
				row[j] = i + j
				continue
			case from[i-1] == to[j-1]:
				row[j] = last[j-1]
				continue
			}
			row[j] = 1 + min(last[j-1], last[j], row[j-1])
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], 1+beforeLast[j-2])
			}
		}
		beforeLast, last = last, row
	}
	return last[len(to)]
}
