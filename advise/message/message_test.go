package message_test

import (
	"encoding/json"
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
