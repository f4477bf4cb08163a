/** Saves text as a file, as if a link to it had been clicked. */
export function download(name: string, type: string, content: string | ArrayBuffer) {
  const url = URL.createObjectURL(new Blob([content], { type: typeof content === "string" ? `${type};charset=utf-8` : type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
