import { createContext } from 'react';
import type { CanvasBox } from './types';

/** Told once, when what is drawn beside has been made larger or smaller by hand; null where nothing may be. */
export const ResizeContext = createContext<((key: string, box: CanvasBox) => void) | null>(null);
