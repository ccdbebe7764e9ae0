const spacing = 180;
const largestCircle = 24;

/** Positions for `count` nodes of a document that has none: a circle, or a square grid where a circle would be huge. */
export function layout(count: number): { x: number; y: number }[] {
  if (count <= largestCircle) {
    const radius = count < 2 ? 0 : Math.max(spacing, (spacing * count) / (2 * Math.PI));
    return Array.from({ length: count }, (_, index) => {
      const angle = (2 * Math.PI * index) / count - Math.PI / 2;
      return { x: Math.round(radius * Math.cos(angle)) + 0, y: Math.round(radius * Math.sin(angle)) + 0 };
    });
  }
  const columns = Math.ceil(Math.sqrt(count));
  return Array.from({ length: count }, (_, index) => ({
    x: (index % columns) * spacing,
    y: Math.floor(index / columns) * spacing,
  }));
}
