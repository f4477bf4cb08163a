import { Button, Field, Input, Select, Switch, Textarea, Tooltip } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { DeleteRegular } from "@fluentui/react-icons/svg/delete";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { type Application, deleteGraph, patchGraph, postGraph, type Secret } from "../api/graph";
import { t } from "../i18n";
import { Ask } from "./Ask";
import { useServicePrincipals } from "./data";
import { DirectoryRoles } from "./DirectoryRoles";
import { Failure } from "./Failure";
import css from "./manage.module.css";
import { Panel, Section } from "./Panel";
import { Remove } from "./Remove";
import { Copyable, Expiry } from "./Value";

const lives = [30, 90, 180, 365, 730] as const;

/** An application: its ids, its secrets and certificates, its roles in the directory. */
export function ApplicationPanel({ application: a, onClose }: { application: Application; onClose: () => void }) {
  const client = useQueryClient();
  const principal = useServicePrincipals().data?.find((s) => s.appId === a.appId);
  const changed = () => client.invalidateQueries({ queryKey: ["graph"] });
  return (
    <Panel
      title={a.displayName}
      onClose={onClose}
      actions={
        <Remove
          name={a.displayName}
          warning={t("manage.warn_applications")}
          remove={() => deleteGraph(`applications/${a.id}`)}
          onRemoved={async () => {
            onClose();
            await changed();
          }}
        />
      }
    >
      <Section title={t("manage.ids")}>
        <Copyable label={t("manage.clientId")} value={a.appId} />
        {principal && <Copyable label={t("manage.objectId")} value={principal.id} />}
      </Section>
      <Secrets application={a} onChanged={changed} />
      <Certificates application={a} onChanged={changed} />
      <Settings key={a.id} application={a} onChanged={changed} />
      {principal && <DirectoryRoles principalId={principal.id} />}
    </Panel>
  );
}

interface Part {
  application: Application;
  onChanged: () => Promise<void>;
}

function Secrets({ application: a, onChanged }: Part) {
  const [asking, setAsking] = useState(false);
  const [made, setMade] = useState<Secret>();
  const remove = useMutation({
    mutationFn: (keyId: string) => postGraph(`applications/${a.id}/removePassword`, { keyId }),
    onSuccess: onChanged,
  });
  return (
    <Section
      title={t("manage.secrets")}
      action={
        <Button size="small" icon={<AddRegular />} onClick={() => setAsking(true)}>
          {t("manage.newSecret")}
        </Button>
      }
    >
      <Failure error={remove.error} />
      {made?.secretText && (
        <div className={css.once} role="status">
          <p className={css.none}>{t("manage.shownOnce")}</p>
          <Copyable label={t("manage.secret")} value={made.secretText} />
        </div>
      )}
      {a.passwordCredentials.length === 0 ? (
        <p className={css.none}>{t("manage.noSecrets")}</p>
      ) : (
        <ul className={css.items}>
          {a.passwordCredentials.map((s) => (
            <li key={s.keyId}>
              <span>
                {s.displayName || t("manage.unnamed")} <code className={css.faint}>{s.hint}…</code>
              </span>
              <Expiry end={s.endDateTime} />
              <Tooltip content={t("manage.removeNamed", { name: s.displayName || s.hint })} relationship="label">
                <Button size="small" appearance="subtle" icon={<DeleteRegular />} disabled={remove.isPending} onClick={() => remove.mutate(s.keyId)} />
              </Tooltip>
            </li>
          ))}
        </ul>
      )}
      {asking && (
        <NewSecret
          application={a}
          onClose={() => setAsking(false)}
          onMade={async (s) => {
            setAsking(false);
            setMade(s);
            await onChanged();
          }}
        />
      )}
    </Section>
  );
}

function NewSecret({ application: a, onClose, onMade }: { application: Application; onClose: () => void; onMade: (s: Secret) => void }) {
  const [name, setName] = useState("");
  const [days, setDays] = useState<number>(180);
  const make = useMutation({
    mutationFn: () =>
      postGraph<Secret>(`applications/${a.id}/addPassword`, { passwordCredential: { displayName: name.trim(), endDateTime: new Date(Date.now() + days * 86_400_000).toISOString() } }),
    onSuccess: onMade,
  });
  return (
    <Ask title={t("manage.newSecret")} verb={t("manage.create")} onDo={() => make.mutate()} onClose={onClose} busy={make.isPending} error={make.error}>
      <Field label={t("manage.secretName")}>
        <Input value={name} onChange={(_, d) => setName(d.value)} autoComplete="off" />
      </Field>
      <Field label={t("manage.expires")}>
        <Select value={days} onChange={(_, d) => setDays(Number(d.value))}>
          {lives.map((n) => (
            <option key={n} value={n}>
              {t("manage.inDays", { count: n })}
            </option>
          ))}
        </Select>
      </Field>
    </Ask>
  );
}

