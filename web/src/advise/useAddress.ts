// The settings of a view stand in its address; what files hold does not.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { cleaned, type Search, type ViewPath } from "./settings";

export function useAddress(view: ViewPath): [Search, (change: Search) => void] {
  const search = useSearch({ from: view }) as Search;
  const navigate = useNavigate();
  const change = useCallback(
    (changes: Search) => void navigate({ to: view, search: (before) => cleaned({ ...(before as Search), ...changes }), replace: true }),
    [navigate, view],
  );
  return [search, change];
}
