/** A watchtower: roof, room, legs. */
export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" fill="var(--colorBrandForeground1)">
      <path d="M16 2 29 10.2c.7.4.4 1.5-.4 1.5H3.4c-.8 0-1.1-1.1-.4-1.5z" />
      <path d="M7 13h18v6H7z" opacity=".55" />
      <path d="M8.6 20.5h2.9L9.7 30H6.6zM20.5 20.5h2.9L25.4 30h-3.1zM14.7 20.5h2.6V30h-2.6z" />
    </svg>
  );
}
