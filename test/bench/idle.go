package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// idleTables is how many tables with data there are, and idleMemory the bound of issue 4.
const (
	idleTables = 100
	idleMemory = 250 * 1.048576 // MB
)

// idle measures the memory that is left when nothing happens, after queries over a hundred
// tables.
func idle(r *report, b *bench) error {
	dir := *b
	dir.data = b.data + "-idle"
	if err := os.RemoveAll(dir.data); err != nil {
		return err
	}
	defer os.RemoveAll(dir.data)
	if err := dir.start(); err != nil {
		return err
	}
	if _, err := dir.stop(); err != nil {
		return err
	}
	if err := fill(dir.data, dir.creds.WorkspaceID, 10*idleTables, idleTables); err != nil {
		return err
	}
	if err := dir.start(); err != nil {
		return err
	}
	for i := range idleTables {
		body, err := json.Marshal(map[string]string{"query": fmt.Sprintf("Many%04d_CL | summarize count(), avg(Took), dcount(Message) by Computer", i)})
		if err != nil {
			return err
		}
		if _, err := dir.call("POST", "/v1/workspaces/"+dir.creds.WorkspaceID+"/query", audienceQuery, body); err != nil {
			return err
		}
	}
	after := dir.resident()
	time.Sleep(15 * time.Second)
	rss := dir.resident()
	r.add(figure{Name: "idle, RSS", Yagura: rss, Baseline: idleMemory, Unit: "MB", Note: fmt.Sprintf("%d tables with data, 15 s after a query of each, when it was %.0f; the baseline is the bound", idleTables, after)})
	_, err := dir.stop()
	return err
}
