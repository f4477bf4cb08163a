// The settings of a view stand in its address; what files hold does not.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import type { ViewPath } from "./Frame";
import { cleaned, type Search } from "./settings";

export function useAddress(view: ViewPath): [Search, (change: Search) => void] {
  const search = useSearch({ from: view }) as Search;
  const navigate = useNavigate();
  const change = useCallback(
    (changes: Search) => void navigate({ to: view, search: (before) => cleaned({ ...(before as Search), ...changes }), replace: true }),
    [navigate, view],
  );
  return [search, change];
}

/** A value, once it has stayed the same for a while. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
