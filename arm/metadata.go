package arm

import "net/http"

// endpoints says where the services are: all here. Clients that are told of another
// cloud ask it first, without a token:
// https://learn.microsoft.com/azure/azure-resource-manager/management/
func (a *API) endpoints(w http.ResponseWriter, q *http.Request) {
	at := base(q)
	tenant := a.control.Directory().Tenant()
	cloud := map[string]any{
		"name":   "Yagura",
		"portal": at, "resourceManager": at + "/", "microsoftGraphResourceId": at + "/", "graph": at + "/", "graphAudience": "https://graph.microsoft.com/",
		"logAnalyticsResourceId": "https://api.loganalytics.io", "appInsightsResourceId": "https://api.applicationinsights.io",
		"appInsightsTelemetryChannelResourceId": at + "/v2/track", "attestationResourceId": "https://attest.azure.net",
		"activeDirectoryDataLake": "https://datalake.azure.net/", "batch": "https://batch.core.windows.net/", "media": "https://rest.media.azure.net",
		"sqlManagement": "https://management.core.windows.net:8443/", "vmImageAliasDoc": "", "gallery": at + "/", "ossrDbmsResourceId": "https://ossrdbms-aad.database.windows.net",
		"authentication": map[string]any{
			"loginEndpoint": at + "/", "audiences": []string{"https://management.core.windows.net/", "https://management.azure.com/"}, "tenant": tenant, "identityProvider": "AAD",
		},
		"suffixes": map[string]any{
			"storage": "core.windows.net", "keyVaultDns": "vault.azure.net", "sqlServerHostname": "database.windows.net", "acrLoginServer": "azurecr.io",
			"azureDataLakeStoreFileSystem": "azuredatalakestore.net", "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
			"mysqlServerEndpoint": ".mysql.database.azure.com", "postgresqlServerEndpoint": ".postgres.database.azure.com", "mariadbServerEndpoint": ".mariadb.database.azure.com",
			"synapseAnalytics": "dev.azuresynapse.net", "mhsmDns": "managedhsm.azure.net", "attestationEndpoint": ".attest.azure.net", "azureFrontDoorEndpointSuffix": "azurefd.net",
			"storageSyncEndpointSuffix": "afs.azure.net",
		},
	}
	switch v := q.URL.Query().Get("api-version"); {
	case v == "":
		a.writeError(w, q, checkVersion(lowerNames(q.URL.Query())))
	case v >= "2019-05-01":
		// From this version the answer is a list of clouds, in the newest of one.
		if v >= "2022-09-01" {
			a.write(w, q, ok(cloud))
			return
		}
		a.write(w, q, ok([]any{cloud}))
	default:
		auth := cloud["authentication"].(map[string]any)
		a.write(w, q, ok(map[string]any{
			"galleryEndpoint": at + "/", "graphEndpoint": at + "/", "portalEndpoint": at,
			"authentication": map[string]any{"loginEndpoint": auth["loginEndpoint"], "audiences": auth["audiences"]},
		}))
	}
}
