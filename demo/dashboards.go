package demo

import "embed"

// Dashboard is a page of queries that tells one of the stories: the JSON of an Azure
// workbook.
type Dashboard struct{ ID, Title, JSON string }

//go:embed dashboards/*.json
var dashboardFiles embed.FS

// Dashboards are those that the page shows beside the reader's own.
var Dashboards = []Dashboard{
	dashboard("3d1f6c1e-6a55-4f0a-9a57-51b7b2c0a001", "Shop: requests and failures", "shop"),
	dashboard("3d1f6c1e-6a55-4f0a-9a57-51b7b2c0a002", "Cluster: pods, nodes and rollouts", "cluster"),
	dashboard("3d1f6c1e-6a55-4f0a-9a57-51b7b2c0a003", "Sign-ins: who, from where", "signins"),
}

func dashboard(id, title, file string) Dashboard {
	text, err := dashboardFiles.ReadFile("dashboards/" + file + ".json")
	if err != nil {
		panic(err) // the files are part of the program
	}
	return Dashboard{id, title, string(text)}
}
