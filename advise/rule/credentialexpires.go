package rule

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/message"
)

var credentialExpires = Rule{
	ID: "credential-expires", Severity: Error, Title: "A service principal's secret has expired, or is about to",
	Doc: "An AKS cluster with a service principal acts on Azure with its secret, which lives for a year unless told otherwise. When it has expired, running pods go on, and everything that needs Azure stops: pulls from the registry, disks, load balancers, new nodes, upgrades. " +
		"The log says AADSTS7000222; pods \"suddenly cannot be applied\".",
	Fix:     "`az ad app credential reset --id APP`, then `az aks update-credentials --reset-service-principal --service-principal APP --client-secret SECRET`, which also reimages the nodes. Better: `az aks update --enable-managed-identity`, which has no secret to expire.",
	Sources: []string{"https://learn.microsoft.com/azure/aks/update-credentials", "https://learn.microsoft.com/azure/aks/use-managed-identity"},
	check: func(c *run) {
		for _, v := range c.Credentials {
			when, sev := expiry(v.End, c.measured.Now)
			if sev == 0 {
				continue
			}
			name := strings.Trim(v.Owner+"/"+firstOf(v.Name, v.ID), "/")
			var lived message.Text
			if !v.Start.IsZero() {
				lived = message.New("It was made on %s for %s.", v.Start.UTC().Format("2006-01-02"), message.Plural("%d day", "%d days", int(v.End.Sub(v.Start).Hours()/24)))
			}
			c.report(v, v.Kind, &metav1.ObjectMeta{Name: name}, finding{severity: sev, reason: message.Sentences(message.New("The %s credential %s.", v.Kind, when), lived),
				failure: message.New("Sign-in fails with AADSTS7000222: image pulls, volumes, load balancers, scaling and upgrades of the cluster stop.")})
		}
	},
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
