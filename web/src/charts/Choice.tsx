import { Dropdown, Option } from "@fluentui/react-components";
import css from "./Chart.module.css";

interface Props<T extends string | number> {
  label: string;
  options: readonly { value: T; text: string }[];
  value: T | T[];
  onChange: (values: T[]) => void;
}

/** One choice about a chart; several when its value is a list. */
export function Choice<T extends string | number>({ label, options, value, onChange }: Props<T>) {
  const chosen = Array.isArray(value) ? value : [value];
  const text = chosen.map((v) => options.find((o) => o.value === v)?.text ?? "").join(" › ");
  const valueOf = (v: string) => options.find((o) => String(o.value) === v)!.value;
  return (
    <label className={css.choice}>
      {label}
      <Dropdown
        size="small"
        aria-label={label}
        multiselect={Array.isArray(value)}
        value={text}
        button={{ title: text, children: <span className={css.chosen}>{text}</span> }}
        selectedOptions={chosen.map(String)}
        onOptionSelect={(_, d) => onChange(d.selectedOptions.map(valueOf))}
      >
        {options.map((o) => (
          <Option key={o.value} value={String(o.value)} text={o.text}>
            {o.text}
          </Option>
        ))}
      </Dropdown>
    </label>
  );
}
