import { type CSSVariablesResolver, createTheme } from '@mantine/core';
import { DARK, LIGHT, ON_DARK, type Palette, SOLID } from './palette.ts';

export const theme = createTheme({
  primaryColor: 'blue',
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'IBM Plex Mono', ui-monospace, monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  defaultRadius: 'sm',
  radius: { xs: '2px', sm: '3px', md: '4px', lg: '6px', xl: '8px' },
  respectReducedMotion: true,
  cursorType: 'pointer',
});

const HUES = Object.keys(SOLID) as (keyof typeof SOLID)[];

/** Text, outlines and washes of the kit's named colours, for one scheme. */
function hueVariables(hues: Readonly<Record<keyof typeof SOLID, string>>) {
  return Object.fromEntries(
    HUES.flatMap((hue) => [
      [`--mantine-color-${hue}-filled`, SOLID[hue]],
      [`--mantine-color-${hue}-filled-hover`, `color-mix(in srgb, ${SOLID[hue]}, black 12%)`],
      [`--mantine-color-${hue}-text`, hues[hue]],
      [`--mantine-color-${hue}-outline`, hues[hue]],
      [`--mantine-color-${hue}-light-color`, hues[hue]],
    ]),
  );
}

function schemeVariables(palette: Palette) {
  return {
    '--mantine-color-body': palette.canvas,
    '--mantine-color-text': palette.ink,
    '--mantine-color-bright': palette.ink,
    '--mantine-color-default': palette.surface,
    '--mantine-color-default-hover': palette.sunken,
    '--mantine-color-default-color': palette.ink,
    '--mantine-color-default-border': palette.lineStrong,
    '--mantine-color-dimmed': palette.dimmed,
    '--mantine-color-placeholder': palette.placeholder,
    '--mantine-color-anchor': palette.accent,
    '--mantine-color-error': palette.bad,
    ...Object.fromEntries(
      Object.entries(palette).map(([role, colour]) => [
        `--hf-${role.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
        colour,
      ]),
    ),
  };
}

/** Replaces every colour of the kit that misses WCAG AA, and adds ours by role. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...schemeVariables(LIGHT), ...hueVariables(SOLID) },
  dark: { ...schemeVariables(DARK), ...hueVariables(ON_DARK) },
});
