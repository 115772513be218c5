package router

// sortUnstably orders values as the gateway's language sorts a table: with a quicksort
// by the median of three, which moves what is equal. In flavor traditional that decides
// between routes of which nothing else does.
func sortUnstably[T any](values []T, less func(a, b *T) bool) {
	swap := func(i, j int) { values[i], values[j] = values[j], values[i] }
	before := func(i, j int) bool { return less(&values[i], &values[j]) }
	for low, high := 0, len(values)-1; low < high; {
		if before(high, low) {
			swap(low, high)
		}
		if high-low == 1 {
			return
		}
		middle := (low + high) / 2
		if before(middle, low) {
			swap(middle, low)
		} else if before(high, middle) {
			swap(middle, high)
		}
		if high-low == 2 {
			return
		}
		pivot := partition(values, low, high, middle, less)
		// The shorter side first, so that the depth is that of the logarithm.
		if pivot-low < high-pivot {
			sortUnstably(values[low:pivot], less)
			low = pivot + 1
		} else {
			sortUnstably(values[pivot+1:high+1], less)
			high = pivot - 1
		}
	}
}

// partition moves what is less than the value in the middle before it, and returns
// where that came to stand.
func partition[T any](values []T, low, high, middle int, less func(a, b *T) bool) int {
	pivot := values[middle]
	values[middle], values[high-1] = values[high-1], values[middle]
	i, j := low, high-1
	for {
		i, j = i+1, j-1
		for i < high && less(&values[i], &pivot) {
			i++
		}
		for j > low && less(&pivot, &values[j]) {
			j--
		}
		if j < i {
			break
		}
		values[i], values[j] = values[j], values[i]
	}
	values[high-1], values[i] = values[i], values[high-1]
	return i
}
