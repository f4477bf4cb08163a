// Undo that outlives a reload: the texts that a tab had, a few seconds apart, are kept in the
// browser, and are typed again into the model when it is made.

const longest = 40;
const largest = 100_000;
const keyOf = (tabId: string) => `yagura.undo.${tabId}`;

/** Texts from the oldest to the newest. */
export function pastTexts(tabId: string): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(keyOf(tabId)) ?? "[]");
    return Array.isArray(list) ? list.filter((t) => typeof t === "string") : [];
  } catch {
    return [];
  }
}

/** Keeps what a tab's text is now, once one has stopped typing. */
export function keepText(tabId: string, text: string) {
  const past = pastTexts(tabId);
  if (past.at(-1) === text) return;
  const list = [...past, text].slice(-longest);
  while (list.length > 1 && list.reduce((sum, t) => sum + t.length, 0) > largest) list.shift();
  try {
    localStorage.setItem(keyOf(tabId), JSON.stringify(list));
  } catch {
    // The browser's storage is full: undo then reaches back to the reload only.
  }
}

/** Forgets what a closed tab had. */
export const forgetTexts = (tabId: string) => localStorage.removeItem(keyOf(tabId));
