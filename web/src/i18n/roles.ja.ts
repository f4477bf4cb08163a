// What Azure's own roles are for (control/roles.json), by the English that the server says.

export const roles: Record<string, string> = {
  "Manages everything, access included.": "アクセス権を含むすべてを管理できます。",
  "Manages everything except access.": "アクセス権以外のすべてを管理できます。",
  "Sees everything, changes nothing.": "すべてを表示できますが、変更はできません。",
  "Sees everything and manages access.": "すべてを表示し、アクセス権を管理できます。",
  "Sees everything and assigns roles.": "すべてを表示し、ロールを割り当てることができます。",
  "Reads all monitoring data and edits monitoring settings.": "すべての監視データの読み取りと、監視設定の編集ができます。",
  "Queries the logs of workspaces and tables that conditions allow.": "条件で許可されたワークスペースとテーブルのログを検索できます。",
  "Reads all monitoring data and settings.": "すべての監視データと設定を読み取ることができます。",
  "Reads all monitoring data and updates monitoring settings.": "すべての監視データの読み取りと、監視設定の更新ができます。",
  "Reads all monitoring data, updates monitoring settings, and remediates alert policies.": "すべての監視データの読み取り、監視設定の更新、アラート ポリシーの修復ができます。",
  "Publishes metrics and telemetry.": "メトリックとテレメトリを発行できます。",
  "Reads all monitoring data.": "すべての監視データを読み取ることができます。",
  "Purges data from workspaces and components.": "ワークスペースとコンポーネントのデータを消去できます。",
  "Manages Application Insights components.": "Application Insights コンポーネントを管理できます。",
};
