import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, MessageBar, MessageBarBody, Tooltip } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons/svg/arrow-download";
import { LinkRegular } from "@fluentui/react-icons/svg/link";
import { useMutation } from "@tanstack/react-query";
import { type AdviseRequest, getReport } from "../api/advise";
import { useCopy, useSay } from "../app/toast";
import { t } from "../i18n";
import { download } from "../logs/results/download";
import css from "./Advise.module.css";
import type { ExampleName } from "./examples";
import { useFiles } from "./files";
import { useRefusal } from "./said";

/** What a view says before there are files. */
export function Empty({ title, text, example }: { title: string; text: string; example: ExampleName }) {
  const load = useFiles((s) => s.load);
  return (
    <div className={css.nothing}>
      <h2>{title}</h2>
      <p>{text}</p>
      <Button appearance="primary" onClick={() => load(example)}>
        {t("advise.tryExample")}
      </Button>
    </div>
  );
}

/** A link to an example with its settings; files of one's own are in no address. */
export function Share() {
  const copy = useCopy();
  const own = useFiles((s) => s.example === undefined && s.files.length > 0);
  return (
    <Tooltip content={own ? t("advise.shareOwn") : t("advise.share")} relationship="label">
      <Button appearance="subtle" icon={<LinkRegular />} disabledFocusable={own} onClick={() => void copy(location.href, t("logs.link"))} />
    </Tooltip>
  );
}

/** Why a request was refused. */
export function Refused({ error }: { error: Error }) {
  const refusal = useRefusal();
  return (
    <MessageBar intent="error">
      <MessageBarBody>{refusal(error)}</MessageBarBody>
    </MessageBar>
  );
}

/** The findings as files, for code scanning and programs. */
export function Downloads({ view, request }: { view: "kube" | "windows"; request: () => AdviseRequest }) {
  const say = useSay();
  const refusal = useRefusal();
  const get = useMutation({
    mutationFn: async (format: "sarif" | "json") => download(`advice.${format}`, "application/json", JSON.stringify(await getReport(view, format, request()), undefined, 2)),
    onError: (error) => say(refusal(error), "error"),
  });
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button size="small" icon={<ArrowDownloadRegular />}>
          {t("advise.download")}
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => get.mutate("sarif")}>SARIF</MenuItem>
          <MenuItem onClick={() => get.mutate("json")}>JSON</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
