import type { en } from "./en";

/** The same keys as in English; Japanese has one form of plural. */
type Texts<T> = { [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string ? string : Texts<T[K]> };

export const ja: Texts<typeof en> = {
  chart: {
    empty: "(空)",
    noRows: "描画する行がありません。",
    notDrawn: "Yagura は {{visualization}} を描画しません。値は表にあります。",
    needsTime: "{{visualization}} には datetime 列が必要です。",
    needsNumbers: "{{visualization}} には最初の列のほかに数値の列が必要です。",
    pieNeeds: "piechart には最初の列の後に数値の列が必要です。",
    ladderNeeds: "ladderchart の最後の 2 列は、区間の始まりと終わりを表す datetime か数値でなければなりません。",
    treemapNeeds: "treemap には名前の列と数値の列が必要です。",
    graphNeeds: "{{visualization}} には、各エッジの始点と終点を表す名前の列が 2 つ必要です。",
    sankeyCycle: "sankey は循環するエッジを表示できません。render graph を使ってください。",
    mapNeeds: "地図には経度と緯度の列、または GeoJSON の点の列が必要です。",
    plotlyNeeds: "plotly には、最初の行の最初のセルに Plotly の JSON (data と layout を持つオブジェクト) が必要です。",
    others_other: "その他 {{count}} 件",
    anomalies: "{{series}}: 異常",
    noEffect: "{{property}} は {{visualization}} では効果がありません。",
    noColumn: "列 {{column}} はありません。",
    logNeedsNumbers: "xaxis=log は効果がありません。この {{visualization}} の x 軸は数値ではありません。",
    fewerSeries_other: "小さい系列 {{count}} 件は表示していません。",
    fewerPanels_other: "{{count}} 列にはパネルがありません。パネルは最大 5 つです。",
    fewerEdges_other: "軽いエッジ {{count}} 件は表示していません。",
    notPositive_other: "値が正でない {{count}} 行は表示していません。",
    noLogarithm_other: "0 以下で対数のない {{count}} 点は表示していません。",
    noEnds_other: "始まりか終わりのない {{count}} 行は表示していません。",
    notOnMap_other: "地図上の位置がない {{count}} 行は表示していません。",
    findingAnomalies: "異常を検出しています",
    noAnomalies: "異常を検出できませんでした: {{problem}}",
  },
  pivot: {
    name: "ピボット",
    rows: "行",
    columns: "列",
    value: "値",
    aggregate: "集計",
    view: "表示",
    none: "(なし)",
    fewerColumns_other: "まれな値 {{count}} 件には列がありません。",
  },
  timepivot: {
    slices: "スライス",
    bySpan: "(SpanID)",
    order: "並び順",
    start: "開始時刻",
    end: "終了時刻",
    openAll: "すべて開く",
    allRows: "すべての行",
  },
};
