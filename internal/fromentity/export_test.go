package fromentity

// CollectionsForTest are all that entities can be drafted from.
func CollectionsForTest(t *Table) []string {
	var all []string
	for collection := range t.rows {
		if collection != boundPlugin {
			all = append(all, collection)
		}
	}
	return all
}
