import { spoken } from "../i18n";
import { roles } from "../i18n/roles.ja";

/** What a role is for, in the page's language if it is one of Azure's. */
export const describe = (text: string) => (spoken() === "ja" ? (roles[text] ?? text) : text);
