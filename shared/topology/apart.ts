export interface Place {
  x: number;
  y: number;
}

/** What a node takes of the drawing, with the room for its links' addresses. */
export const room = { width: 230, height: 110 };

/**
 * Moves what lies on something to the nearest free place, along a spiral, in the order given: the first stay where they are.
 * None is nearer to another than `room`; nor to one of `fixed`, which are not moved and not in the answer.
 */
export function apart(points: readonly Place[], fixed: readonly Place[] = []): Place[] {
  const taken = new Map<string, Place[]>();
  const cell = ({ x, y }: Place) => [Math.floor(x / room.width), Math.floor(y / room.height)] as const;
  const take = (place: Place) => {
    const key = cell(place).join(' ');
    const there = taken.get(key);
    if (there === undefined) taken.set(key, [place]);
    else there.push(place);
  };
  const isFree = (point: Place) => {
    const [column, row] = cell(point);
    for (const across of [-1, 0, 1])
      for (const down of [-1, 0, 1])
        for (const other of taken.get(`${column + across} ${row + down}`) ?? [])
          if (Math.abs(other.x - point.x) < room.width && Math.abs(other.y - point.y) < room.height) return false;
    return true;
  };
  for (const place of fixed) take(place);
  return points.map((point) => {
    let place = point;
    for (let step = 1; !isFree(place); step += 1) {
      // a sunflower's spiral: its points fill the plane evenly
      const angle = step * 2.399963;
      const distance = Math.sqrt(step) * (room.height / 2);
      place = {
        x: Math.round(point.x + Math.cos(angle) * distance * 2),
        y: Math.round(point.y + Math.sin(angle) * distance),
      };
    }
    take(place);
    return place;
  });
}
