import type { Terminal } from '@xterm/xterm';
import { styleNonce } from '../ui/style-nonce';

/**
 * Opens the terminal under a content security policy that allows only style elements with the page's nonce.
 *
 * The terminal makes `<style>` elements while it opens, and not all of them by way of its `documentOverride` option, so
 * for that one synchronous call `document.createElement` gives them the nonce. Later it writes 24-bit colours as `style`
 * attributes, which no nonce can allow: they are set as properties instead, which the policy does not touch.
 */
export function openUnderCsp(terminal: Terminal, parent: HTMLElement): void {
  const nonce = styleNonce();
  const original = document.createElement.bind(document);
  const withNonce = (name: string, options?: ElementCreationOptions): HTMLElement => {
    const element = original(name, options);
    if (nonce !== '' && element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
  Object.defineProperty(document, 'createElement', { value: withNonce, configurable: true });
  try {
    terminal.open(parent);
  } finally {
    // what was shadowed is the prototype's
    Reflect.deleteProperty(document, 'createElement');
  }
  const factory = rowFactory(terminal);
  if (factory !== null) Reflect.set(factory, '_document', cellDocument);
}

/** What the terminal makes its cells with. The path holds for the exact version in package.json. */
function rowFactory(terminal: Terminal): object | null {
  let found: unknown = terminal;
  for (const key of ['_core', '_renderService', '_renderer', 'value', '_rowFactory']) {
    if (typeof found !== 'object' || found === null) return null;
    found = Reflect.get(found, key);
  }
  return typeof found === 'object' && found !== null && '_document' in found ? found : null;
}

function setAttributeByProperty(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

const cellDocument = {
  createElement(name: string): HTMLElement {
    const element = document.createElement(name);
    element.setAttribute = setAttributeByProperty;
    return element;
  },
};
