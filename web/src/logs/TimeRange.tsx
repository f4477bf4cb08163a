import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  Menu,
  MenuButton,
  MenuDivider,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from "@fluentui/react-components";
import { ClockRegular } from "@fluentui/react-icons/svg/clock";
import { type FormEvent, useState } from "react";
import { useSettings } from "../app/settings";
import { inQuery, presetLabel, presets, type Span } from "../kql/timespan";
import { formatTime, type Zone } from "../values/format";
import css from "./TimeRange.module.css";
import { t } from "../i18n";

interface Props {
  span: Span;
  onChange: (span: Span) => void;
  compact: boolean;
}

export function TimeRange({ span, onChange, compact }: Props) {
  const zone = useSettings((s) => s.zone);
  const [custom, setCustom] = useState(false);
  return (
    <>
      <Menu hasCheckmarks checkedValues={{ span: [span] }} onCheckedValueChange={(_, d) => onChange(d.checkedItems[0]!)}>
        <MenuTrigger disableButtonEnhancement>
          <MenuButton icon={<ClockRegular />} aria-label={t("time.range", { span: describe(span, zone, compact) })} className={css.button}>
            {describe(span, zone, compact)}
          </MenuButton>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {presets.map((p) => (
              <MenuItemRadio key={p.span} name="span" value={p.span}>
                {presetLabel(p)}
              </MenuItemRadio>
            ))}
            <MenuDivider />
            <MenuItemRadio name="span" value={inQuery}>
              {t("time.inQuery")}
            </MenuItemRadio>
            <MenuItem onClick={() => setCustom(true)}>
              {t("time.custom")}
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {custom && <CustomRange span={span} zone={zone} onChange={onChange} onClose={() => setCustom(false)} />}
    </>
  );
}

function describe(span: Span, zone: Zone, compact: boolean): string {
  if (span === inQuery) return t(compact ? "time.inQueryShort" : "time.inQuery");
  const preset = presets.find((p) => p.span === span);
  if (preset) return compact ? preset.short : presetLabel(preset);
  const [from, to] = span.split("/");
  if (!to) return span;
  return compact ? t("time.customShort") : `${short(from!, zone)} – ${short(to, zone)}`;
}

const short = (iso: string, zone: Zone) => formatTime(new Date(iso).toISOString(), zone).slice(0, 16);

interface CustomProps {
  span: Span;
  zone: Zone;
  onChange: (span: Span) => void;
  onClose: () => void;
}

function CustomRange({ span, zone, onChange, onClose }: CustomProps) {
  const [[from, to], set] = useState(() => initial(span, zone));
  const [start, end] = [instant(from, zone), instant(to, zone)];
  const problem = !start || !end ? t("time.both") : start >= end ? t("time.order") : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem) return;
    onChange(`${start}/${end}`);
    onClose();
  };
  return (
    <Dialog open onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface className={css.dialog}>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t("time.title")}</DialogTitle>
            <DialogContent className={css.fields}>
              <Field label={t("time.from", { zone: zone === "utc" ? "UTC" : t("time.local") })}>
                <Input type="datetime-local" step={1} value={from} onChange={(_, d) => set([d.value, to])} />
              </Field>
              <Field label={t("time.to")} {...(problem ? { validationMessage: problem } : {})}>
                <Input type="datetime-local" step={1} value={to} onChange={(_, d) => set([from, d.value])} />
              </Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t("logs.cancel")}</Button>
              <Button type="submit" appearance="primary" disabled={!!problem}>
                {t("time.apply")}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

/** The fields' first values: the range so far when it is one of two times, else the last day. */
function initial(span: Span, zone: Zone): [string, string] {
  const [from, to] = span.split("/");
  const now = Date.now();
  const [a, b] = to ? [Date.parse(from!), Date.parse(to)] : [now - 86_400_000, now];
  const field = (ms: number) => formatTime(new Date(Number.isNaN(ms) ? now : ms).toISOString(), zone).slice(0, 19).replace(" ", "T");
  return [field(a), field(b)];
}

/** A field's value (without a zone) as an instant, or undefined. */
function instant(field: string, zone: Zone): string | undefined {
  const ms = Date.parse(zone === "utc" ? `${field}Z` : field);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
