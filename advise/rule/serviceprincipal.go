package rule

import "github.com/yagura/yagura/advise/message"

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

var servicePrincipal = Rule{
	ID: "service-principal", Severity: Warning, Title: "The cluster signs in with a secret that expires",
	Doc:     "A cluster with a service principal stops working with Azure on the day its secret expires, a year after it was made by default. A managed identity has no secret.",
	Fix:     "`az aks update --resource-group GROUP --name CLUSTER --enable-managed-identity`, then upgrade the node images.",
	Sources: []string{"https://learn.microsoft.com/azure/aks/use-managed-identity", "https://learn.microsoft.com/azure/aks/update-credentials"},
	check: func(c *run) {
		for _, v := range c.Clusters {
			if v.ServicePrincipal != "" && v.ServicePrincipal != "msi" {
				c.report(v, "managedCluster", &metav1.ObjectMeta{Name: v.Name}, finding{path: []string{"servicePrincipalProfile"}, reason: message.New("servicePrincipalProfile names client %s, not a managed identity; its secret lives 365 days by default.", v.ServicePrincipal),
					failure: message.New("When it expires, pods on new nodes, pulls, volumes and load balancers fail.")})
			}
		}
	},
}
