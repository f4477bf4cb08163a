import { Toast, type ToastIntent, ToastTitle, useToastController } from "@fluentui/react-components";
import { t } from "../i18n";

export const toasterId = "toaster";

/** Says something short in the corner of the page. */
export function useSay() {
  const { dispatchToast } = useToastController(toasterId);
  return (text: string, intent: ToastIntent = "success") =>
    dispatchToast(
      <Toast>
        <ToastTitle>{text}</ToastTitle>
      </Toast>,
      { intent, timeout: 2500 },
    );
}

/** Puts text on the clipboard and says so. */
export function useCopy() {
  const say = useSay();
  return async (text: string, what: string) => {
    try {
      await navigator.clipboard.writeText(text);
      say(t("app.copied", { what }));
    } catch {
      say(t("app.notCopied"), "error");
    }
  };
}
