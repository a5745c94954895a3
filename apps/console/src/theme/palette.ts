/**
 * Colours by role, twice: each pair keeps at least 4.5:1 for text and 3:1 for marks on its own
 * scheme's surfaces (WCAG 2.2, 1.4.3 and 1.4.11). The kit's defaults do not.
 */
export interface Palette {
  readonly canvas: string;
  readonly surface: string;
  readonly sunken: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly ink: string;
  readonly dimmed: string;
  readonly placeholder: string;
  readonly accent: string;
  readonly good: string;
  readonly watch: string;
  readonly bad: string;
  readonly goodWash: string;
  readonly watchWash: string;
  readonly badWash: string;
}

export const LIGHT: Palette = {
  canvas: '#f3f2ee',
  surface: '#fdfdfb',
  sunken: '#f6f5f1',
  line: '#dedcd5',
  lineStrong: '#87857d',
  ink: '#1b1d20',
  dimmed: '#495057',
  placeholder: '#5c636a',
  accent: '#1864ab',
  good: '#237a3b',
  watch: '#8a5a00',
  bad: '#c02a2a',
  goodWash: '#eaf3ea',
  watchWash: '#fbf1dc',
  badWash: '#fbe9e7',
};

export const DARK: Palette = {
  canvas: '#0f1214',
  surface: '#15191c',
  sunken: '#1b2024',
  line: '#2a3036',
  lineStrong: '#6d757d',
  ink: '#e6e8ea',
  dimmed: '#b0b3b8',
  placeholder: '#a6a7ab',
  accent: '#74c0fc',
  good: '#8ce99a',
  watch: '#ffd43b',
  bad: '#ffa8a8',
  goodWash: '#16261b',
  watchWash: '#2a2412',
  badWash: '#2e1a1b',
};

/** Solid fills carry white text in both schemes. */
export const SOLID = {
  blue: '#1864ab',
  green: '#237a3b',
  red: '#c02a2a',
  yellow: '#8a5a00',
  orange: '#b3400a',
  gray: '#495057',
} as const;

/** The same hues as text or outline on a dark surface. */
export const ON_DARK: Readonly<Record<keyof typeof SOLID, string>> = {
  blue: '#74c0fc',
  green: '#8ce99a',
  red: '#ffa8a8',
  yellow: '#ffd43b',
  orange: '#ffc078',
  gray: '#ced4da',
};
