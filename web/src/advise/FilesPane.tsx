import { Button, Input, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, mergeClasses, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import { useQuery } from "@tanstack/react-query";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { readFiles } from "../api/advise";
import { useSettled } from "../app/useSettled";
import { t } from "../i18n";
import css from "./Advise.module.css";
import { mostBytes, readChosen, TooMuch, useFiles } from "./files";
import { useRefusal } from "./said";

/** What is read of the files, for whoever wants to choose among it. */
export function useSeen() {
  const version = useFiles((s) => s.version);
  const settled = useSettled(version, 400);
  const empty = useFiles((s) => s.files.length === 0);
  return useQuery({
    queryKey: ["advise", "read", settled],
    queryFn: ({ signal }) => readFiles({ files: useFiles.getState().files }, signal),
    enabled: !empty,
    placeholderData: (before) => before,
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** The files: pasted, chosen, dropped, or an example. */
export function FilesPane() {
  const { files, current, line, add, edit, rename, remove, clear, show, load } = useFiles();
  const [problem, setProblem] = useState("");
  const refusal = useRefusal();
  const [over, setOver] = useState(false);
  const chooseFiles = useRef<HTMLInputElement>(null);
  const chooseFolder = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const seen = useSeen();
  const file = files[current];

  useEffect(() => {
    const element = area.current;
    if (line === undefined || !element) return;
    const lines = element.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0);
    element.focus();
    element.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    element.scrollTop = Math.max(0, (line - 5) * 18);
    element.scrollLeft = 0;
    useFiles.setState({ line: undefined });
  }, [line, current]);

  const take = async (list: Iterable<File>) => {
    setProblem("");
    try {
      const taken = await readChosen(list);
      if (taken.length === 0) setProblem(t("advise.nothingKnown"));
      else add(taken);
    } catch (error) {
      setProblem(error instanceof TooMuch ? t("advise.tooMuch", { most: mostBytes >> 20 }) : String(error));
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files);
  };
  const chosen = (element: HTMLInputElement) => {
    void take([...(element.files ?? [])]);
    element.value = "";
  };
  return (
    <section className={css.panel} aria-label={t("advise.files")}>
      <div className={css.row}>
        <h2 className={mergeClasses(css.panelTitle, css.grow)} style={{ margin: 0 }}>
          {t("advise.files")}
        </h2>
        <input ref={chooseFiles} type="file" multiple hidden aria-label={t("advise.upload")} onChange={(e) => chosen(e.target)} />
        <input ref={chooseFolder} type="file" multiple hidden aria-label={t("advise.folder")} {...{ webkitdirectory: "" }} onChange={(e) => chosen(e.target)} />
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button size="small">{t("advise.example")}</Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <MenuItem onClick={() => load("shop")}>{t("advise.exampleShop")}</MenuItem>
              <MenuItem onClick={() => load("windows")}>{t("advise.exampleWindows")}</MenuItem>
            </MenuList>
          </MenuPopover>
        </Menu>
        <Button size="small" onClick={() => chooseFiles.current!.click()}>
          {t("advise.upload")}
        </Button>
        <Button size="small" onClick={() => chooseFolder.current!.click()}>
          {t("advise.folder")}
        </Button>
      </div>
      {problem && (
        <MessageBar intent="error">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
      {files.length > 1 && (
        <ul className={css.chips}>
          {files.map((f, i) => (
            <li key={f.name} className={mergeClasses(css.chip, i === current && css.current)}>
              <button type="button" aria-pressed={i === current} onClick={() => show(i)}>
                {f.name}
              </button>
              <button type="button" aria-label={t("advise.remove", { name: f.name })} onClick={() => remove(i)}>
                <DismissRegular fontSize={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {file && <Input size="small" value={file.name} aria-label={t("advise.fileName")} onChange={(_, d) => rename(d.value)} />}
      {file?.zip !== undefined ? (
        <div className={css.archive}>{t("advise.archive", { size: Math.ceil((file.zip.length * 3) / 4096) })}</div>
      ) : (
        <textarea
          ref={area}
          className={mergeClasses(css.text, over && css.drop)}
          aria-label={t("advise.text")}
          placeholder={t("advise.paste")}
          spellCheck={false}
          value={file?.text ?? ""}
          onChange={(e) => edit(e.target.value)}
          onDragOver={(e) => {
            e.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        />
      )}
      <div className={css.row}>
        <span className={mergeClasses(css.faint, css.grow)} role="status">
          {seen.error ? refusal(seen.error) : files.length > 0 && seen.data ? said(seen.data) : ""}
        </span>
        {files.length > 0 && (
          <Button size="small" appearance="subtle" onClick={clear}>
            {t("advise.clear")}
          </Button>
        )}
      </div>
    </section>
  );
}

function said(seen: NonNullable<ReturnType<typeof useSeen>["data"]>): string {
  const others = Object.values(seen.others).reduce((a, b) => a + b, 0);
  const parts = [
    [seen.workloads.length, "workloads"],
    [seen.services, "services"],
    [seen.budgets, "budgets"],
    [seen.autoscalers, "autoscalers"],
    [seen.images, "images"],
    [seen.projects.length, "projects"],
    [others, "others"],
    [seen.problems.length, "problems"],
  ] as const;
  return parts.flatMap(([count, name]) => (count > 0 ? [t(`advise.seen_${name}`, { count })] : [])).join(" · ") || t("advise.seenNothing");
}
