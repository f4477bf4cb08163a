import { Title3 } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import css from "./Shell.module.css";

export function NotFound() {
  return (
    <main className={css.centre}>
      <Title3 as="h1">There is no page at this address</Title3>
      <p>
        <Link to="/logs">Go to Logs</Link>
      </p>
    </main>
  );
}
