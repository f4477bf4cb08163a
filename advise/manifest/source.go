package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"

	yamlnode "go.yaml.in/yaml/v3"
)

// Source is where an object was read.
type Source struct {
	File string
	doc  *document
	path []string // of the object in its document: items, 3
}

// At is a line of a file that is no manifest.
func At(file string, line int) Source {
	return Source{File: file, doc: &document{file: file, line: line}}
}

func (s Source) String() string { return fmt.Sprintf("%s:%d", s.File, s.Line()) }

// document is one document of a stream.
type document struct {
	file string
	line int // of its first line in the file, from 1
	text []byte

	once sync.Once
	root *yamlnode.Node
}

// Line is the line, from 1, of the field that a path names, or of the nearest field
// above it that is there.
func (s Source) Line(path ...string) int {
	if s.doc == nil {
		return 1
	}
	s.doc.once.Do(func() {
		var n yamlnode.Node
		if yamlnode.Unmarshal(s.doc.text, &n) == nil && len(n.Content) > 0 {
			s.doc.root = n.Content[0]
		}
	})
	at := s.doc.root
	if at == nil {
		return s.doc.line
	}
	line := at.Line
	for _, part := range append(append([]string(nil), s.path...), path...) {
		next, l := child(at, part)
		if next == nil {
			break
		}
		at, line = next, l
	}
	return s.doc.line + line - 1
}

func child(n *yamlnode.Node, name string) (*yamlnode.Node, int) {
	for n.Kind == yamlnode.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yamlnode.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return n.Content[i+1], n.Content[i].Line
			}
		}
	case yamlnode.SequenceNode:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i], n.Content[i].Line
		}
	}
	return nil, 0
}

// split cuts a stream into documents: YAML's at lines that begin with three dashes,
// JSON's one after the other.
func split(file string, text []byte) []*document {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if docs, ok := splitJSON(file, text); ok {
		return docs
	}
	var docs []*document
	line, start, startLine := 1, 0, 1
	add := func(end int) {
		if part := text[start:end]; len(bytes.TrimSpace(part)) > 0 {
			docs = append(docs, &document{file: file, line: startLine, text: part})
		}
	}
	for at := 0; at < len(text); {
		end := bytes.IndexByte(text[at:], '\n')
		next := len(text)
		if end >= 0 {
			next = at + end + 1
		}
		this := bytes.TrimRight(text[at:next], "\r\n \t")
		switch {
		case bytes.Equal(this, []byte("---")) || bytes.HasPrefix(this, []byte("--- ")):
			add(at)
			start, startLine = next, line+1
			if len(this) > 3 && this[4] != '#' { // the document may begin on this line
				start, startLine = at+4, line
			}
		case bytes.Equal(this, []byte("...")):
			add(at)
			start, startLine = next, line+1
		}
		at, line = next, line+1
	}
	add(len(text))
	return docs
}

// splitJSON cuts a stream of JSON values; ok is false if it is not one.
func splitJSON(file string, text []byte) (docs []*document, ok bool) {
	if first := bytes.TrimLeft(text, " \t\r\n"); len(first) == 0 || first[0] != '{' && first[0] != '[' {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	line, from := 1, 0
	for {
		var v json.RawMessage
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return docs, true
		}
		if err != nil {
			return nil, false
		}
		end := int(d.InputOffset())
		start := end - len(v)
		line += bytes.Count(text[from:start], []byte("\n"))
		docs = append(docs, &document{file: file, line: line, text: v})
		line, from = line+bytes.Count(v, []byte("\n")), end
	}
}
