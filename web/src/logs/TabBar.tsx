import { Button, Tab, TabList, Tooltip } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import { useEffect, useRef } from "react";
import css from "./TabBar.module.css";
import { titleOf, useLogs } from "./store";
import { t } from "../i18n";

/** The open queries. A tab closes with its cross, a middle click or Delete. */
export function TabBar({ onClose }: { onClose: (id: string) => void }) {
  const { tabs, activeId, activate, open } = useLogs();
  const list = useRef<HTMLDivElement>(null);
  const title = titleOf(tabs.find((tab) => tab.id === activeId)?.text ?? "");
  useEffect(() => {
    // It stays in view as the window narrows, too; it is told at first, when the title is laid out.
    const observer = new ResizeObserver(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" }));
    observer.observe(list.current!);
    return () => observer.disconnect();
  }, [activeId, tabs.length, title]);
  return (
    <div className={css.bar}>
      <TabList
        ref={list}
        size="small"
        className={css.list}
        aria-label={t("logs.queries")}
        selectedValue={activeId}
        onTabSelect={(_, d) => activate(d.value as string)}
      >
        {tabs.map((tab) => (
          <Tab
            key={tab.id}
            value={tab.id}
            className={css.tab}
            onAuxClick={(e) => e.button === 1 && onClose(tab.id)}
            onKeyDown={(e) => e.key === "Delete" && onClose(tab.id)}
          >
            <span className={css.label}>
              <span className={css.title}>{titleOf(tab.text)}</span>
              <span
                className={css.close}
                aria-hidden="true"
                title={t("logs.closeTab")}
                onClick={(e) => {
                  e.stopPropagation();
                  onClose(tab.id);
                }}
              >
                <DismissRegular fontSize={12} />
              </span>
            </span>
          </Tab>
        ))}
      </TabList>
      <Tooltip content={t("logs.newQuery")} relationship="label">
        <Button size="small" appearance="subtle" icon={<AddRegular />} onClick={() => open()} />
      </Tooltip>
    </div>
  );
}
