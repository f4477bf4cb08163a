#!/usr/bin/env bash
# Azure's command line, as its documentation says, with no setting but the certificate
# to trust. Its arguments are client id, secret, tenant, resource group and workspace.
# Each line that it prints is checked by the test.
set -euo pipefail
client=$1 secret=$2 tenant=$3 group=$4 workspace=$5
la() { az monitor log-analytics workspace "$@" --only-show-errors; }

az login --service-principal --username "$client" --password="$secret" --tenant "$tenant" --query '[0].state' --output tsv
la show --resource-group "$group" --workspace-name "$workspace" --query customerId --output tsv
la get-shared-keys --resource-group "$group" --workspace-name "$workspace" --query primarySharedKey --output tsv
la table create --resource-group "$group" --workspace-name "$workspace" --name Cli_CL --columns TimeGenerated=datetime Level=string Number=long --query schema.name --output tsv
la table update --resource-group "$group" --workspace-name "$workspace" --name Cli_CL --retention-time 45 --query retentionInDays --output tsv
la create --resource-group "$group" --workspace-name second --retention-time 60 --query retentionInDays --output tsv
la saved-search create --resource-group "$group" --workspace-name "$workspace" --name s1 --category Tests --display-name Beats \
	--saved-query 'Heartbeat | count' --func-alias Beats --query functionAlias --output tsv
az rest --method post --url "https://api.loganalytics.io/v1/workspaces/$(la show --resource-group "$group" --workspace-name "$workspace" --query customerId --output tsv)/query" \
	--resource https://api.loganalytics.io --body '{"query":"Beats | project n = Count + 7"}' --query 'tables[0].rows[0][0]' --output tsv
la delete --resource-group "$group" --workspace-name second --yes
la list --resource-group "$group" --query 'length(@)' --output tsv
az monitor activity-log list --resource-group "$group" --offset 1h --query "[?operationName.value=='Microsoft.OperationalInsights/workspaces/delete'] | [0].status.value" --output tsv
