import { useEffect } from 'react';

/** The document's title while the page is shown: `Templates · Trama`. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined || title === '' ? 'Trama' : `${title} · Trama`;
  }, [title]);
}
