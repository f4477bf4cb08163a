// The server lets no style into the page but its own files and what carries the answer's nonce, with which
// it fills the index. Libraries make style elements as they go, and not all of them take a nonce: each
// element that a script makes gets it here. One in markup, from wherever it comes, has none.

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;

if (nonce) {
  const create = document.createElement.bind(document) as (name: string, options?: ElementCreationOptions) => HTMLElement;
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}

export {};
