import { Badge, Button, Dropdown, Field, Input, mergeClasses, Option } from "@fluentui/react-components";
import { CheckmarkCircleRegular } from "@fluentui/react-icons/svg/checkmark-circle";
import { DismissCircleRegular } from "@fluentui/react-icons/svg/dismiss-circle";
import { useQuery } from "@tanstack/react-query";
import { type AdviseRequest, type Fit, getWindowsAdvice, getWindowsFacts, type Host, type Messages, type Place as Target, type Release, type WindowsImage, type WindowsProject } from "../api/advise";
import { Waiting } from "../app/Waiting";
import { useSettled } from "../app/useSettled";
import { t } from "../i18n";
import { download } from "../logs/results/download";
import { formatElapsed } from "../values/format";
import css from "./Advise.module.css";
import { Downloads, Empty, Refused, Share } from "./Common";
import { Code, Findings, Place } from "./Findings";
import { useFiles } from "./files";
import { Frame } from "./Frame";
import { useSaid } from "./said";
import { useAddress } from "./useAddress";

const listed = (text: string | undefined) => (text ?? "").split(/[\s,]+/).filter((part) => part !== "");

/** What fits together in Windows containers. */
export function WindowsPage() {
  const [search, setSearch] = useAddress("/advise/windows");
  const { files, version } = useFiles();
  const facts = useQuery({ queryKey: ["advise", "facts"], queryFn: ({ signal }) => getWindowsFacts(signal), staleTime: Infinity });
  const hosts = listed(search["hosts"]);
  const images = listed(search["images"]);
  const isolation = search["isolation"] === "process" || search["isolation"] === "hyperv" ? search["isolation"] : "";
  const request = (): AdviseRequest => ({ files: useFiles.getState().files, images, hosts, ...(isolation ? { isolation } : {}) });
  const key = useSettled(JSON.stringify([version, images, hosts, isolation]), 500);
  const { data, error, isFetching } = useQuery({
    queryKey: ["advise", "windows", key],
    queryFn: ({ signal }) => getWindowsAdvice(request(), signal),
    enabled: files.length > 0 || images.length > 0,
    placeholderData: (before) => before,
    gcTime: 0,
    staleTime: Infinity,
  });
  const asked = files.length > 0 || images.length > 0;
  const aside = (
    <section className={css.panel} aria-label={t("windows.where")}>
      <h2 className={css.panelTitle}>{t("windows.where")}</h2>
      <div className={css.fields}>
        <Field label={t("windows.hosts")} size="small">
          <Dropdown size="small" multiselect placeholder={t("windows.anyHost")} value={hosts.join(", ")} selectedOptions={hosts} onOptionSelect={(_, d) => setSearch({ hosts: d.selectedOptions.join(",") })}>
            {facts.data?.hosts.map((h) => (
              <Option key={h.alias} value={h.alias} text={h.alias}>
                {h.name}
              </Option>
            )) ?? []}
          </Dropdown>
        </Field>
        <Field label={t("windows.isolation")} size="small">
          <Dropdown size="small" value={t(`windows.isolation_${isolation || "either"}`)} selectedOptions={[isolation]} onOptionSelect={(_, d) => setSearch({ isolation: d.optionValue ?? "" })}>
            <Option value="">{t("windows.isolation_either")}</Option>
            <Option value="process">{t("windows.isolation_process")}</Option>
            <Option value="hyperv">{t("windows.isolation_hyperv")}</Option>
          </Dropdown>
        </Field>
      </div>
      <Field label={t("windows.images")} size="small" style={{ marginTop: 10 }}>
        <Input size="small" value={search["images"] ?? ""} placeholder="mcr.microsoft.com/windows/servercore:1803" onChange={(_, d) => setSearch({ images: d.value })} />
      </Field>
    </section>
  );
  return (
    <Frame view="/advise/windows" search={search} onSearch={setSearch} aside={aside} tools={<Share />}>
      {(error ?? facts.error) && <Refused error={(error ?? facts.error)!} />}
      {!asked && <Empty title={t("windows.title")} text={t("windows.text")} example="windows" />}
      {asked && isFetching && !data && <Waiting />}
      {asked && data && (
        <>
          <Findings advice={data} tools={<Downloads view="windows" request={request} />} />
          {data.images.map((image, i) => (
            <ImageCard key={`${image.file} ${image.line} ${i}`} image={image} messages={data.messages} />
          ))}
          {data.projects.map((p) => (
            <ProjectCard key={p.file} project={p} messages={data.messages} />
          ))}
        </>
      )}
      {facts.data && (
        <section className={css.panel} aria-label={t("windows.matrix")}>
          <h2 className={css.panelTitle}>{t("windows.matrix")}</h2>
          <p className={css.faint} style={{ margin: "0 0 8px" }}>
            {t("windows.matrixHint", { checked: facts.data.checked })}
          </p>
          <Matrix hosts={facts.data.hosts} releases={facts.data.releases} asked={hosts} messages={facts.data.messages} />
        </section>
      )}
    </Frame>
  );
}

