package demo

import (
	"fmt"
	"time"
)

// operations is Azure's activity log: what was done to resources, and their health.
func operations(m *minute) {
	if m.at.Minute()%10 == 3 { // a deployment
		at := m.at.Add(9 * time.Second)
		if m.between(secretExpires, secretRenewed) {
			m.activity(at, "Administrative", "Microsoft.ContainerService/managedClusters/write", "Create or Update Managed Cluster", "Error", "Failed", "shop-deployer", clusterID,
				`{"statusCode":"BadRequest","statusMessage":"{\"error\":{\"code\":\"ServicePrincipalProfileInvalid\",\"message\":\"ServicePrincipalProfile were invalid: AADSTS7000222: The provided client secret keys for app `+deployer+` are expired.\"}}"}`)
		} else if m.at.Minute() == 33 {
			m.activity(at, "Administrative", "Microsoft.ContainerService/managedClusters/agentPools/write", "Create or Update Agent Pool", "Informational", "Succeeded", "shop-deployer", clusterID, `{"statusCode":"OK"}`)
		}
	}
	vm := "/subscriptions/" + subscription + "/resourceGroups/MC_" + resourceGroup + "/providers/Microsoft.Compute/virtualMachines/" + hostLost
	if m.once(hostFailed + min) {
		m.activity(m.at.Add(15*time.Second), "ResourceHealth", "Microsoft.Resourcehealth/healthevent/Activated/action", "Health Event Activated", "Critical", "Active", "", vm,
			`{"title":"Unavailable : the host of this virtual machine failed","currentHealthStatus":"Unavailable","previousHealthStatus":"Available","type":"Downtime","cause":"PlatformInitiated"}`)
	}
	if m.once(hostRepaired) {
		m.activity(m.at.Add(25*time.Second), "ResourceHealth", "Microsoft.Resourcehealth/healthevent/Resolved/action", "Health Event Resolved", "Informational", "Resolved", "", vm,
			`{"title":"Available : the virtual machine was restarted on another host","currentHealthStatus":"Available","previousHealthStatus":"Unavailable","type":"Downtime","cause":"PlatformInitiated"}`)
	}
	if m.once(nodeAdded - min) {
		m.activity(m.at.Add(2*time.Second), "Autoscale", "Microsoft.ContainerService/managedClusters/agentPools/scale/action", "Scale Up Agent Pool", "Informational", "Succeeded", "cluster-autoscaler", clusterID, `{"from":3,"to":4}`)
	}
	if m.rng.IntN(20) == 0 {
		p := pick(m, people[:4])
		m.activity(m.within(), "Administrative", "Microsoft.Storage/storageAccounts/listKeys/action", "List Storage Account Keys", "Informational", "Succeeded", p.upn,
			fmt.Sprintf("/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Storage/storageAccounts/shopprod", subscription, resourceGroup), `{"statusCode":"OK"}`)
	}
}

func (m *minute) activity(at time.Time, category, value, name, level, status, caller, resource, properties string) {
	m.add("AzureActivity", at, "OperationName", name, "OperationNameValue", value, "Level", level, "ActivityStatus", status, "ActivityStatusValue", status,
		"Category", category, "CategoryValue", category, "Caller", caller, "CallerIpAddress", "203.0.113.240", "CorrelationId", m.guid(), "OperationId", m.guid(), "EventDataId", m.guid(),
		"EventSubmissionTimestamp", stamp(at), "ResourceGroup", resourceGroup, "SubscriptionId", subscription, "ResourceId", resource, "_ResourceId", resource, "Properties", properties)
}
