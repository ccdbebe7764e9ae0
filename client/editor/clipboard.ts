/**
 * Puts the text on the system's clipboard, from a menu as well as by the key. By the browser's own copying, since its newer way is
 * there in secure contexts only, and a server in the lab is reached by plain HTTP. Null leaves the clipboard alone.
 */
export function writeClipboard(text: string | null): void {
  if (text === null) return;
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener('copy', put, { capture: true, once: true });
  document.execCommand('copy');
  window.removeEventListener('copy', put, { capture: true });
}
