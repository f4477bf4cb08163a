package receive

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/internal/route"
)

// BenchmarkAzureLogs takes a request of the Logs Ingestion API from its handler to the
// log, in memory: with and without a transform.
func BenchmarkAzureLogs(b *testing.B) {
	const rows = 4000
	body := bytes.NewBufferString("[")
	for i := range rows {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(body, `{"TimeGenerated":"2026-11-23T05:%02d:%02d.%07dZ","Level":"Error","Ms":%d,"Props":{"pod":"shop-%d","message":"connection to database at 10.0.%d.%d refused after 3 attempts"}}`,
			i/60%60, i%60, i, i*37, i%50, i%256, i%13)
	}
	body.WriteByte(']')
	for name, kql := range map[string]string{"plain": "source", "transform": "source | where Level != 'Debug' | extend Level = toupper(Level)"} {
		b.Run(name, func(b *testing.B) {
			s := newServer(b, Options{}, ingest.Options{})
			s.table("App_CL", "Level:string Ms:long Props:dynamic")
			path := "/dataCollectionRules/" + s.rule("app", transformRule(kql)) + "/streams/Custom-App?api-version=2023-01-01"
			handler := route.New(http.NotFound, s.recv.Routes())
			b.SetBytes(int64(body.Len()))
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				q := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body.Bytes()))
				q.Header.Set("Authorization", "Bearer "+s.tokens[identity.Monitor])
				q.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				if handler.ServeHTTP(w, q); w.Code != 204 {
					b.Fatalf("%d %s", w.Code, w.Body)
				}
				if n%50 == 49 { // the tail is bounded: empty it
					b.StopTimer()
					if err := s.st.FlushAll(ctx); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
