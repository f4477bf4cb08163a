import { Field, Input } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { getAdvice } from "../api/advise";
import { Waiting } from "../app/Waiting";
import { useSettled } from "../app/useSettled";
import { t } from "../i18n";
import css from "./Advise.module.css";
import { Downloads, Empty, Refused, Share } from "./Common";
import { Findings } from "./Findings";
import { useFiles } from "./files";
import { Frame } from "./Frame";
import { measured, measuredOf } from "./settings";
import { useAddress } from "./useAddress";

/** Advice on manifests and images. */
export function AdvicePage() {
  const [search, setSearch] = useAddress("/advise");
  const { files, version } = useFiles();
  const settings = measuredOf(search);
  const key = useSettled(JSON.stringify([version, settings]), 500);
  const { data, error, isFetching } = useQuery({
    queryKey: ["advise", "kube", key],
    queryFn: ({ signal }) => getAdvice({ files: useFiles.getState().files, settings: measuredOf(search) }, signal),
    enabled: files.length > 0,
    placeholderData: (before) => before,
    gcTime: 0,
    staleTime: Infinity,
  });
  const aside = (
    <details className={`${css.panel} ${css.details}`}>
      <summary>{t("advise.numbers")}</summary>
      <p className={css.faint}>{t("advise.numbersHint")}</p>
      <div className={css.fields}>
        {measured.map((name) => (
          <Field key={name} label={t(`advise.field_${name}`)} size="small">
            <Input size="small" value={search[name] ?? ""} placeholder={name === "rps" ? "" : "30s"} onChange={(_, d) => setSearch({ [name]: d.value })} />
          </Field>
        ))}
      </div>
    </details>
  );
  return (
    <Frame view="/advise" search={search} onSearch={setSearch} aside={aside} tools={<Share />}>
      {error && <Refused error={error} />}
      {files.length === 0 && <Empty title={t("advise.adviceTitle")} text={t("advise.adviceText")} example="shop" />}
      {files.length > 0 && isFetching && !data && <Waiting />}
      {files.length > 0 && data && <Findings advice={data} tools={<Downloads view="kube" request={() => ({ files, settings })} />} />}
    </Frame>
  );
}
