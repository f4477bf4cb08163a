import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, Label, Select, Textarea } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, lazy, Suspense, useId, useRef, useState } from "react";
import { getMetadata } from "../api/metadata";
import { useSession } from "../app/session";
import { useDark } from "../app/settings";
import { Waiting } from "../app/Waiting";
import "../editor/environment";
import { t } from "../i18n";
import css from "./Dashboard.module.css";
import { type Content, drawings, type Item, itemType } from "./workbook";

const Editor = lazy(() => import("../editor/Editor"));

interface Props {
  item: Item;
  onSave: (item: Item) => void;
  onClose: () => void;
}

/** A tile's title and text or query; parameters, tabs and groups as their JSON. */
export function EditItem({ item, onSave, onClose }: Props) {
  const [title, setTitle] = useState(item.content.title ?? item.name);
  const [text, setText] = useState(() => textOf(item));
  const [shown, setShown] = useState(item.content.visualization ?? "");
  const [problem, setProblem] = useState<string>();
  const save = () => {
    try {
      onSave({ ...item, content: shownAs(withText(item, title, text), shown) });
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  const label = item.type === itemType.query ? t("logs.query") : item.type === itemType.text ? "Markdown" : "JSON";
  return (
    <Dialog open onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface className={item.type === itemType.query ? css.wide! : undefined}>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t("dashboard.edit")}</DialogTitle>
            <DialogContent className={css.form}>
              <Field label={t("dashboard.title")}>
                <Input value={title} onChange={(_, d) => setTitle(d.value)} />
              </Field>
              {item.type === itemType.query ? (
                <QueryField label={label} text={text} onText={setText} onDone={save} />
              ) : (
                <Field label={label} {...(problem ? { validationMessage: problem } : {})}>
                  <Textarea className={css.code!} resize="vertical" value={text} onChange={(_, d) => setText(d.value)} spellCheck={item.type === itemType.text} />
                </Field>
              )}
              {item.type === itemType.query && (
                <Field label={t("dashboard.shownAs")}>
                  <Select value={shown} onChange={(_, d) => setShown(d.value)}>
                    <option value="">{t("dashboard.asQuery")}</option>
                    {[...new Set([...drawings, ...(shown ? [shown] : [])])].map((name) => (
                      <option key={name}>{name}</option>
                    ))}
                  </Select>
                </Field>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t("logs.cancel")}</Button>
              <Button type="submit" appearance="primary">
                {t("time.apply")}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

/** A query in the editor that Logs has; Shift+Enter applies it. */
function QueryField({ label, text, onText, onDone }: { label: string; text: string; onText: (text: string) => void; onDone: () => void }) {
  const session = useSession();
  const dark = useDark();
  const id = useId();
  const latest = useRef(text);
  latest.current = text;
  const metadata = useQuery({ queryKey: ["metadata", session.workspaceId], queryFn: ({ signal }) => getMetadata(session.workspaceId, signal), staleTime: 60_000 });
  return (
    <div role="group" aria-labelledby={id}>
      <Label id={id}>{label}</Label>
      <div className={css.queryField}>
        <Suspense fallback={<Waiting name={t("logs.loadingEditor")} label={t("logs.loadingEditor")} />}>
          <Editor
            tabId={id}
            text={text}
            current={() => latest.current}
            onChange={onText}
            onRun={onDone}
            field
            unchecked={/\{\w+(:\w+)?\}/.test(text)}
            dark={dark}
            workspaceId={session.workspaceId}
            workspace={session.workspaceName}
            metadata={metadata.data}
          />
        </Suspense>
      </div>
    </div>
  );
}

function shownAs(content: Content, visualization: string): Content {
  const { visualization: _, ...rest } = content;
  return visualization ? { ...rest, visualization } : rest;
}

function textOf({ type, content }: Item): string {
  if (type === itemType.query) return content.query ?? "";
  return type === itemType.text ? (content.json ?? "") : JSON.stringify(content, null, 2);
}

function withText({ type, content }: Item, title: string, text: string): Content {
  if (type === itemType.query) return { ...content, title, query: text };
  return type === itemType.text ? { ...content, json: text } : (JSON.parse(text) as Content);
}
