package deck

// HasRowForTest reports whether something is said of how entities of a kind are written.
func HasRowForTest(kind string) bool { return rows()[kind] != nil }