function Certificates({ application: a, onChanged }: Part) {
  const file = useRef<HTMLInputElement>(null);
  const keep = (list: { keyId?: string; key?: string; displayName?: string | null }[]) =>
    patchGraph(`applications/${a.id}`, { keyCredentials: list.map((c) => ({ type: "AsymmetricX509Cert", usage: "Verify", ...c })) });
  const kept = () => a.keyCredentials.map(({ keyId, displayName }) => ({ keyId, displayName }));
  const add = useMutation({
    mutationFn: async (chosen: File) => keep([...kept(), { displayName: chosen.name, key: await certificateOf(chosen) }]),
    onSuccess: onChanged,
  });
  const remove = useMutation({
    mutationFn: (keyId: string) => keep(kept().filter((c) => c.keyId !== keyId)),
    onSuccess: onChanged,
  });
  return (
    <Section
      title={t("manage.certificates")}
      action={
        <Button size="small" icon={<AddRegular />} onClick={() => file.current!.click()}>
          {t("manage.newCertificate")}
        </Button>
      }
    >
      <input
        ref={file}
        type="file"
        hidden
        accept=".pem,.cer,.crt,.der"
        aria-label={t("manage.newCertificate")}
        onChange={(e) => {
          const [chosen] = e.target.files ?? [];
          if (chosen) add.mutate(chosen);
          e.target.value = "";
        }}
      />
      <Failure error={add.error ?? remove.error} />
      {a.keyCredentials.length === 0 ? (
        <p className={css.none}>{t("manage.noCertificates")}</p>
      ) : (
        <ul className={css.items}>
          {a.keyCredentials.map((c) => (
            <li key={c.keyId}>
              <span>
                {c.displayName || t("manage.unnamed")} <code className={css.faint}>{c.customKeyIdentifier.slice(0, 12)}…</code>
              </span>
              <Expiry end={c.endDateTime} />
              <Tooltip content={t("manage.removeNamed", { name: c.displayName || c.customKeyIdentifier })} relationship="label">
                <Button size="small" appearance="subtle" icon={<DeleteRegular />} disabled={remove.isPending} onClick={() => remove.mutate(c.keyId)} />
              </Tooltip>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** A certificate's DER in base64, from a file of either form. */
async function certificateOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  const pem = /-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/.exec(text);
  if (pem) return pem[1]!.replace(/\s/g, "");
  if (text.includes("PRIVATE KEY")) throw new Error(t("manage.noPrivateKey"));
  return btoa(String.fromCharCode(...bytes));
}

function Settings({ application: a, onChanged }: Part) {
  const [name, setName] = useState(a.displayName);
  const [redirects, setRedirects] = useState(a.web.redirectUris.join("\n"));
  const [open, setOpen] = useState(a.isFallbackPublicClient);
  const uris = redirects.split("\n").map((u) => u.trim()).filter(Boolean);
  const save = useMutation({
    mutationFn: () => patchGraph(`applications/${a.id}`, { displayName: name.trim(), isFallbackPublicClient: open, web: { redirectUris: uris } }),
    onSuccess: onChanged,
  });
  const same = name.trim() === a.displayName && open === a.isFallbackPublicClient && uris.join("\n") === a.web.redirectUris.join("\n");
  return (
    <Section
      title={t("manage.settings")}
      action={
        <Button size="small" disabled={same || name.trim() === "" || save.isPending} onClick={() => save.mutate()}>
          {t("manage.save")}
        </Button>
      }
    >
      <Failure error={save.error} />
      <Field label={t("manage.name")}>
        <Input value={name} onChange={(_, d) => setName(d.value)} maxLength={256} />
      </Field>
      <Field label={t("manage.redirects")} hint={t("manage.redirectsHint")}>
        <Textarea className={css.area!} value={redirects} rows={2} onChange={(_, d) => setRedirects(d.value)} />
      </Field>
      <Switch label={t("manage.publicClient")} checked={open} onChange={(_, d) => setOpen(d.checked)} />
    </Section>
  );
}
