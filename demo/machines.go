package demo

import (
	"fmt"
	"math"
	"time"
)

// machines is what the agents on nodes and virtual machines report.
func machines(m *minute) {
	for i, n := range m.world.nodes {
		if !n.ready {
			continue // its agent is down with it
		}
		system, kind := "Linux", "Ubuntu"
		if n.windows {
			system, kind = "Windows", "Windows Server 2022 Datacenter"
		}
		m.heartbeat(n.name, n.ip, system, kind, "/subscriptions/"+subscription+"/resourceGroups/MC_"+resourceGroup+"/providers/Microsoft.Compute/virtualMachines/"+n.name)
		load := 35 + 8*float64(i) + 18*math.Cos(2*math.Pi*(m.offset().Hours()-12)/24) + m.rng.NormFloat64()*3
		m.perf(n.name, "Processor", "% Processor Time", "_Total", load)
		m.perf(n.name, "Memory", "% Used Memory", "", 58+float64(i)*3+m.rng.NormFloat64())
		m.perf(n.name, "Logical Disk", "% Free Space", "/", 62-float64(i)*2-m.offset().Hours()/8)
		m.perf(n.name, "Network", "Total Bytes", "eth0", 4e5+load*1e4)
		for i, name := range []string{"cpuUsageNanoCores", "memoryRssBytes"} {
			v := []float64{load * 4e7, 5.2e9 + load*1e7}[i]
			m.add("InsightsMetrics", m.at.Add(30*time.Second), "Computer", n.name, "Origin", "container.azm.ms", "Namespace", "container.azm.ms/node", "Name", name, "Val", v,
				"Tags", `{"container.azm.ms/clusterName":"`+clusterName+`"}`, "_ResourceId", clusterID)
		}
		if !n.windows {
			m.syslog(n)
		}
	}
	m.database()
}

func (m *minute) heartbeat(computer, ip, system, name, resource string) {
	m.add("Heartbeat", m.at.Add(11*time.Second), "Computer", computer, "ComputerIP", ip, "OSType", system, "OSName", name, "Category", "Azure Monitor Agent", "Version", "1.36.1",
		"ComputerEnvironment", "Azure", "ResourceGroup", resourceGroup, "SubscriptionId", subscription, "ResourceProvider", "Microsoft.Compute", "ResourceType", "virtualMachines",
		"Resource", computer, "ResourceId", resource, "_ResourceId", resource, "ComputerPrivateIPs", []any{ip}, "Solutions", `"azureResources"`)
}

func (m *minute) perf(computer, object, counter, instance string, v float64) {
	m.add("Perf", m.at.Add(20*time.Second), "Computer", computer, "ObjectName", object, "CounterName", counter, "InstanceName", instance, "CounterValue", round(v),
		"CounterPath", fmt.Sprintf(`\\%s\%s(%s)\%s`, computer, object, instance, counter))
}

func (m *minute) syslog(n node) {
	at := m.within()
	line := func(facility, severity, process, text string) {
		m.add("Syslog", at, "Computer", n.name, "HostName", n.name, "HostIP", n.ip, "EventTime", stamp(at), "Facility", facility, "SeverityLevel", severity,
			"ProcessName", process, "ProcessID", 800+m.rng.IntN(9000), "SyslogMessage", text, "CollectorHostName", n.name)
	}
	line("cron", "info", "CRON", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
	line("daemon", "info", "systemd", "Started Daily apt download activities.")
	if m.rng.IntN(12) == 0 {
		line("auth", "warning", "sshd", fmt.Sprintf("Failed password for invalid user admin from 198.51.100.%d port %d ssh2", m.rng.IntN(255), 30000+m.rng.IntN(30000)))
	}
	if m.rng.IntN(40) == 0 {
		line("kern", "err", "kernel", "nvme nvme0: I/O 288 QID 4 timeout, completion polled")
	}
}

// database is the virtual machine with SQL Server.
func (m *minute) database() {
	const name = "shop-sql-01"
	busy := m.between(rebuildFrom, rebuildTo)
	m.heartbeat(name, "10.1.0.4", "Windows", "Windows Server 2022 Datacenter", databaseVM)
	cpu, queue, waits := 28+m.rng.NormFloat64()*3, 0.6+m.rng.Float64()*0.3, 2.0
	if busy {
		cpu, queue, waits = 96+m.rng.Float64()*3, 22+m.rng.Float64()*6, 480+m.rng.Float64()*90
	}
	m.perf(name, "Processor", "% Processor Time", "_Total", cpu)
	m.perf(name, "PhysicalDisk", "Avg. Disk Queue Length", "_Total", queue)
	m.perf(name, "SQLServer:Locks", "Lock Waits/sec", "_Total", waits)
	m.perf(name, "Memory", "Available MBytes", "", 6200+m.rng.NormFloat64()*90)
	m.perf(name, "LogicalDisk", "% Free Space", "D:", 41)
	event := func(at time.Time, id, level int, levelName, text string) {
		m.add("Event", at, "Computer", name, "EventLog", "Application", "Source", "MSSQLSERVER", "EventID", id, "EventLevel", level, "EventLevelName", levelName,
			"RenderedDescription", text, "UserName", `NT SERVICE\MSSQLSERVER`, "_ResourceId", databaseVM)
	}
	if m.once(rebuildFrom) {
		event(m.at.Add(2*time.Second), 17137, 4, "Information", "ALTER INDEX ALL ON dbo.Orders REBUILD WITH (ONLINE = OFF) started by job 'Index maintenance'.")
	}
	if busy {
		event(m.within(), 1222, 3, "Warning", "Lock request time out period exceeded on object 'dbo.Orders': blocked by session 71 (job 'Index maintenance').")
	}
	if m.once(rebuildTo) {
		event(m.at.Add(time.Second), 17138, 4, "Information", "Job 'Index maintenance' finished after 12 minutes.")
	}
}
