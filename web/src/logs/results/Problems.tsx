import { Link, MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { ApiError, type Place, type Problem } from "../../api/http";
import { visible } from "../../values/format";
import css from "./Problems.module.css";
import { t } from "../../i18n";

interface Props {
  error: Error;
  /** From a place in the statement to one in the editor's text. */
  locate: (place: Place) => Place;
  onGo: (place: Place) => void;
}

/** Why a query was not answered, each mistake with a way to its place. */
export function Problems({ error, locate, onGo }: Props) {
  const problems = error instanceof ApiError ? telling(error.problems) : [];
  return (
    <div className={css.problems} role="alert">
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{titleOf(error)}</MessageBarTitle>
          {problems.length === 0 && <div className={css.message}>{error instanceof TypeError ? t("problem.unreached") : visible(error.message)}</div>}
          {problems.map((p, i) => (
            <ProblemLine key={i} problem={p} locate={locate} onGo={onGo} />
          ))}
        </MessageBarBody>
      </MessageBar>
    </div>
  );
}

function ProblemLine({ problem, locate, onGo }: { problem: Problem } & Omit<Props, "error">) {
  const place = problem.place && locate(problem.place);
  return (
    <div className={css.message}>
      {place && (
        <>
          <Link inline as="button" onClick={() => onGo(place)}>
            {t("problem.place", { line: place.line, column: place.column + 1 })}
          </Link>
          {": "}
        </>
      )}
      {visible(problem.message)}
      {problem.hint && ` (${visible(problem.hint)})`} {problem.code && <span className={css.code}>{problem.code}</span>}
    </div>
  );
}

/** The outer errors only wrap those with a place ("the request had some invalid properties"). */
function telling(problems: Problem[]): Problem[] {
  const placed = problems.filter((p) => p.place);
  if (placed.length === 0) return problems.slice(0, 1);
  return placed.filter((p, i) => placed.findIndex((q) => q.message === p.message) === i);
}

function titleOf(error: Error): string {
  if (!(error instanceof ApiError)) return t("problem.noServer");
  if (error.problems.some((p) => p.place)) return t("problem.mistake");
  switch (error.status) {
    case 403:
      return t("problem.forbidden");
    case 429:
      return t("problem.busy");
    case 504:
      return t("problem.slow");
    default:
      return t("problem.failed");
  }
}
