import { Card, Skeleton, SkeletonItem, Text, Title3 } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { type Example, getExamples } from "../api/examples";
import css from "./Welcome.module.css";
import { useLanguage } from "../app/settings";
import { t } from "../i18n";

/** What a newcomer sees before the first query: six to try. */
export function Welcome({ onTry }: { onTry: (example: Example) => void }) {
  const { data, error } = useQuery({ queryKey: ["examples"], queryFn: ({ signal }) => getExamples(signal), staleTime: Infinity });
  return (
    <section className={css.welcome} aria-labelledby="welcome">
      <Title3 as="h2" id="welcome">
        {t("welcome.title")}
      </Title3>
      <p className={css.lead}>
        {t("welcome.write")} <kbd>Shift</kbd> + <kbd>Enter</kbd>
        {data?.length === 0 ? t("welcome.end") : t("welcome.orBegin")}
      </p>
      {error && <Text>{t("welcome.noExamples")}</Text>}
      <div className={css.cards}>
        {data
          ? data.map((e) => <ExampleCard key={e.title} example={e} onTry={onTry} />)
          : !error && Array.from({ length: 6 }, (_, i) => <Placeholder key={i} />)}
      </div>
    </section>
  );
}

function ExampleCard({ example, onTry }: { example: Example; onTry: (example: Example) => void }) {
  const { title, description } = useLanguage() === "ja" ? example.ja : example;
  return (
    <button type="button" className={css.card} onClick={() => onTry(example)}>
      <span className={css.title}>{title}</span>
      <span className={css.description}>{description}</span>
      <code className={css.query}>{example.query}</code>
    </button>
  );
}

const Placeholder = () => (
  <Card>
    <Skeleton aria-label={t("app.loading")}>
      <SkeletonItem size={16} />
    </Skeleton>
  </Card>
);
