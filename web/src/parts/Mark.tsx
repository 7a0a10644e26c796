// The sign of Berth: a bollard with a line around it, above the water.
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--berth-mark)" />
      <path
        d="M9.5 8.5a2 2 0 0 1 2-2h9a2 2 0 0 1 0 4h-1.3v9.5h-6.4v-9.5h-1.3a2 2 0 0 1-2-2z"
        fill="#fff"
      />
      <path
        d="M8 16.2c3.5 2.3 12.5 2.3 16 0"
        fill="none"
        stroke="#9fdce8"
        strokeWidth="2"
        strokeLinecap="round"
      />
      <path
        d="M6 25q2.5-2.6 5 0t5 0 5 0 5 0"
        fill="none"
        stroke="#9fdce8"
        strokeWidth="1.8"
        strokeLinecap="round"
      />
    </svg>
  );
}
