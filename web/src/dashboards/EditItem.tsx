import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, Select, Textarea } from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import { t } from "../i18n";
import css from "./Dashboard.module.css";
import { type Content, drawings, type Item, itemType } from "./workbook";

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
  const submit = (event: FormEvent) => {
    event.preventDefault();
    try {
      onSave({ ...item, content: shownAs(withText(item, title, text), shown) });
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const label = item.type === itemType.query ? t("logs.query") : item.type === itemType.text ? "Markdown" : "JSON";
  return (
    <Dialog open onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t("dashboard.edit")}</DialogTitle>
            <DialogContent className={css.form}>
              <Field label={t("dashboard.title")}>
                <Input value={title} onChange={(_, d) => setTitle(d.value)} />
              </Field>
              <Field label={label} {...(problem ? { validationMessage: problem } : {})}>
                <Textarea className={css.code!} resize="vertical" value={text} onChange={(_, d) => setText(d.value)} spellCheck={item.type === itemType.text} />
              </Field>
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
