package manifest

// LineIn is the line of a field of a text.
func LineIn(text string, path ...string) int {
	return Source{doc: &document{line: 1, text: []byte(text)}}.Line(path...)
}
