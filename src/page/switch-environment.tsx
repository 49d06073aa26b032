import type { Go } from './route.ts';

interface SwitchProps {
  readonly names: readonly string[];
  readonly chosen: string;
  readonly onChoose: Go;
}

/** Nothing where there is nothing to choose from. */
export function SwitchEnvironment({ names, chosen, onChoose }: SwitchProps) {
  if (names.length < 2) return null;
  return (
    <label class="choice">
      <span>Environment</span>
      <select value={chosen} onChange={({ currentTarget }) => onChoose({ environment: currentTarget.value })}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
