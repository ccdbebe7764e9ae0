import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const weft: MantineColorsTuple = [
  '#e6f7f5',
  '#d3ebe8',
  '#a9d6d0',
  '#7bc0b7',
  '#56aea3',
  '#3fa296',
  '#319d90',
  '#22897d',
  '#0f766e',
  '#006a61',
];

const panelTitle = { fontSize: 'var(--mantine-font-size-lg)', fontWeight: 600 };

/** Calm and dense: small radius, small text, one accent. */
export const theme = createTheme({
  primaryColor: 'weft',
  primaryShade: 8,
  colors: { weft },
  defaultRadius: 'sm',
  fontFamily:
    '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.125rem' }, h3: { fontSize: '1rem' } },
  },
  autoContrast: true,
  luminanceThreshold: 0.35,
  cursorType: 'pointer',
  // what the pointer can read, the keyboard can, too
  components: {
    Tooltip: { defaultProps: { events: { hover: true, focus: true, touch: false } } },
    // a placeholder for the focus inside is no item, which is what a menu may hold
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, returnFocus: true } },
    // what a panel is about is its heading
    Drawer: { styles: { title: panelTitle } },
    Modal: { styles: { title: panelTitle } },
    Switch: { styles: { description: { fontSize: 'var(--mantine-font-size-xs)' } } },
  },
});

/** A tint behind an alert, a badge or a button that is pressed in, calm in the dark, too; a shade stronger under the pointer. */
function tints(dark: boolean): Record<string, string> {
  const names = ['red', 'yellow', 'weft', 'gray', 'blue'];
  const mixed = (name: string, percent: number) =>
    `color-mix(in srgb, var(--mantine-color-${name}-6) ${percent}%, transparent)`;
  return Object.fromEntries(
    names.flatMap((name) => [
      [`--mantine-color-${name}-light`, dark ? mixed(name, 14) : `var(--mantine-color-${name}-0)`],
      [`--mantine-color-${name}-light-hover`, dark ? mixed(name, 22) : `var(--mantine-color-${name}-1)`],
      [`--mantine-color-${name}-light-color`, `var(--mantine-color-${name}-${dark ? '3' : '9'})`],
    ]),
  );
}

/** Where the library's own greys and reds are too faint to read: at least 4.5 : 1 on every background they stand on. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5b6570',
    '--mantine-color-placeholder': '#6b7480',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    ...tints(false),
    '--mantine-color-yellow-light-color': '#8a4b00',
  },
  dark: {
    '--mantine-color-dimmed': '#a8a8a8',
    '--mantine-color-placeholder': '#989898',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    ...tints(true),
  },
});
