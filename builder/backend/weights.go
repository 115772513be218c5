package backend

// weights returns the weight of each target, which is the unit of the mixture times the
// part that its share has, divided among the share's ready endpoints. Kong divides the
// weights of an upstream by what they have in common, so that a unit costs nothing.
func (m *mixture) weights() map[endpoint]int {
	if len(m.ports) == 1 && m.shares[0].Weight > 0 {
		return m.alone()
	}
	parts := m.parts()
	unit := unitOf(parts)
	weights := map[endpoint]int{}
	for i, p := range m.ports {
		count := 0
		for _, s := range p.endpoints {
			if s == ready {
				count++
			}
		}
		for e, s := range p.endpoints {
			weight := 0
			if s == ready && parts[i] > 0 {
				weight = max(1, (2*unit*parts[i]+count)/(2*count)) // rounded
			}
			weights[e] = min(weights[e]+weight, maxWeight)
		}
	}
	return weights
}

// alone returns the weights of a single share's targets, which nothing has to be weighed
// against, so that they stay what they are when other endpoints come and go.
func (m *mixture) alone() map[endpoint]int {
	weights := map[endpoint]int{}
	for e, s := range m.ports[0].endpoints {
		weights[e] = m.options.weightOf(s)
	}
	return weights
}

// parts are the weights of the shares without their common divisor, made smaller where
// their sum is more than a target can have. A share with a weight has a part.
func (m *mixture) parts() []int {
	divisor, sum := 0, 0
	for _, share := range m.shares {
		divisor = commonDivisor(divisor, share.Weight)
	}
	divisor = max(divisor, 1)
	for _, share := range m.shares {
		sum += share.Weight / divisor
	}
	parts := make([]int, len(m.shares))
	for i, share := range m.shares {
		parts[i] = share.Weight / divisor
		if sum > maxWeight && parts[i] > 0 {
			parts[i] = max(1, parts[i]*maxWeight/sum)
		}
	}
	return parts
}

// unitOf returns what the parts are multiplied by: a number that many counts of
// endpoints divide, as large as the sum allows.
func unitOf(parts []int) int {
	sum := 0
	for _, part := range parts {
		sum += part
	}
	for _, unit := range []int{55440, 27720, 15120, 10080, 7560, 5040, 2520, 840, 420, 360, 240, 120, 60, 24, 12, 6, 4, 2} {
		if unit*sum <= maxWeight {
			return unit
		}
	}
	return 1
}

func commonDivisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
