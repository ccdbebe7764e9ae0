import { useRef, useState, type DragEvent, type ReactNode } from 'react';
import classes from './FileDrop.module.css';

interface FileDropProps {
  /** What it says while files hover over it. */
  hint: string;
  onFiles: (files: File[]) => void;
  children: ReactNode;
}

/** Files can be dropped on what it holds. A button does the same for who has no mouse. */
export function FileDrop({ hint, onFiles, children }: FileDropProps) {
  const [over, setOver] = useState(false);
  // each child that the pointer crosses enters and leaves, too
  const depth = useRef(0);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const end = () => {
    depth.current = 0;
    setOver(false);
  };
  return (
    <div
      className={classes.area}
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragLeave={() => {
        depth.current -= 1;
        if (depth.current <= 0) end();
      }}
      onDragOver={(event) => {
        if (hasFiles(event)) event.preventDefault();
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        end();
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {over ? <div className={classes.overlay}>{hint}</div> : null}
    </div>
  );
}
