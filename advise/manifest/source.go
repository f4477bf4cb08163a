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

	once   sync.Once
	places []place
}

// place is where a field or item stands in its document; the first is the root. They are
// kept for all documents, and so are smaller than nodes of YAML.
type place struct {
	name string // of a field, or an item's index
	up   int32  // the place that it is in
	same int32  // the place whose fields are its own: another one of an alias
	line int32
}

// Line is the line, from 1, of the field that a path names, or of the nearest field
// above it that is there.
func (s Source) Line(path ...string) int {
	if s.doc == nil {
		return 1
	}
	s.doc.once.Do(s.doc.locate)
	if len(s.doc.places) == 0 {
		return s.doc.line
	}
	at := 0
	for i := range len(s.path) + len(path) {
		next := -1
		if i < len(s.path) {
			next = s.doc.child(at, s.path[i])
		} else {
			next = s.doc.child(at, path[i-len(s.path)])
		}
		if next < 0 {
			break
		}
		at = next
	}
	return s.doc.line + int(s.doc.places[at].line) - 1
}

func (d *document) child(at int, name string) int {
	at = int(d.places[at].same)
	for i := at + 1; i < len(d.places); i++ {
		if p := &d.places[i]; int(p.up) == at && p.name == name {
			return i
		}
	}
	return -1
}

// locate finds the places of a document.
func (d *document) locate() {
	var n yamlnode.Node
	if yamlnode.Unmarshal(d.text, &n) == nil && len(n.Content) > 0 {
		d.place(n.Content[0], "", -1, n.Content[0].Line, map[*yamlnode.Node]int32{})
	}
}

// place adds a node and what is in it; anchors are the places of nodes that have aliases.
func (d *document) place(n *yamlnode.Node, name string, up int32, line int, anchors map[*yamlnode.Node]int32) {
	at := int32(len(d.places))
	p := place{name, up, at, int32(line)}
	if n.Anchor != "" {
		anchors[n] = at
	}
	if n.Kind == yamlnode.AliasNode {
		if same, ok := anchors[n.Alias]; ok {
			p.same = same
		}
	}
	d.places = append(d.places, p)
	switch n.Kind {
	case yamlnode.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			d.place(n.Content[i+1], n.Content[i].Value, at, n.Content[i].Line, anchors)
		}
	case yamlnode.SequenceNode:
		for i, item := range n.Content {
			d.place(item, strconv.Itoa(i), at, item.Line, anchors)
		}
	}
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
		case separates(this):
			add(at)
			start, startLine = next, line+1
			if rest := bytes.TrimLeft(this[3:], " \t"); len(rest) > 0 && rest[0] != '#' { // the document may begin on this line
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

// separates reports whether a line begins a document. Charts render ---# and a comment,
// which is none in YAML, but kubectl and Helm take it for one.
func separates(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	return ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '#')
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
