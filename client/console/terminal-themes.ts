import type { ITheme } from '@xterm/xterm';

/** The colours of a terminal, on light and on dark ground: each of the sixteen can be read on it. */
export const terminalThemes: Record<'light' | 'dark', ITheme> = {
  light: {
    background: '#ffffff',
    foreground: '#1f2328',
    cursor: '#006a61',
    cursorAccent: '#ffffff',
    selectionBackground: '#a9d6d0',
    black: '#1f2328',
    red: '#b3261e',
    green: '#1a7f37',
    yellow: '#8a5a00',
    blue: '#0b57b7',
    magenta: '#8a2ca0',
    cyan: '#006a61',
    white: '#6e7781',
    brightBlack: '#57606a',
    brightRed: '#cf222e',
    brightGreen: '#116329',
    brightYellow: '#6b4a00',
    brightBlue: '#0969da',
    brightMagenta: '#6639ba',
    brightCyan: '#0f766e',
    brightWhite: '#424a53',
  },
  dark: {
    background: '#141517',
    foreground: '#d7dadf',
    cursor: '#56aea3',
    cursorAccent: '#141517',
    selectionBackground: '#22555066',
    brightBlack: '#7d8590',
  },
};

/** What is found by a search: all of it, and the place where one is. Colours as the terminal wants them. */
export const matchColours = {
  light: {
    matchBackground: '#fff0b3',
    matchOverviewRuler: '#8a5a00',
    activeMatchBackground: '#ffc53d',
    activeMatchColorOverviewRuler: '#8a5a00',
  },
  dark: {
    matchBackground: '#4d3d00',
    matchOverviewRuler: '#e3b341',
    activeMatchBackground: '#8a5a00',
    activeMatchColorOverviewRuler: '#e3b341',
  },
};
