package compat

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-kusto-go/azkustodata"
	kustoerrors "github.com/Azure/azure-kusto-go/azkustodata/errors"
	"github.com/Azure/azure-kusto-go/azkustodata/kql"
	"github.com/Azure/azure-kusto-go/azkustodata/value"
	"github.com/Azure/azure-kusto-go/azkustoingest"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// kustoRow is a row of the table that testKusto makes.
type kustoRow struct {
	ID    int64 `kusto:"Id"`
	Name  string
	At    *time.Time
	Props map[string]any
	Price value.Decimal
	Took  *time.Duration
	Ok    *bool
	R     float64
	S     string `kusto:"s"`
}

// check ends the test with an error.
func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// testKusto runs Kusto's own Go clients, with a credential for the service that the
// server's metadata names.
func testKusto(t *testing.T, c credentials, cred azcore.TokenCredential) {
	ctx := within(t, 2*time.Minute)
	const name = "FromGo"
	kcsb := azkustodata.NewConnectionStringBuilder(c.HTTPS).WithTokenCredential(cred)
	client, err := azkustodata.New(kcsb)
	check(t, err)
	defer client.Close()
	db := c.WorkspaceName
	mgmt := func(text string) string {
		t.Helper()
		ds, err := client.Mgmt(ctx, db, kql.New("").AddUnsafe(text))
		check(t, err)
		var rows []string
		for _, r := range ds.Tables()[0].Rows() {
			rows = append(rows, r.String())
		}
		return strings.Join(rows, "\n")
	}
	mgmt(".create-merge table " + name + " (Id: long, Name: string, At: datetime, Props: dynamic, Price: decimal, Took: timespan, Ok: bool, Key: guid, R: real)")
	mgmt(".create table " + name + ` ingestion json mapping "m" '[{"column":"Id","path":"$.i"},{"column":"Name","path":"$.n"}]'`)
	mgmt(".ingest inline into table " + name + ` <| 1,"one, or more",2026-11-23T01:02:03.1234567Z,"{""k"":[1]}",1.50,00:01:30,true,6f9619ff-8b86-d011-b42d-00cf4fc964ff,NaN`)
	if got := mgmt(".show tables | where TableName == '" + name + "' | project TableName"); !strings.Contains(got, name) {
		t.Errorf(".show tables: %s", got)
	}

	ingestor, err := azkustoingest.NewStreaming(kcsb, azkustoingest.WithDefaultDatabase(db), azkustoingest.WithDefaultTable(name))
	check(t, err)
	defer ingestor.Close()
	_, err = ingestor.FromReader(ctx, strings.NewReader("2,two\n3,three\n"), azkustoingest.FileFormat(azkustoingest.CSV))
	check(t, err)
	_, err = ingestor.FromReader(ctx, strings.NewReader(`{"i":4,"n":"four"}`), azkustoingest.FileFormat(azkustoingest.JSON), azkustoingest.IngestionMappingRef("m", azkustoingest.JSON))
	check(t, err)
	if _, err = ingestor.FromReader(ctx, strings.NewReader(`5,"five`), azkustoingest.FileFormat(azkustoingest.CSV)); err == nil || !strings.Contains(err.Error(), "Stream_ClosingQuoteMissing") {
		t.Errorf("an open quote: %v", err)
	}

	params := kql.NewParameters().AddLong("n", 1).AddString("s", "x'y")
	ds, err := client.Query(ctx, db, kql.New("").AddTable(name).AddLiteral(" | where Id >= n | sort by Id asc | extend s"), azkustodata.QueryParameters(params))
	check(t, err)
	var rows []kustoRow
	for _, r := range ds.Tables()[0].Rows() {
		var row kustoRow
		check(t, r.ToStruct(&row))
		rows = append(rows, row)
	}
	if len(rows) != 4 || rows[0].Name != "one, or more" || rows[0].S != "x'y" || rows[3].Name != "four" {
		t.Fatalf("rows: %+v", rows)
	}
	if first := rows[0]; first.At.Format(time.RFC3339Nano) != "2026-11-23T01:02:03.1234567Z" || *first.Took != 90*time.Second || !*first.Ok || first.R == first.R || fmt.Sprint(first.Props) != "map[k:[1]]" {
		t.Errorf("the first row: %+v", first)
	}

	// The limit is reached after the first row: the rows come, and then the error.
	it, err := client.IterativeQuery(ctx, db, kql.New("range x from 1 to 100 step 1"), azkustodata.TruncationMaxRecords(10))
	check(t, err)
	n, failed := 0, error(nil)
	for tr := range it.Tables() {
		if tr.Err() != nil {
			failed = tr.Err()
			break
		}
		for r := range tr.Table().Rows() {
			if r.Err() != nil {
				failed = r.Err()
				break
			}
			n++
		}
	}
	if n < 10 || failed == nil || !strings.Contains(failed.Error(), "E_QUERY_RESULT_SET_TOO_LARGE") {
		t.Errorf("truncated: %d rows, %v", n, failed)
	}

	_, err = client.Query(ctx, db, kql.New("Heartbeat | where Nothing == 1"))
	var bad *kustoerrors.HttpError
	if !errors.As(err, &bad) || bad.StatusCode != http.StatusBadRequest || !strings.Contains(err.Error(), "SEM0100") {
		t.Errorf("a mistake: %v", err)
	}
	if _, err = client.Mgmt(ctx, db, kql.New(".export to csv ('https://nowhere.example/') <| Heartbeat")); err == nil || !strings.Contains(err.Error(), "not supported") {
		t.Errorf("what is not there: %v", err)
	}
	if got := mgmt(".show queries | where Text contains 'Heartbeat' | count"); got == "" {
		t.Error("no answer to .show queries")
	}
}

// testKustoHTTP runs the client over plain HTTP, where it sends no token by itself: the
// token comes as a header from what stands in front of it.
func testKustoHTTP(t *testing.T, c credentials) {
	ctx := within(t, time.Minute)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}, "scope": {"https://kusto.kusto.windows.net/.default"}}
	resp, err := http.PostForm(c.HTTP+"/"+c.TenantID+"/oauth2/v2.0/token", form)
	check(t, err)
	defer resp.Body.Close()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	check(t, json.NewDecoder(resp.Body).Decode(&token))
	client, err := azkustodata.New(azkustodata.NewConnectionStringBuilder(c.HTTP), azkustodata.WithHttpClient(&http.Client{Transport: bearer(token.AccessToken)}))
	check(t, err)
	defer client.Close()
	ds, err := client.Query(ctx, c.WorkspaceName, kql.New("print x = 1"))
	check(t, err)
	if x, err := ds.Tables()[0].Rows()[0].LongByName("x"); err != nil || *x != 1 {
		t.Errorf("x is %v, %v", x, err)
	}
}

// bearer adds a token to requests.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}
