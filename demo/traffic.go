package demo

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// operation is something that a customer does, and how it is answered.
type operation struct {
	name, path string
	weight     int
	service    string  // behind the storefront
	sql        string  // the statement that it runs, or ""
	ms         float64 // its usual duration
}

var shopOperations = []operation{
	{"GET /", "/", 30, "catalog", "SELECT TOP 12 * FROM dbo.Products WHERE Featured = 1", 45},
	{"GET /products/{id}", "/products/%d", 35, "catalog", "SELECT * FROM dbo.Products WHERE Id = @id", 38},
	{"GET /recommendations", "/recommendations", 12, "recommend", "", 70},
	{"POST /cart", "/cart", 12, "cart", "MERGE dbo.CartLines AS t USING @lines AS s ON t.Id = s.Id", 32},
	{"POST /checkout", "/checkout", 6, "checkout", "INSERT INTO dbo.Orders (CustomerId, Total) VALUES (@c, @t)", 160},
	{"GET /invoices/{id}", "/invoices/%d", 5, "invoice", "SELECT * FROM dbo.Invoices WHERE OrderId = @id", 120},
}

type client struct{ ip, city, country, browser, os string }

var clients = []client{
	{"203.0.113.14", "Tokyo", "Japan", "Chrome 141.0", "Windows 11"},
	{"203.0.113.77", "Osaka", "Japan", "Mobile Safari 26.0", "iOS 26"},
	{"198.51.100.23", "Sapporo", "Japan", "Edge 141.0", "Windows 11"},
	{"198.51.100.88", "Singapore", "Singapore", "Chrome Mobile 141.0", "Android 16"},
	{"192.0.2.41", "Amsterdam", "Netherlands", "Firefox 144.0", "Linux"},
	{"192.0.2.117", "Seattle", "United States", "Chrome 141.0", "Mac OS X 15"},
}

// traffic is what customers do: few at night, most in the evening of Tokyo.
func traffic(m *minute) {
	phase := 2 * math.Pi * (m.offset().Hours() - 12) / 24
	n := int(18 + 14*math.Cos(phase) + m.rng.NormFloat64()*2)
	for range max(n, 2) {
		m.visit(pickOperation(m))
	}
}

func pickOperation(m *minute) operation {
	total := 0
	for _, o := range shopOperations {
		total += o.weight
	}
	n := m.rng.IntN(total)
	for _, o := range shopOperations {
		if n -= o.weight; n < 0 {
			return o
		}
	}
	panic("demo: no operation")
}

// call is one request on its way through the shop.
type call struct {
	operation
	at        time.Time
	id        string // of the whole operation
	url       string
	from      client
	user      string
	front     pod
	back      pod
	ms        float64
	code      int
	dropped   bool // by a pod that had stopped
	timedOut  bool // in the database
	exception string
}

// visit is one request from the browser to the database and back.
func (m *minute) visit(o operation) {
	c := call{operation: o, at: m.within(), id: m.hex(32), from: pick(m, clients), code: 200, user: fmt.Sprintf("u%05d", m.rng.IntN(2500))}
	c.url = o.path
	if strings.Contains(o.path, "%d") {
		c.url = fmt.Sprintf(o.path, 1000+m.rng.IntN(9000))
	}
	c.ms = o.ms * math.Exp(m.rng.NormFloat64()*0.35)
	fronts, backs := serving("storefront", c.at), serving(o.service, c.at)
	if len(fronts) == 0 || len(backs) == 0 {
		return
	}
	c.front, c.back = pick(m, fronts), pick(m, backs)
	m.trouble(&c)
	m.report(&c)
}

// trouble lets the stories, and chance, happen to a request. A pod that refuses at once
// looks the least busy to the ingress, which sends it more than its share.
func (m *minute) trouble(c *call) {
	off := c.at.Sub(m.day)
	for r := range services[0].replicas {
		stopped := rolloutFrom + time.Duration(r)*rolloutStep
		if off >= stopped && off < stopped+rolloutUnsafe && m.rng.IntN(3) > 0 {
			c.dropped, c.code, c.ms = true, 502, 3+m.rng.Float64()*4
			c.front = podAt(&services[0], r, m.day, stopped-time.Second)
			return
		}
	}
	switch {
	case off >= rebuildFrom && off < rebuildTo && c.sql != "" && (c.service == "checkout" || m.rng.IntN(5) == 0):
		c.timedOut, c.code, c.ms, c.exception = true, 502, 30_000+m.rng.Float64()*120, "System.Data.SqlClient.SqlException"
	case off >= rebuildFrom-min && off < rebuildTo && c.sql != "":
		c.ms *= 4 + m.rng.Float64()*6
	case off >= hostFailed && off < hostFailed+40*time.Second && m.rng.IntN(3) == 0:
		c.code, c.ms = 503, 1000+m.rng.Float64()*500
	case m.rng.IntN(400) == 0:
		c.code, c.exception = 500, "System.NullReferenceException"
	case m.rng.IntN(120) == 0:
		c.code = 404
	}
}

