package demo

import (
	"embed"
	"encoding/json"
	"errors"
	"sync"
)

// Dashboard is a page of queries that tells one of the stories.
type Dashboard struct {
	ID string
	Workbook
	Japanese Workbook
}

// Workbook is a dashboard in a language: the JSON of an Azure workbook.
type Workbook struct{ Title, JSON string }

//go:embed dashboards/*.json
var dashboardFiles embed.FS

// inJapanese has the dashboards' texts in Japanese.
var inJapanese = sync.OnceValue(func() map[string]string {
	var words map[string]string
	if err := json.Unmarshal([]byte(readDashboard("japanese")), &words); err != nil {
		panic(err) // the files are part of the program
	}
	return words
})

// Dashboards are those that the page shows beside the reader's own.
var Dashboards = sync.OnceValue(func() []Dashboard {
	return []Dashboard{
		dashboard("3d1f6c1e-6a55-4f0a-9a57-51b7b2c0a001", "Shop: requests and failures", "shop"),
		dashboard("3d1f6c1e-6a55-4f0a-9a57-51b7b2c0a002", "Cluster: pods, nodes and rollouts", "cluster"),
		dashboard("3d1f6c1e-6a55-4f0a-9a57-51b7b2c0a003", "Sign-ins: who, from where", "signins"),
	}
})

func dashboard(id, title, file string) Dashboard {
	text := readDashboard(file)
	var tree any
	err := json.Unmarshal([]byte(text), &tree)
	translate(tree)
	japanese, err2 := json.Marshal(tree)
	if err := errors.Join(err, err2); err != nil {
		panic(err) // the files are part of the program
	}
	return Dashboard{id, Workbook{title, text}, Workbook{inJapanese()[title], string(japanese)}}
}

// texts are the members of a workbook that people read.
var texts = []string{"title", "label", "json"}

// translate puts a workbook's texts into Japanese.
func translate(tree any) {
	switch v := tree.(type) {
	case map[string]any:
		for _, name := range texts {
			if text, ok := v[name].(string); ok {
				v[name] = inJapanese()[text]
			}
		}
		for _, inner := range v {
			translate(inner)
		}
	case []any:
		for _, inner := range v {
			translate(inner)
		}
	}
}

func readDashboard(name string) string {
	text, err := dashboardFiles.ReadFile("dashboards/" + name + ".json")
	if err != nil {
		panic(err) // the files are part of the program
	}
	return string(text)
}
