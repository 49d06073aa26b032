import { useEffect, useState } from 'preact/hooks';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];
const words: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };

const key = 'platform-view-theme';

/** Light or dark: the system's choice until another is made here, which is kept where the browser lets a file keep it. */
export function SwitchTheme() {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    keepTheme(theme);
  }, [theme]);
  return (
    <label class="choice">
      <span>Colours</span>
      <select value={theme} onChange={({ currentTarget }) => setTheme(findTheme(currentTarget.value))}>
        {themes.map((name) => (
          <option key={name} value={name}>
            {words[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

function findTheme(name: string | null): Theme {
  return themes.find((theme) => theme === name) ?? 'system';
}

/** A page that was opened from disk may have no storage, and asking for it throws then. */
function readTheme(): Theme {
  try {
    return findTheme(localStorage.getItem(key));
  } catch {
    return 'system';
  }
}

function keepTheme(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // It holds for this visit.
  }
}
