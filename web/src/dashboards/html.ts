/** A node of a Markdown text, as remark has it. */
interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

/** Leaves of HTML in a Markdown text what it says: it is not drawn, and its tags tell nobody anything. */
export function withoutTags(node: Node): void {
  if (node.type === "html") {
    node.type = "text";
    node.value = textOf(node.value ?? "");
  }
  node.children?.forEach(withoutTags);
}

/** Whether a Markdown text has tags of HTML. */
export const hasTags = (text: string): boolean => /<[a-z][a-z0-9-]*(\s[^<>]*)?\/?>/i.test(text.replace(/`[^`]*`/g, ""));

// Not by parsing it: styles in it would be against the page's content security policy.
function textOf(html: string): string {
  const words = html.replace(/<(script|style|title)\b[\s\S]*?<\/\1>|<!--[\s\S]*?-->|<[^>]*>/gi, "");
  const entities = document.createElement("textarea"); // which has no elements
  entities.innerHTML = words;
  return entities.value;
}
