import { Combobox, Option } from "@fluentui/react-components";
import { useState } from "react";
import { t } from "../i18n";
import { type Principal, usePrincipals } from "./data";

interface Props {
  label: string;
  without?: string[];
  onPick: (p: Principal) => void;
  disabled?: boolean;
  /** It is emptied once somebody is picked. */
  once?: boolean;
}

const most = 50;

/** Finds a principal by its name. */
export function PrincipalPicker({ label, without = [], onPick, disabled = false, once = false }: Props) {
  const [text, setText] = useState("");
  const [picked, setPicked] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = usePrincipals().filter((p) => !without.includes(p.id) && (text === picked || p.name.toLowerCase().includes(wanted)));
  return (
    <Combobox
      aria-label={label}
      placeholder={label}
      value={text}
      disabled={disabled}
      selectedOptions={[]}
      onChange={(e) => setText(e.target.value)}
      onOptionSelect={(_, d) => {
        const p = found.find((one) => one.id === d.optionValue);
        if (!p) return;
        setText(once ? "" : p.name);
        setPicked(once ? "" : p.name);
        onPick(p);
      }}
    >
      {found.slice(0, most).map((p) => (
        <Option key={p.id} value={p.id} text={p.name}>
          {`${p.name} · ${t(`manage.type_${p.type}`)}`}
        </Option>
      ))}
    </Combobox>
  );
}
