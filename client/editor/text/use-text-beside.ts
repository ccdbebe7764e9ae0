import { useLocalStorage } from '@mantine/hooks';
import { useState } from 'react';

export interface TextBeside {
  opened: boolean;
  /** It is in the page, seen or not. */
  isThere: boolean;
  /** How often it was opened by hand. */
  asked: number;
  toggle: () => void;
}

/** Whether the text is seen beside the drawing: kept for the next time. Once it was seen it stays there, with what was typed. */
export function useTextBeside(): TextBeside {
  const [opened, setOpened] = useLocalStorage({
    key: 'trama.text',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const [isThere, setThere] = useState(opened);
  if (opened && !isThere) setThere(true);
  const [asked, setAsked] = useState(0);
  return {
    opened,
    isThere,
    asked,
    toggle: () => {
      if (!opened) setAsked((count) => count + 1);
      setOpened(!opened);
    },
  };
}
