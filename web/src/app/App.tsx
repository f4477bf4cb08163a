import { createDOMRenderer, FluentProvider, RendererProvider, Toaster } from "@fluentui/react-components";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError } from "../api/http";
import { report } from "./errors";
import { router } from "./router";
import { sessionKey } from "./session";
import { speak } from "../i18n";
import { useDark, useLanguage } from "./settings";
import { dark, light } from "./theme";
import { toasterId } from "./toast";

// A session that ends while the page is open shows at the next request: ask again who is there. What
// fails in asking, on the server's side or in reading the answer, is met here alone.
function onError(error: unknown, query?: { queryKey: readonly unknown[] }) {
  if (error instanceof ApiError && error.status === 401 && query?.queryKey[0] !== sessionKey[0]) {
    void client.invalidateQueries({ queryKey: sessionKey });
  }
  report(error, "request");
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError: (error) => onError(error) }),
  defaultOptions: { queries: { refetchOnWindowFocus: false, retry: false } },
});

const styles = createDOMRenderer(document, {
  insertionPoint: document.head.querySelector<HTMLElement>('meta[name="griffel"]')!,
});

export function App() {
  const isDark = useDark();
  const language = useLanguage();
  speak(language);
  useEffect(() => {
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
  }, [isDark]);
  return (
    <QueryClientProvider client={client}>
      <RendererProvider renderer={styles}>
        <FluentProvider theme={isDark ? dark : light}>
          {/* All texts are drawn anew in another language. */}
          <RouterProvider key={language} router={router} />
          <Toaster toasterId={toasterId} position="bottom-end" />
        </FluentProvider>
      </RendererProvider>
    </QueryClientProvider>
  );
}
