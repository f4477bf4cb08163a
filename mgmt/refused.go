package mgmt

import (
	"regexp"
	"strings"

	"github.com/yagura/yagura/kql/command"
)

// refused are commands of Kusto that are not there, each with the reason. Heads are
// compared with a command's first words in lower case.
var refused = []struct {
	head   *regexp.Regexp
	reason string
}{
	{head(`\.(create|create-or-alter|alter) (async )?(ifnotexists )?materialized-view .*on materialized-view`), "a materialized view is of a table"},
	{head(`\.(delete|purge|clear) materialized-view`), "a materialized view's rows are made of its table's: delete them there"},
	{head(`\.\S+ (async )?(ifnotexists )?materialized[-_ ]views?`), "of materialized views there are .create, .alter, .rename, .enable, .disable, .drop and .show"},
	{head(`\.(add|drop|set|show) external table \S+ (admins|principal|principals)`), "who may do what is said by role assignments of Azure Resource Manager"},
	{head(`\.\S+ external table \S+ policy`), "queries of external tables are not accelerated: nothing is kept of what lies elsewhere"},
	{head(`\.\S+ (async )?external tables?`), "of external tables there are .create, .alter, .create-or-alter, .drop and .show, and mappings"},
	{head(`\.show graph_snapshots? .*(statistics|failures)`), "what it took to make a snapshot is not kept: .show queries lists queries, and .show graph_snapshot … details counts nodes and edges"},
	{head(`\.\S+ graph_model .* policy`), "graph models have no policies: snapshots are kept until they are dropped"},
	{head(`\.\S+ (async )?graph_(model|models|snapshot|snapshots)`), "of graphs there are .create-or-alter graph_model, .make graph_snapshot, .drop and .show"},
	{head(`\.\S+ (async )?continuous-exports?`), "there is no continuous export"},
	{head(`\.(async-)?export`), "rows are not exported to other storage: query them, and save the answer"},
	{head(`\.\S+ (async )?stored_query_results?`), "of stored query results there are .set, .set-or-replace, .show and .drop"},
	{head(`\.\S+ workload_groups?`), "there are no workload groups: the server's limits are settings"},
	{head(`\.\S+ follower`), "there are no follower databases"},
	{head(`\.(ingest|ingest-from-storage-queued|dup-next-ingest|dup-next-failed-ingest)\b`), "rows are not read from other storage: send them by streaming ingestion, or with .ingest inline"},
	{head(`\.\S+ queued ingestion`), "there is no queued ingestion: use streaming ingestion"},
	{head(`\.get `), "there is no queued ingestion, so there are no queues, blobs or tokens for it: use streaming ingestion"},
	{head(`\.list blobs`), "other storage is not read"},
	{head(`\.(show|create|alter|alter-merge|drop|delete|enable|disable) plugins?`), "plugins are there or not for everyone; they are not switched"},
	{head(`\.purge table \S+ in database \S+ allrecords`), "use .clear table data, which deletes all rows at once"},
	{head(`\.(async-)?delete(-async)? (async )?table \S+ records`), "only .delete table T records <| predicate deletes rows, and has done so when it answers"},
	{head(`\.(cancel|abort) (all )?purges?`), "a purge that is noted is carried out"},
	{head(`\.(show|cancel|purge|execute|abort)\s?(all )?(purge|purges|purgeid|allrecords|single)\b`), "of purges there are .purge table T records and .show purges"},
	{head(`\.update (async )?table`), "rows are not changed: delete them by .delete table T records, and .append others"},
	{head(`\.drop-pretend extents`), "extents are the store's own affair: .show table T extents lists them"},
	{head(`\.purge`), "of purges there is .purge table T records in database D <| predicate"},
	{head(`\.(alter|alter-merge|delete|show|create) (column|columns|table|tables|database|cluster|function|workload_group)\b.* policy`), "the policy is not one that the store has: retention, update, ingestiontime and streamingingestion are"},
	{head(`\.alter-merge tables `), "the policy is not one that the store has"},
	{head(`\.(alter|alter-merge|delete|show) .*policy`), "the policy is not one that the store has"},
	{head(`\.(show|drop|move|replace|alter|alter-merge|merge|seal|rebuild|undo|set|clear|attach|detach)( async)? (tables? \S+ |database \S+ |cluster |materialized_view )?(extents?|extent_tags|extentcontainers|extent containers)`), "extents are the store's own affair: .show table T extents lists them"},
	{head(`\.(merge|rebuild|seal|attach|undo|apply|copy|redirect|restore|rollback|sync|store|patch|drain|internal|unlink|link|start|stop)\b`), "extents, nodes and storage are the store's own affair"},
	{head(`\.(add|drop|set) (database|table|function|cluster|external table|materialized-view)\b`), "who may do what is said by role assignments of Azure Resource Manager"},
	{head(`\.show (cluster|database|table|function)\b.* (blockedprincipals|principals|principal|roles)`), "who may do what is said by role assignments of Azure Resource Manager"},
	{head(`\.(show|alter|drop|clear|add) .*(cache|callstacks|crm|memory|memorypools|nodes|services|sandboxes?|network|callouts?|statistics|diagnostics|caches|row_?store|rowstores|streamingingestion|credential|remote)`), "the server has no such parts to show or to change"},
	{head(`\.(create|attach|detach|drop|alter|alter-merge|move|rename|set) (pretty ?name )?databases?`), "a database is a workspace: Azure Resource Manager makes, changes and deletes them"},
	{head(`\.(create|alter|alter-merge|drop|show|add) (cluster|capacity|tenants|basicauth|certificate|role|app)`), "there is no cluster to manage"},
	{head(`\.(show|cancel) (async )?(operations?|data operations)`), "commands end before they are answered: there is nothing to cancel, and .show operations lists those that were sent with async"},
	{head(`\.show (commands|commands-and-queries|journal|capacity|ingestion|mirroring|sql|fabric|workload|version-info|callout|plugins|free|all|data|principal|security|shards|cachedump|rowgroups|request|query|queryexecution|querycalltree|diagnostics)`), "the server keeps no such list: .show queries lists queries"},
	{head(`\.show (database|table|tables|column|function|functions)\b`), "there is no such view of it"},
	{head(`\.rename (tables?|columns?)`), "rows are stored under their table's and columns' names: make another table and fill it with .set-or-append"},
	{head(`\.alter column`), "a column of stored rows keeps its type: add another, and fill it with .set-or-append"},
	{head(`\.(enable|disable|clear|alter|create|drop|set|delete|save|activate|deactivate|run|reset) (database|cluster|query|encoding|async|remote|crm|merge|extent|tenant|service|streaming|continuous)`), "the store has nothing of the kind"},
}

func head(pattern string) *regexp.Regexp { return regexp.MustCompile(`^` + pattern) }

// refusal is the error of a command that Kusto has and that is not there; nil for what
// is no command of Kusto's.
func refusal(src string) error {
	words := strings.ToLower(command.Head(src, 12))
	for _, r := range refused {
		if r.head.MatchString(words + " ") {
			return fail(codeRefused, "The command %s is not supported: %s.", command.Head(src, 4), r.reason)
		}
	}
	return nil
}
