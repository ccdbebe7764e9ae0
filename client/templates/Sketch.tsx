import { sketchSize, type Sketch as SketchData } from '#shared/topology/sketch';
import classes from './Sketch.module.css';

/** Half the sides of what is drawn at the place of a VM or a network, in units of the sketch. */
const vm = { across: 13, down: 8 };
const network = { across: 18, down: 6 };
/** Of many nodes each is small, so that they are told apart. */
const many = 40;

/** A drawing in small: lines, boxes for VMs, rounded ones for networks. Pure of the sketch; for who cannot see it, what it is a picture of stands beside it. */
export function Sketch({ sketch }: { sketch: SketchData }) {
  const factor = sketch.nodes.length > many ? 0.45 : 1;
  return (
    <svg
      className={classes.sketch}
      viewBox={`0 0 ${sketchSize.width} ${sketchSize.height}`}
      aria-hidden
      focusable="false"
      preserveAspectRatio="xMidYMid meet"
    >
      {sketch.links.map(([from, to]) => {
        const [source, target] = [sketch.nodes[from], sketch.nodes[to]];
        return source === undefined || target === undefined ? null : (
          <line key={`${from} ${to}`} x1={source[0]} y1={source[1]} x2={target[0]} y2={target[1]} />
        );
      })}
      {sketch.nodes.map(([x, y, kind]) => {
        const { across, down } = kind === 'vm' ? vm : network;
        const [width, height] = [2 * across * factor, 2 * down * factor];
        return (
          <rect
            key={`${x} ${y} ${kind}`}
            className={classes[kind]}
            x={x - width / 2}
            y={y - height / 2}
            width={width}
            height={height}
            rx={kind === 'vm' ? 3 * factor : height / 2}
          />
        );
      })}
    </svg>
  );
}
