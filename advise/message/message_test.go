package message_test

import (
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/yagura/yagura/advise/message"
)

func TestText(t *testing.T) {
	one := message.Plural("%d pod", "%d pods", 1)
	said := message.New("%s asks %q for 5%% of %s.", message.Verbatim("web"), "db", one)
	for _, c := range []struct {
		text         message.Text
		english, was string
	}{
		{said, `web asks "db" for 5% of 1 pod.`, `{"template":"%s asks %q for 5%% of %s.","args":[{"template":"%s","args":["web"]},"\"db\"",{"template":"%d pods","args":["1"]}]}`},
		{message.Join([]message.Text{one, one}, "; "), "1 pod; 1 pod", `{"template":"%s; %s","args":[{"template":"%d pods","args":["1"]},{"template":"%d pods","args":["1"]}]}`},
		{message.Sentences(message.Text{}, one), "1 pod", `{"template":"%d pods","args":["1"]}`},
	} {
		catalog := message.Catalog{}
		catalog.Add(c.text, message.Text{})
		english, err := json.Marshal(c.text)
		if err != nil {
			t.Fatal(err)
		}
		was, err := json.Marshal(catalog[c.english])
		if err != nil {
			t.Fatal(err)
		}
		var read string
		if err := json.Unmarshal(english, &read); err != nil || read != c.english || len(catalog) != 1 || string(was) != c.was {
			t.Errorf("%s, made as %s", english, was)
		}
	}
}

// TestErrorf: an error says how it was made, however deep it lies; what others say is verbatim.
func TestErrorf(t *testing.T) {
	none := message.Errorf("this is no %s", "text")
	for _, c := range []struct {
		err          error
		english, was string
	}{
		{message.Errorf("read %s: %s", "a.yaml", none), "read a.yaml: this is no text", `{"template":"read %s: %s","args":["a.yaml",{"template":"this is no %s","args":["text"]}]}`},
		{message.Errorf("read %s: %s", "a.yaml", io.EOF), "read a.yaml: EOF", `{"template":"read %s: %s","args":["a.yaml",{"template":"%s","args":["EOF"]}]}`},
		{errors.Join(none, io.EOF), "this is no text\nEOF", `{"template":"%s","args":["this is no text\nEOF"]}`},
	} {
		catalog := message.Catalog{}
		catalog.Add(message.Of(c.err))
		was, err := json.Marshal(catalog[c.english])
		if err != nil {
			t.Fatal(err)
		}
		if c.err.Error() != c.english || string(was) != c.was {
			t.Errorf("%v, made as %s", c.err, was)
		}
		if !errors.Is(c.err, none) && !errors.Is(c.err, io.EOF) {
			t.Errorf("%v wraps nothing", c.err)
		}
	}
}