/** How long a release is supported still, in a few words. */
export function Support({ release: r }: { release: Release }) {
  const colour = r.phase === "ended" ? "danger" : r.phase === "extended" ? (r.days < 365 ? "warning" : "informative") : r.days < 180 ? "warning" : "success";
  return (
    <Badge appearance="tint" color={colour} title={t("windows.supportDates", { mainstream: r.mainstream, extended: r.extended ?? "–" })}>
      {t(`windows.phase_${r.phase}`, { days: r.days })}
    </Badge>
  );
}

function Letters({ fit, messages }: { fit: Fit; messages: Messages }) {
  const why = useSaid(messages)(fit.why ?? "");
  if (!fit.process && !fit.hyperV) {
    return (
      <span className={css.never} title={why}>
        –<span style={{ position: "absolute", clip: "rect(0 0 0 0)" }}>{t("windows.never")}</span>
      </span>
    );
  }
  return (
    <span className={css.fits} title={why || undefined}>
      {fit.process && <span className={mergeClasses(css.fit, css.process)}>P</span>}
      {fit.hyperV && <span className={mergeClasses(css.fit, css.hyperv)}>H</span>}
    </span>
  );
}

/** Hosts by images: which isolation runs which. */
function Matrix({ hosts, releases, asked, messages }: { hosts: Host[]; releases: Release[]; asked: string[]; messages: Messages }) {
  return (
    <>
      <ul className={css.keys} style={{ marginBottom: 8 }}>
        <li>
          <span className={mergeClasses(css.fit, css.process)}>P</span> {t("windows.isolation_process")}
        </li>
        <li>
          <span className={mergeClasses(css.fit, css.hyperv)}>H</span> {t("windows.isolation_hyperv")}
        </li>
        <li>
          <span className={css.never}>–</span> {t("windows.never")}
        </li>
      </ul>
      <div className={css.scroll} tabIndex={0} role="group" aria-label={t("windows.matrix")}>
        <table className={css.matrix}>
          <thead>
            <tr>
              <th scope="col">{t("windows.hostByImage")}</th>
              {releases.map((r) => (
                <th key={r.build} scope="col">
                  {r.name.replace(/^Windows Server,? ?(version )?/, "")}
                  <small>{r.build}</small>
                  <Support release={r} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {hosts.map((h) => (
              <tr key={h.name} className={mergeClasses(asked.includes(h.alias) && css.asked)}>
                <th scope="row">
                  {h.name.replace(/^Windows Server/, "Server")} <small>{h.build}</small>
                </th>
                {h.fits.map((f) => (
                  <td key={f.build}>
                    <Letters fit={f} messages={messages} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function ImageCard({ image, messages }: { image: WindowsImage; messages: Messages }) {
  const say = useSaid(messages);
  return (
    <section className={css.panel} aria-label={`${image.ref} ${image.file}:${image.line}`}>
      <div className={css.row}>
        <h2 className={mergeClasses(css.panelTitle, css.mono)} style={{ margin: 0, fontSize: 13 }}>
          {image.ref}
        </h2>
        {image.file !== image.ref && <Place file={image.file} line={image.line} />}
      </div>
      <p style={{ margin: "6px 0" }}>
        {image.release ? (
          <>
            {`${image.release.name}, ${image.release.build}, ${image.release.channel} `}
            <Support release={image.release} />
          </>
        ) : (
          t("windows.noRelease")
        )}
      </p>
      {image.family && (
        <p style={{ margin: "6px 0" }}>
          <strong>{image.family.name}</strong>: {t("windows.family", { size: say(image.family.size), for: say(image.family.for) })} {t("windows.pull", { time: formatElapsed(image.family.pullSeconds * 1000) })} {t("windows.lacks", { what: say(image.family.lacks) })}
        </p>
      )}
      {image.hosts.length > 0 && (
        <>
          <h3 className={css.panelTitle}>{t("windows.runsOn")}</h3>
          <ul className={css.keys} style={{ marginBottom: 10 }}>
            {image.hosts.map((h) => (
              <li key={h.name}>
                {h.name.replace(/^Windows Server, version /, "").replace(/^Windows Server /, "Server ")} <Letters fit={h.fits[0]!} messages={messages} />
              </li>
            ))}
          </ul>
        </>
      )}
      <Targets places={image.places} say={say} />
    </section>
  );
}

function Targets({ places, say }: { places: Target[]; say: (text: string) => string }) {
  return (
    <div className={css.scroll} tabIndex={0} role="group" aria-label={t("windows.targets")}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t("windows.target")}</th>
            <th scope="col">{t("windows.today")}</th>
            <th scope="col">2019</th>
          </tr>
        </thead>
        <tbody>
          {places.map((p) => (
            <tr key={p.name}>
              <th scope="row" style={{ fontWeight: 400 }}>
                {p.source ? (
                  <a className={css.link} href={p.source} target="_blank" rel="noreferrer">
                    {p.name}
                  </a>
                ) : (
                  p.name
                )}
              </th>
              <td className={css.why}>
                <span style={{ display: "flex", gap: 6 }}>
                  {p.takes ? (
                    <CheckmarkCircleRegular fontSize={18} style={{ flex: "none", color: "var(--colorStatusSuccessForeground1)" }} aria-label={t("windows.yes")} />
                  ) : (
                    <DismissCircleRegular fontSize={18} style={{ flex: "none", color: "var(--colorStatusDangerForeground1)" }} aria-label={t("windows.no")} />
                  )}
                  <span>{say(p.why)}</span>
                </span>
              </td>
              <td style={{ whiteSpace: "nowrap" }}>{say(p.then)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ProjectCard({ project: p, messages }: { project: WindowsProject; messages: Messages }) {
  const say = useSaid(messages);
  const file = (name: string, text: string, title: string) => (
    <Code
      title={title}
      text={text}
      tools={
        <Button size="small" appearance="subtle" onClick={() => download(name, "text/plain", text)}>
          {t("windows.save")}
        </Button>
      }
    />
  );
  return (
    <section className={css.panel} aria-label={p.file}>
      <div className={css.row}>
        <h2 className={css.panelTitle} style={{ margin: 0 }}>
          {p.name}
        </h2>
        <Badge appearance="tint" color={p.system === "linux" ? "success" : p.system === "windows" ? "informative" : "warning"}>
          {t(`windows.system_${p.system || "unknown"}`)}
        </Badge>
        <Place file={p.file} line={1} />
      </div>
      <p style={{ margin: "6px 0" }}>{t("windows.targetsOf", { frameworks: p.frameworks.join(", ") || "–" })}</p>
      {p.base && (
        <p style={{ margin: "6px 0" }}>
          {t("windows.base")} <span className={css.mono}>{p.base}</span>
        </p>
      )}
      <ul style={{ margin: "6px 0", paddingLeft: 20 }}>
        {p.why.map((w) => (
          <li key={w}>{say(w)}</li>
        ))}
      </ul>
      {p.dockerfile && file("Dockerfile", p.dockerfile, "Dockerfile")}
      {p.manifest && file("kubernetes.yaml", p.manifest, t("windows.manifest"))}
    </section>
  );
}
