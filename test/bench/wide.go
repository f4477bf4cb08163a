package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// wideColumns are how many columns wide records have beside the others; a fourth of them
// are objects.
const wideColumns = 30

// wides are questions about properties of dynamic columns; DuckDB has them as JSON text.
var wides = []pair{
	{"count by a property", `Wide_CL | summarize count() by tostring(Properties3.region)`, `SELECT json_extract_string(Properties3, '$.region'), count(*) FROM t GROUP BY 1`},
	{"rows by a property", `Wide_CL | where Properties7.attempt == 3 and Properties7.region == "r5" | count`, `SELECT count(*) FROM t WHERE CAST(json_extract(Properties7, '$.attempt') AS BIGINT) = 3 AND json_extract_string(Properties7, '$.region') = 'r5'`},
	{"average of a property by another", `Wide_CL | summarize avg(toint(Properties11.attempt)) by tostring(Properties11.region)`, `SELECT json_extract_string(Properties11, '$.region'), avg(CAST(json_extract(Properties11, '$.attempt') AS INTEGER)) FROM t GROUP BY 1`},
	{"countif of a property by hour", `Wide_CL | summarize countif(tobool(Properties15.ok)) by bin(TimeGenerated, 1h)`, `SELECT time_bucket(INTERVAL 1 HOUR, TimeGenerated), count(*) FILTER (WHERE CAST(json_extract(Properties15, '$.ok') AS BOOLEAN)) FROM t GROUP BY 1`},
}

// wide does with records of many columns what the others do with narrow ones: it sends them
// and asks for properties of their objects. There are a fifth as many.
func wide(r *report, b *bench, gen, work string) error {
	n := b.rows / 5
	lines, err := generate(gen, work, n, wideColumns)
	if err != nil {
		return err
	}
	columns := append([]string{}, narrow...)
	for i := range wideColumns {
		columns = append(columns, wideColumn(i))
	}
	duck, err := openDuck(work, "wide.parquet")
	if err != nil {
		return err
	}
	defer duck.close()
	if err := duck.copy(r, "DuckDB COPY of 38 columns, CPU", lines, columns, n); err != nil {
		return err
	}
	one := &bench{bin: b.bin, table: "Wide_CL", columns: columns, data: filepath.Join(work, "data-wide"), lines: lines, rows: n, duck: duck, suffix: ", 38 columns"}
	if err := os.RemoveAll(one.data); err != nil {
		return err
	}
	defer os.RemoveAll(one.data)
	if err := ingestAll(r, one); err != nil {
		return err
	}
	return compare(r, one, wides, "dynamic: ", "-query-remember", "0")
}

// wideColumn names column i as the load generator does.
func wideColumn(i int) string {
	return fmt.Sprintf([]string{"Tag%d:string", "Count%d:long", "Ratio%d:real", "Properties%d:dynamic"}[i%4], i)
}
