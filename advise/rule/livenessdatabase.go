package rule

import (
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/message"
)

var livenessDatabase = Rule{
	ID: "liveness-database", Severity: Error, Title: "The liveness probe reaches the database",
	Doc: "A liveness probe that asks a dependency restarts the program for the dependency's fault. When the database is slow for longer than `failureThreshold × periodSeconds`, all pods are killed within one period; they start cold against a database that is slow already, and the outage outlives its cause. " +
		"Found by the command (a client that names another host), by the path, and by frameworks whose health page includes the database by default: Spring Boot's `/actuator/health`, django-health-check's `/ht`. A path that readiness asks too, in a pod whose environment names a database, is a warning.",
	Fix:     "Liveness asks something that the process alone can answer. The database belongs to readiness, or better to a cached state behind it.",
	Sources: []string{"https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/", "https://docs.spring.io/spring-boot/reference/actuator/endpoints.html#actuator.endpoints.kubernetes-probes"},
	check: func(c *run) {
		for _, w := range c.running() {
			for i, k := range containers(w) {
				if k.LivenessProbe == nil {
					continue
				}
				why, sev := reachesDatabase(k)
				if sev == 0 {
					continue
				}
				p := timing(k.LivenessProbe)
				pods, _ := c.Scale(w)
				f := finding{severity: sev, path: at(w, i, "livenessProbe"),
					reason:  message.New("Container %s: %s. %d failures × %s, each of at most %s.", k.Name, why, k.LivenessProbe.FailureThreshold, secs(p.Period), secs(p.Timeout)),
					failure: message.New("A database that does not answer for %s restarts all %s together.", secs(p.Budget()-p.InitialDelay+p.Timeout), message.Plural("%d pod", "%d pods", pods)),
				}
				if fix := ownHealth(k); fix != nil {
					f.patch = containerPatch(w, k.Name, map[string]any{"livenessProbe": fix})
				}
				c.on(w, f)
			}
		}
	},
}

var (
	databasePath  = regexp.MustCompile(`(?i)(^|[/_.-])(db|database|sql|mysql|postgres(ql)?|mongo(db)?|redis|mssql|oracle|dependenc(y|ies)|deep|full|ht)([/_.-]|$|\?)`)
	actuator      = regexp.MustCompile(`/actuator/health/?$`)
	databaseTool  = regexp.MustCompile(`\b(pg_isready|psql|mysqladmin|mysql|mariadb-admin|mariadb|redis-cli|mongo|mongosh|sqlcmd|cqlsh)\b`)
	toolHost      = regexp.MustCompile(`(?:^|\s)(?:-h|--host|-H|-S)[\s=]*["']?([\w.$(){}-]+)`)
	socketTool    = regexp.MustCompile(`\b(?:nc|ncat|netcat|telnet)\b[^|;&]*?\s([A-Za-z][\w.-]*)\s+(5432|3306|1433|6379|27017|1521|9042)\b`)
	databaseEnv   = regexp.MustCompile(`(?i)(^|_)(database_url|db_(host|url|name|dsn|server)|pghost|postgres_(host|url)|mysql_host|mongo(db)?_ur[il]|redis_(host|url)|jdbc_url|spring_datasource_url|connectionstrings?(__|$)|sqlconnstr)`)
	databaseImage = regexp.MustCompile(`(?i)(^|/)(postgres|postgresql|mysql|mariadb|mongo|redis|valkey|mssql|cassandra|percona|timescaledb|oracle)[^/]*$`)
)

// reachesDatabase says how a container's liveness depends on a database, and how sure
// that is.
func reachesDatabase(k *corev1.Container) (message.Text, Severity) {
	l := k.LivenessProbe
	if databaseImage.MatchString(strings.SplitN(k.Image, ":", 2)[0]) {
		return message.Text{}, 0 // it is the database
	}
	if l.Exec != nil {
		return commandReaches(strings.Join(l.Exec.Command, " "))
	}
	if l.HTTPGet == nil {
		return message.Text{}, 0
	}
	path := l.HTTPGet.Path
	switch {
	case actuator.MatchString(path):
		return message.New("GET %s is Spring Boot's whole health, with the database's among it", path), Error
	case databasePath.MatchString(path):
		return message.New("GET %s is a check of dependencies by its name", path), Error
	case k.ReadinessProbe != nil && k.ReadinessProbe.HTTPGet != nil && k.ReadinessProbe.HTTPGet.Path == path && databaseOf(k) != "":
		return message.New("GET %s is the readiness probe's path too, and the environment names a database (%s)", path, databaseOf(k)), Warning
	}
	return message.Text{}, 0
}

// commandReaches looks for a database client that names a host other than its own.
func commandReaches(command string) (message.Text, Severity) {
	if m := socketTool.FindStringSubmatch(command); m != nil && !local(m[1]) {
		return message.New("the command connects to %s:%s", m[1], m[2]), Error
	}
	tool := databaseTool.FindString(command)
	if tool == "" {
		return message.Text{}, 0
	}
	if m := toolHost.FindStringSubmatch(command); m != nil && !local(m[1]) {
		return message.New("%s asks host %s", tool, m[1]), Error
	}
	return message.Text{}, 0
}

func local(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1" || host == "0.0.0.0" || strings.Contains(host, "POD_IP") || strings.Contains(host, "HOSTNAME")
}

func databaseOf(k *corev1.Container) string {
	for _, e := range k.Env {
		if databaseEnv.MatchString(e.Name) {
			return e.Name
		}
	}
	return ""
}

// ownHealth is a probe that the process answers alone.
func ownHealth(k *corev1.Container) map[string]any {
	l := k.LivenessProbe
	if l.HTTPGet != nil {
		port := any(l.HTTPGet.Port.IntValue())
		if l.HTTPGet.Port.StrVal != "" {
			port = l.HTTPGet.Port.StrVal
		}
		if actuator.MatchString(l.HTTPGet.Path) {
			return map[string]any{"httpGet": map[string]any{"path": strings.TrimSuffix(l.HTTPGet.Path, "/") + "/liveness", "port": port}}
		}
		return map[string]any{"httpGet": nil, "tcpSocket": map[string]any{"port": port}}
	}
	if len(k.Ports) == 0 {
		return nil
	}
	return map[string]any{"exec": nil, "tcpSocket": map[string]any{"port": k.Ports[0].ContainerPort}}
}
