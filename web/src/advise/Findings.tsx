import { Badge, Button, mergeClasses, MessageBar, MessageBarBody, MessageBarTitle, ToggleButton, Tooltip } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons/svg/copy";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { Advice, FileProblem, Finding, Messages, Severity } from "../api/advise";
import { useLanguage } from "../app/settings";
import { useCopy } from "../app/toast";
import { t } from "../i18n";
import { rules as titles } from "../i18n/rules.ja";
import css from "./Advise.module.css";
import { useFiles } from "./files";
import { useSaid } from "./said";

const Explanation = lazy(() => import("./Explanation"));

const severities = ["error", "warning", "note"] as const;
const colours = { error: "danger", warning: "warning", note: "informative" } as const;
const page = 50;

/** Findings by severity: the gravest first, as many as one reads. */
export function Findings({ advice, tools }: { advice: Advice; tools?: ReactNode }) {
  const [only, setOnly] = useState<Severity>();
  const [shown, setShown] = useState(page);
  const open = advice.findings.filter((f) => !f.suppressed);
  const count = (s: Severity) => open.filter((f) => f.severity === s).length;
  const rank = (f: Finding) => (f.suppressed ? 3 : severities.indexOf(f.severity));
  const list = advice.findings.filter((f) => !only || (f.severity === only && !f.suppressed)).sort((a, b) => rank(a) - rank(b));
  return (
    <>
      <Problems of={advice} />
      <div className={css.row}>
        {severities.map((s) => (
          <ToggleButton key={s} size="small" checked={only === s} disabled={count(s) === 0} onClick={() => setOnly(only === s ? undefined : s)}>
            {t(`advise.count_${s}`, { n: count(s) })}
          </ToggleButton>
        ))}
        <span className={css.space} />
        {tools}
      </div>
      {list.length === 0 && <p className={css.nothing}>{t("advise.noFindings")}</p>}
      <ul className={css.findings} aria-label={t("advise.findings")}>
        {list.slice(0, shown).map((f, i) => (
          <FindingCard key={`${f.rule} ${f.file} ${f.line} ${f.object} ${i}`} finding={f} advice={advice} />
        ))}
      </ul>
      {list.length > shown && <Button onClick={() => setShown(shown + page)}>{t("advise.more", { n: list.length - shown })}</Button>}
      {advice.more > 0 && <p className={css.faint}>{t("advise.leftOut", { n: advice.more })}</p>}
    </>
  );
}

/** What of the files cannot be read. */
export function Problems({ of: { problems: list, messages } }: { of: { problems: FileProblem[]; messages: Messages } }) {
  const say = useSaid(messages);
  if (list.length === 0) return null;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t("advise.unread")}</MessageBarTitle>
        {list.slice(0, 5).map((p, i) => (
          <div key={i}>
            <Place file={p.file} line={p.line} /> {say(p.text)}
          </div>
        ))}
        {list.length > 5 && t("advise.moreProblems", { n: list.length - 5 })}
      </MessageBarBody>
    </MessageBar>
  );
}

/** A place in a file, that leads there. */
export function Place({ file, line }: { file: string; line: number }) {
  const { files, goTo } = useFiles();
  if (!files.some((f) => f.name === file && f.text !== undefined)) return <span className={css.mono}>{`${file}:${line}`}</span>;
  return (
    <button type="button" className={css.place} onClick={() => goTo(file, line)}>
      {`${file}:${line}`}
    </button>
  );
}

function FindingCard({ finding: f, advice }: { finding: Finding; advice: Advice }) {
  const rule = advice.rules[f.rule];
  const say = useSaid(advice.messages);
  const japanese = useLanguage() === "ja" ? titles[f.rule] : undefined;
  return (
    <li className={mergeClasses(css.finding, css[f.severity], f.suppressed && css.suppressed)}>
      <div className={css.row}>
        <Badge appearance="tint" color={colours[f.severity]} className={css.severity}>
          {t(`advise.severity_${f.severity}`)}
        </Badge>
        {f.suppressed && <Badge appearance="outline">{t("advise.suppressed")}</Badge>}
        <h3 className={mergeClasses(css.findingTitle, css.grow)} lang={japanese ? "ja" : "en"}>
          {japanese ?? f.title}
        </h3>
      </div>
      <div className={css.row} style={{ marginTop: 4 }}>
        <span className={css.mono}>{f.namespace && f.namespace !== "default" ? `${f.namespace}/${f.object}` : f.object}</span>
        <Place file={f.file} line={f.line} />
      </div>
      <p className={css.reason}>{say(f.reason)}</p>
      <p className={css.failure}>{say(f.failure)}</p>
      {f.suppressed && f.suppressedBecause && <p className={css.faint}>{t("advise.because", { why: f.suppressedBecause })}</p>}
      {f.patch && <Code title={t(f.patch.type === "apply" ? "advise.apply" : "advise.patch", { target: f.patch.target })} text={f.patch.yaml} />}
      <details className={css.about}>
        <summary>{t("advise.rule", { rule: f.rule })}</summary>
        {rule && (
          <Suspense>
            <Explanation rule={rule} />
          </Suspense>
        )}
        <a href={f.help} target="_blank" rel="noreferrer">
          {t("advise.rulePage")}
        </a>
        {rule?.sources.map((s) => (
          <div key={s}>
            <a href={s} target="_blank" rel="noreferrer">
              {s}
            </a>
          </div>
        ))}
      </details>
    </li>
  );
}

/** Text to take along. */
export function Code({ title, text, tools }: { title: string; text: string; tools?: ReactNode }) {
  const copy = useCopy();
  return (
    <div className={css.code}>
      <div className={css.codeHead}>
        <span className={css.grow}>{title}</span>
        {tools}
        <Tooltip content={t("advise.copy")} relationship="label">
          <Button size="small" appearance="subtle" icon={<CopyRegular />} onClick={() => void copy(text, title)} />
        </Tooltip>
      </div>
      <pre tabIndex={0} aria-label={title}>
        {text}
      </pre>
    </div>
  );
}
