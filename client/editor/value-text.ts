import { z } from 'zod';
import { propertyText } from './property-text';

interface Named {
  id: number;
  name: string;
}
/** Flavours and images by their ids: a number says nothing. */
export interface NamesById {
  flavours: readonly Named[];
  images: readonly Named[];
}

/** A value of a property that reads well in a sentence; null for the others. */
export function valueText(
  property: string,
  value: unknown,
  catalogue: NamesById | undefined,
  language: string,
): string | null {
  const text = propertyText(property, value, language);
  if (text !== undefined) return text;
  if (property === 'flavourId') return catalogue?.flavours.find(({ id }) => id === value)?.name ?? null;
  if (property === 'imageId') return catalogue?.images.find(({ id }) => id === value)?.name ?? null;
  if (property === 'place') return placeText(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '✓' : '✕';
  // a hash says nothing
  return typeof value === 'string' && property !== 'password' ? value : null;
}

const placeSchema = z.object({ x: z.number(), y: z.number() });
/** Where a part stands: `120, 80`. */
function placeText(value: unknown): string | null {
  const place = placeSchema.safeParse(value);
  return place.success ? `${Math.round(place.data.x)}, ${Math.round(place.data.y)}` : null;
}
