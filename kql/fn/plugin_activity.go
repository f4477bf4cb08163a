package fn

import (
	"slices"

	"github.com/yagura/yagura/table"
)

// windowOf are the parameters with which the plugins on activity begin.
func windowOf(more ...PluginParam) []PluginParam {
	return append([]PluginParam{
		pluginColumn("IdColumn", notDynamic...), pluginColumn("TimelineColumn", pluginSums...),
		pluginConst("Start", pluginSums...), pluginConst("End", pluginSums...),
	}, more...)
}

// pluginSteps is a width of bins, or the name of a step of the calendar.
func pluginSteps(name string) PluginParam {
	return pluginConst(name, append(slices.Clone(pluginSums), table.String)...)
}

var dimensions = pluginRest(pluginColumn("Dimension", notDynamic...))

var activityPlugins = []Plugin{
	{
		Name: "active_users_count", Doc: "Counts the values that appeared in at least so many periods of a window before.",
		Forms: [][]PluginParam{windowOf(
			pluginConst("LookbackWindow", pluginSums...), pluginConst("Period", pluginSums...), pluginConst("ActivePeriods", pluginSums...),
			pluginSteps("Bin"), dimensions,
		)},
		Cols: behind([]table.Column{tableColumn("dcount", table.Long)}, "TimelineColumn", "Dimension"),
	},
	{
		Name: "activity_counts_metrics", Doc: "Counts values, distinct, new and so far, in each window of time.",
		Forms: [][]PluginParam{windowOf(pluginSteps("Window"), dimensions)},
		Cols: behind([]table.Column{
			tableColumn("count", table.Long), tableColumn("dcount", table.Long), tableColumn("new_dcount", table.Long), tableColumn("aggregated_dcount", table.Long),
		}, "TimelineColumn", "Dimension"),
	},
	{
		Name: "activity_engagement", Doc: "Gives the ratio of active values in an inner window to those in an outer one.",
		Forms: [][]PluginParam{
			{
				pluginColumn("IdColumn", notDynamic...), pluginColumn("TimelineColumn", pluginSums...),
				pluginConst("InnerActivityWindow", pluginSums...), pluginConst("OuterActivityWindow", pluginSums...), dimensions,
			},
			windowOf(pluginConst("InnerActivityWindow", pluginSums...), pluginConst("OuterActivityWindow", pluginSums...), dimensions),
		},
		Cols: behind([]table.Column{
			tableColumn("dcount_activities_inner", table.Long), tableColumn("dcount_activities_outer", table.Long), tableColumn("activity_ratio", table.Real),
		}, "TimelineColumn", "Dimension"),
	},
	{
		Name: "activity_metrics", Doc: "Gives distinct and new values, retention and churn from one window to the next.",
		Forms: [][]PluginParam{
			{pluginColumn("IdColumn", notDynamic...), pluginColumn("TimelineColumn", pluginSums...), pluginSteps("Window"), dimensions},
			windowOf(pluginSteps("Window"), dimensions),
		},
		Cols: behind([]table.Column{
			tableColumn("dcount_values", table.Long), tableColumn("dcount_newvalues", table.Long), tableColumn("retention_rate", table.Real), tableColumn("churn_rate", table.Real),
		}, "TimelineColumn", "Dimension"),
	},
	{
		Name: "new_activity_metrics", Doc: "Follows the values that are new in each window through the windows after it.",
		Forms: [][]PluginParam{windowOf(
			pluginConst("Window"), pluginOpt(pluginConst("Cohort")), dimensions, pluginOpt(PluginParam{Name: "Lookback", Kind: PluginTable}),
		)},
		Cols: func(c *PluginCall) []table.Column {
			t := c.column("TimelineColumn")
			out := append([]table.Column{tableColumn("from_"+t.Name, t.Type), tableColumn("to_"+t.Name, t.Type)}, c.columns("Dimension")...)
			return append(out, tableColumn("dcount_new_values", table.Long), tableColumn("dcount_retained_values", table.Long),
				tableColumn("dcount_churn_values", table.Long), tableColumn("retention_rate", table.Real), tableColumn("churn_rate", table.Real))
		},
	},
	{
		Name: "session_count", Doc: "Counts sessions: values with activity in a bin and in a window before it.",
		Forms: [][]PluginParam{windowOf(pluginConst("Bin", pluginSums...), pluginConst("LookBackWindow", pluginSums...), dimensions)},
		Cols:  behind([]table.Column{tableColumn("count_sessions", table.Long)}, "TimelineColumn", "Dimension"),
	},
	{
		Name: "sliding_window_counts", Doc: "Counts values, and distinct ones, in a window that slides along bins.",
		Forms: [][]PluginParam{windowOf(pluginConst("LookbackWindow", pluginSums...), pluginSteps("Bin"), dimensions)},
		Cols:  behind([]table.Column{tableColumn("Count", table.Long), tableColumn("Dcount", table.Long)}, "TimelineColumn", "Dimension"),
	},
}

var funnelPlugins = []Plugin{
	{
		Name: "funnel_sequence", Doc: "Counts those that took a sequence of states, and what came before and after.",
		Forms: [][]PluginParam{windowOf(
			pluginConst("MaxSequenceStepWindow", pluginSums...), pluginConst("Step", pluginSums...), pluginColumn("StateColumn", notDynamic...),
			pluginConst("Sequence", table.Dynamic),
		)},
		Cols: func(c *PluginCall) []table.Column {
			s := c.column("StateColumn").Type
			return []table.Column{c.column("TimelineColumn"), tableColumn("prev", s), tableColumn("next", s), tableColumn("dcount", table.Long), tableColumn("samples", table.Dynamic)}
		},
		More: func(c *PluginCall) [][]table.Column {
			t, s := c.column("TimelineColumn"), c.column("StateColumn").Type
			count := []table.Column{tableColumn("dcount", table.Long), tableColumn("samples", table.Dynamic)}
			return [][]table.Column{append([]table.Column{t, tableColumn("prev", s)}, count...), append([]table.Column{t, tableColumn("next", s)}, count...)}
		},
	},
	{
		Name: "funnel_sequence_completion", Doc: "Counts those that completed each step of a sequence within periods.",
		Forms: [][]PluginParam{windowOf(
			pluginConst("BinSize", pluginSums...), pluginColumn("StateColumn", notDynamic...), pluginConst("Sequence", table.Dynamic),
			pluginConst("MaxSequenceStepPeriods", table.Dynamic),
		)},
		Cols: func(c *PluginCall) []table.Column {
			return []table.Column{c.column("TimelineColumn"), tableColumn(c.column("StateColumn").Name, table.String), tableColumn("Period", table.Timespan), tableColumn("dcount", table.Long)}
		},
	},
}
