package canon

// Texts returns the texts in a list as decoded JSON, leaving out what is none.
func Texts(list any) []string {
	items, _ := list.([]any)
	var texts []string
	for _, item := range items {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}
