package fn

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/yagura/yagura/table"
)

var xmlFuncs = []Func{{
	Name: "parse_xml", Kind: Scalar, Result: FirstArg,
	Doc:       "XML as dynamic: an element is a bag of its attributes (@name), its text (#text) and its elements, or only its text; elements of one name are an array. The rest is left out.",
	Overloads: []Overload{{Params: P(TextP("xml_text")), Returns: Is(table.Dynamic), Eval: lift1(texts, parseXML)}},
	Examples:  []Example{{`parse_xml('<a x="1"><b>2</b><b>3</b></a>')`, `dynamic({"a":{"@x":"1","b":["2","3"]}})`}, {`parse_xml("<a>")`, `dynamic(null)`}},
}}

// What is longer or deeper than this is not parsed.
const (
	maxXMLSize  = 1 << 20
	maxXMLDepth = 1000
)

func parseXML(s string) (table.Dyn, bool) {
	if len(s) > maxXMLSize {
		return table.Dyn{}, false
	}
	d := xml.NewDecoder(strings.NewReader(s))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // strings are UTF-8
	top := newBagBuilder()
	for elements := 0; ; {
		t, err := d.RawToken()
		if err == io.EOF {
			return table.NewDyn(top.bag), elements == 1
		}
		if err != nil {
			return table.Dyn{}, false
		}
		switch t := t.(type) {
		case xml.StartElement:
			elements++
			e, ok := xmlElement(d, t, maxXMLDepth)
			if !ok {
				return table.Dyn{}, false
			}
			top.set(xmlName(t.Name), e)
		case xml.CharData:
			if strings.TrimSpace(string(t)) != "" {
				return table.Dyn{}, false
			}
		case xml.EndElement:
			return table.Dyn{}, false
		}
	}
}

func attributes(e xml.StartElement) *bagBuilder {
	b := newBagBuilder()
	for _, a := range e.Attr {
		b.set("@"+xmlName(a.Name), a.Value)
	}
	return b
}

// xmlName is a name as it is written, with its prefix.
func xmlName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// xmlElement reads to the end of an element.
func xmlElement(d *xml.Decoder, start xml.StartElement, depth int) (any, bool) {
	b := attributes(start)
	var text strings.Builder
	for {
		t, err := d.RawToken()
		if err != nil || depth == 0 {
			return nil, false
		}
		switch t := t.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.StartElement:
			e, ok := xmlElement(d, t, depth-1)
			if !ok {
				return nil, false
			}
			b.addElement(xmlName(t.Name), e)
		case xml.EndElement:
			return b.element(text.String()), t.Name == start.Name
		}
	}
}

// addElement sets a key, or makes it an array if it is there.
func (b *bagBuilder) addElement(name string, e any) {
	i, ok := b.at[name]
	if !ok {
		b.set(name, e)
		return
	}
	if a, isArray := b.bag.Vals[i].([]any); isArray {
		b.bag.Vals[i] = append(a, e)
		return
	}
	b.bag.Vals[i] = []any{b.bag.Vals[i], e}
}

// element is the simplest tree for what an element has: null, text or a bag.
func (b *bagBuilder) element(text string) any {
	text = strings.TrimSpace(text)
	switch {
	case len(b.bag.Keys) > 0 && text != "":
		b.set("#text", text)
		return b.bag
	case len(b.bag.Keys) > 0:
		return b.bag
	case text != "":
		return text
	}
	return nil
}
