// What all grids have: the parts of AG Grid that they use, and how they look.

import {
  CellStyleModule,
  ClientSideRowModelApiModule,
  ClientSideRowModelModule,
  ColumnApiModule,
  ColumnAutoSizeModule,
  EventApiModule,
  ModuleRegistry,
  NumberFilterModule,
  RenderApiModule,
  RowApiModule,
  ScrollApiModule,
  TextFilterModule,
  themeQuartz,
} from "ag-grid-community";

ModuleRegistry.registerModules([
  CellStyleModule,
  ClientSideRowModelApiModule,
  ClientSideRowModelModule,
  ColumnApiModule,
  ColumnAutoSizeModule,
  EventApiModule,
  NumberFilterModule,
  RenderApiModule,
  RowApiModule,
  ScrollApiModule,
  TextFilterModule,
]);

export const theme = themeQuartz.withParams({
  // Scrollbars are as dark as the page.
  browserColorScheme: "inherit",
  accentColor: "var(--colorBrandStroke1)",
  backgroundColor: "var(--colorNeutralBackground1)",
  foregroundColor: "var(--colorNeutralForeground1)",
  borderColor: "var(--colorNeutralStroke2)",
  chromeBackgroundColor: "var(--colorNeutralBackground2)",
  headerTextColor: "var(--colorNeutralForeground1)",
  headerFontWeight: 600,
  rowHoverColor: "var(--colorNeutralBackground1Hover)",
  selectedRowBackgroundColor: "var(--colorNeutralBackground1Selected)",
  menuBackgroundColor: "var(--colorNeutralBackground1)",
  fontFamily: "var(--fontFamilyBase)",
  fontSize: 13,
  headerFontSize: 12.5,
  rowHeight: 27,
  headerHeight: 32,
  spacing: 5,
  cellHorizontalPadding: 9,
  rowBorder: { color: "var(--colorNeutralStroke3)" },
  columnBorder: false,
  wrapperBorder: false,
  wrapperBorderRadius: 0,
});
