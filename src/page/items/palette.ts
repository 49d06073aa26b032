import { useEffect, useState } from 'preact/hooks';
import type { ViewItems } from '../../view/ingested.ts';

type Rgb = readonly [red: number, green: number, blue: number];

export interface Palette {
  /** Of collections, by `chooseColours`; the last is that of all others. */
  readonly colours: readonly Rgb[];
  readonly land: string;
  readonly sea: string;
  readonly grid: string;
  readonly ink: string;
  readonly halo: string;
}

// After Okabe and Ito: apart from each other for colour-blind eyes too, and at least 3 to 1 from land and sea.
const light: Palette = {
  colours: [
    [0, 95, 165],
    [190, 75, 0],
    [0, 125, 92],
    [165, 70, 130],
    [135, 105, 0],
    [40, 130, 175],
    [170, 30, 45],
    [95, 100, 112],
  ],
  land: '#e6e4de',
  sea: '#f4f7fa',
  grid: 'rgba(60, 75, 100, 0.16)',
  ink: '#1b2130',
  halo: '#ffffff',
};
const dark: Palette = {
  colours: [
    [90, 180, 245],
    [245, 160, 60],
    [50, 205, 155],
    [230, 150, 195],
    [225, 205, 85],
    [150, 220, 250],
    [255, 125, 110],
    [165, 172, 185],
  ],
  land: '#2a2f39',
  sea: '#151a22',
  grid: 'rgba(190, 205, 230, 0.13)',
  ink: '#f2f4f8',
  halo: '#0b0e13',
};

/** The colour of each collection: those with the most items have one of their own. */
export function chooseColours(collections: ViewItems['collections']): Uint8Array {
  const others = light.colours.length - 1;
  const colours = new Uint8Array(collections.length).fill(others);
  const order = collections.map((_, place) => place);
  order.sort((one, other) => (collections[other]?.total ?? 0) - (collections[one]?.total ?? 0) || one - other);
  for (const [colour, place] of order.slice(0, others).entries()) colours[place] = colour;
  return colours;
}

export const formatColour = (rgb: Rgb | undefined): string => `rgb(${(rgb ?? [0, 0, 0]).join(' ')})`;

/** The palette of the theme, whoever changes it. */
export function usePalette(): Palette {
  const [isDark, setDark] = useState(readDark);
  useEffect(() => {
    const look = () => setDark(readDark());
    const observer = new MutationObserver(look);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const query = matchMedia('(prefers-color-scheme: dark)');
    query.addEventListener('change', look);
    return () => {
      observer.disconnect();
      query.removeEventListener('change', look);
    };
  }, []);
  return isDark ? dark : light;
}

const readDark = (): boolean => getComputedStyle(document.documentElement).colorScheme === 'dark';