// report says what the SDKs in the services and the agents on the nodes saw.
func (m *minute) report(c *call) {
	m.ingress(c)
	if c.dropped { // nobody answered but the ingress, which has no SDK
		return
	}
	ok := c.code < 400
	span := m.hex(16)
	common := []any{"OperationId", c.id, "OperationName", c.name, "_ResourceId", appID, "UserId", c.user, "SDKVersion", "dotnet:2.22.0", "ItemCount", 1,
		"ClientIP", c.from.ip, "ClientCity", c.from.city, "ClientCountryOrRegion", c.from.country, "AppVersion", "2026.11.1"}
	on := func(p pod, kv ...any) []any {
		return append(append([]any{"AppRoleName", p.service.name, "AppRoleInstance", p.name}, kv...), common...)
	}
	m.add("AppRequests", c.at, on(c.front, "Id", span, "Name", c.name, "Url", "https://shop.example.com"+c.url, "Success", ok,
		"ResultCode", fmt.Sprint(c.code), "DurationMs", round(c.ms+9), "ClientBrowser", c.from.browser, "ClientOS", c.from.os,
		"Properties", map[string]any{"pod": c.front.name, "node": c.front.node})...)
	backend := m.hex(16)
	m.add("AppDependencies", c.at.Add(2*time.Millisecond), on(c.front, "Id", backend, "ParentId", span, "Target", c.service, "DependencyType", "HTTP", "Name", c.name,
		"Data", "http://"+c.service+c.url, "Success", ok, "ResultCode", fmt.Sprint(c.code), "DurationMs", round(c.ms+4))...)
	inner := c.code
	if c.timedOut {
		inner = 500
	}
	m.add("AppRequests", c.at.Add(3*time.Millisecond), on(c.back, "Id", m.hex(16), "ParentId", backend, "Name", c.name, "Url", "http://"+c.service+c.url,
		"Success", ok, "ResultCode", fmt.Sprint(inner), "DurationMs", round(c.ms))...)
	if c.sql != "" {
		result := "0"
		if c.timedOut {
			result = "-2"
		}
		m.add("AppDependencies", c.at.Add(5*time.Millisecond), on(c.back, "Id", m.hex(16), "ParentId", backend, "Target", "shop-sql-01 | shop", "DependencyType", "SQL",
			"Name", "SQL: shop-sql-01 | shop", "Data", c.sql, "Success", !c.timedOut, "ResultCode", result, "DurationMs", round(c.ms*0.6))...)
	}
	m.explain(c, on)
}

// explain is what the service behind wrote about the request.
func (m *minute) explain(c *call, on func(pod, ...any) []any) {
	end := c.at.Add(time.Duration(c.ms) * time.Millisecond)
	level, text, severity := "info", fmt.Sprintf("%s %d in %.0f ms", c.name, c.code, c.ms), 1
	switch {
	case c.timedOut:
		level, severity = "error", 3
		text = "Execution Timeout Expired. The timeout period elapsed prior to completion of the operation or the server is not responding."
	case c.exception != "":
		level, text, severity = "error", "Object reference not set to an instance of an object.", 3
	}
	if c.exception != "" {
		m.add("AppExceptions", end, on(c.back, "ExceptionType", c.exception, "OuterType", c.exception, "OuterMessage", text, "InnermostMessage", text,
			"ProblemId", c.exception+" at Shop."+c.service+".Handler.Run", "Method", "Shop."+c.service+".Handler.Run", "SeverityLevel", severity, "HandledAt", "Unhandled")...)
	}
	m.add("AppTraces", end, on(c.back, "Message", text, "SeverityLevel", severity)...)
	m.log(end, c.back, level, map[string]any{"level": level, "msg": text, "trace": c.id, "path": c.url})
	if c.service == "invoice" {
		m.add("W3CIISLog", end, "Computer", c.back.name, "sSiteName", "W3SVC1", "csMethod", "GET", "csUriStem", c.url, "sPort", 80, "cIP", c.front.ip, "scStatus", fmt.Sprint(c.code),
			"scSubStatus", "0", "scWin32Status", "0", "TimeTaken", int64(c.ms), "csUserAgent", "Shop.Storefront/2026.11", "scBytes", int64(2000+m.rng.IntN(40000)), "csHost", "invoice")
	}
}

// ingress is the access log of the ingress controller, which knows the upstream.
func (m *minute) ingress(c *call) {
	upstream := fmt.Sprint(c.code)
	switch {
	case c.dropped:
		upstream = "-"
		m.log(c.at, ingressPod, "error", map[string]any{"level": "error", "msg": "connect() failed (111: Connection refused) while connecting to upstream",
			"upstream": "http://" + c.front.ip + ":8080" + c.url, "pod": c.front.name, "request": c.name})
	case c.timedOut:
		upstream = "500"
	}
	m.log(c.at.Add(time.Duration(c.ms)*time.Millisecond), ingressPod, "info", map[string]any{"request": c.name, "path": c.url, "status": c.code,
		"upstream_status": upstream, "upstream": c.front.ip + ":8080", "request_time": round(c.ms+10) / 1000, "client": c.from.ip, "trace": c.id})
}

var ingressService = service{name: "ingress-nginx-controller"}
var ingressPod = pod{service: &ingressService, name: "ingress-nginx-controller-6b94c75599-x2m7q", hash: "6b94c75599", node: "aks-linux-31415926-vmss000000", ip: "10.244.0.9"}

func (m *minute) log(at time.Time, p pod, level string, message map[string]any) {
	ns := namespace
	if p.service == &ingressService {
		ns = "ingress-nginx"
	}
	m.add("ContainerLogV2", at, "Computer", p.node, "ContainerName", p.service.name, "PodName", p.name, "PodNamespace", ns, "LogMessage", message,
		"LogSource", "stdout", "LogLevel", level, "_ResourceId", clusterID)
}

func round(ms float64) float64 { return math.Round(ms*1000) / 1000 }
