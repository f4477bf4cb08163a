import { mergeClasses } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useDark } from "../app/settings";
import { t } from "../i18n";
import css from "./Advise.module.css";
import { isExample } from "./examples";
import { FilesPane } from "./FilesPane";
import { useFiles } from "./files";
import type { Search, ViewPath } from "./settings";

interface Props {
  view: ViewPath;
  search: Search;
  /** Changes the address. */
  onSearch: (change: Search) => void;
  /** Below the files: settings. */
  aside?: ReactNode;
  tools?: ReactNode;
  children: ReactNode;
}

/** What the three views share: their names, and the files that they are about. */
export function Frame({ view, search, onSearch, aside, tools, children }: Props) {
  const dark = useDark();
  const { example, load } = useFiles();
  const asked = search["example"];
  useEffect(() => {
    if (isExample(asked) && useFiles.getState().example !== asked) load(asked);
    // Only an address that one has come to loads an example: one that is edited stays edited.
  }, [asked, load]);
  const shown = useRef(example);
  useEffect(() => {
    if (shown.current !== example) onSearch({ example: example ?? "" });
    shown.current = example;
  }, [example, onSearch]);
  const views: [ViewPath, string][] = [
    ["/advise", t("advise.advice")],
    ["/advise/simulate", t("advise.simulate")],
    ["/advise/windows", t("advise.windows")],
  ];
  return (
    <main className={mergeClasses(css.page, dark && css.dark)}>
      <div className={css.bar}>
        <h1 className={css.title}>{views.find(([path]) => path === view)![1]}</h1>
        <nav className={css.views} aria-label={t("advise.views")}>
          {views.map(([path, name]) => (
            <Link key={path} to={path} search={example ? { example } : {}} className={css.view} activeOptions={{ exact: true, includeSearch: false }} activeProps={{ className: mergeClasses(css.view, css.activeView) }}>
              {name}
            </Link>
          ))}
        </nav>
        <span className={css.space} />
        {tools}
      </div>
      <div className={css.body}>
        <div className={css.side}>
          <FilesPane />
          {aside}
        </div>
        <div className={css.main}>{children}</div>
      </div>
    </main>
  );
}
